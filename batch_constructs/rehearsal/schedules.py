"""The plan that a template has by itself: its schedules, and the state machines that they start.

Source: the Amazon States Language of JobChain state machines, and of others that submit jobs one after the other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from batch_constructs.local.engine import DependencyKind
from batch_constructs.local.events.schedules import schedules_of
from batch_constructs.local.plan.spelling import as_request
from batch_constructs.local.resources.registry import name_of
from batch_constructs.rehearsal.plans import After, RehearsalPlan, Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from batch_constructs.local.events.schedules import Schedule
    from batch_constructs.local.plan import Plan

Document = dict[str, Any]

_SUBMIT = ":states:::batch:submitJob"
_MOST_STARTS = 2_000


class NoScheduleError(ValueError):
    """A template has nothing that starts jobs by itself."""


def plan_of_schedules(template: Plan, plan: RehearsalPlan) -> RehearsalPlan:
    """Return a plan with what a template's own schedules submit, and each state machine that nothing schedules once.

    Args:
        template: What the template makes.
        plan: What else the plan says, such as durations.

    Raises:
        NoScheduleError: It has no schedule and no state machine that submits jobs.
    """
    submissions: list[Submission] = []
    skipped: list[str] = []
    for schedule in schedules_of(template):
        for number, due in enumerate(_times(schedule, plan.start, plan.schedules_for)):
            for target in schedule.targets:
                at = (due - plan.start).total_seconds()
                found = list(_of_target(template, schedule, target, at, number))
                submissions += found
                if not found:
                    skipped.append(schedule.label)
    scheduled = {str(target) for each in schedules_of(template) for target in each.targets}
    for arn, name, machine in _machines(template):
        if not any(arn in text for text in scheduled):
            submissions += Chain(name, 0.0).walked(machine)
    if not submissions:
        left = f"; {', '.join(dict.fromkeys(skipped))} submit none that can be read" if skipped else ""
        raise NoScheduleError(
            f"no schedule or state machine of the template submits jobs{left}: add a plan.yaml with submissions"
        )
    return replace(plan, submissions=tuple(submissions))


def _times(schedule: Schedule, start: datetime, length: float) -> Iterator[datetime]:
    end, due = start + timedelta(seconds=length), schedule.next(start - timedelta(seconds=1))
    for _ in range(_MOST_STARTS):
        if due is None or due >= end:
            return
        yield due
        due = schedule.next(due)


def _of_target(
    template: Plan, schedule: Schedule, target: Document, at: float, number: int
) -> Iterator[Submission]:
    """Yield what one delivery to a target submits."""
    arn = str(target.get("Arn", ""))
    prefix = f"{schedule.name}#{number}" if number else schedule.name
    if "BatchParameters" in target:
        parameters = target["BatchParameters"]
        request = {"jobDefinition": parameters["JobDefinition"], "jobQueue": arn}
        if size := parameters.get("ArrayProperties", {}).get("Size"):
            request["arrayProperties"] = {"size": int(size)}
        yield submission(request, prefix, at)
    elif arn.endswith(":aws-sdk:batch:submitJob"):
        yield submission(
            as_request("SubmitJobRequest", json.loads(str(target.get("Input", "{}")))), prefix, at
        )
    elif ":stateMachine:" in arn or arn.endswith(":aws-sdk:sfn:startExecution"):
        machine = arn
        if "aws-sdk" in arn:
            machine = json.loads(str(target.get("Input", "{}"))).get("StateMachineArn", "")
        for found, _, definition in _machines(template):
            if found == machine:
                yield from Chain(prefix, at).walked(definition)


def _machines(template: Plan) -> Iterator[tuple[str, str, Document]]:
    """Yield ARN, name and definition of each state machine of the template."""
    for resource, properties in template.resources("AWS::StepFunctions::StateMachine"):
        text = properties.get("DefinitionString")
        try:
            found = json.loads(text) if isinstance(text, str) else properties.get("Definition")
        except ValueError:
            continue
        if isinstance(found, dict):
            yield template.identities.arn(resource), template.identities.name(resource), found


def submission(request: Mapping[str, Any], name: str, at: float) -> Submission:
    """Return the submission of a request in the API's spelling, without its dependencies."""
    return Submission(
        definition=name_of(str(request["jobDefinition"])).partition(":")[0],
        queue=name_of(str(request["jobQueue"])),
        name=name,
        array=int(request.get("arrayProperties", {}).get("size", 0)),
        at=at,
        share=str(request.get("shareIdentifier", "")),
        priority=request.get("schedulingPriorityOverride"),
    )


@dataclass(slots=True)
class Chain:
    """A state machine whose states submit jobs.

    A task that waits for its job (``.sync``) makes those after it depend on it; an awaited branch or a Map counts as
    one submission each.

    Attributes:
        prefix: The name of the execution.
        at: When it starts, in seconds after the start.
    """

    prefix: str
    at: float
    _names: dict[str, str] = field(default_factory=dict)

    def walked(self, machine: Document, after: tuple[After, ...] = ()) -> Iterator[Submission]:
        """Yield the submissions of a state machine or of a branch, in the order in which it makes them."""
        states, name = machine.get("States", {}), machine.get("StartAt")
        seen: set[str] = set()
        while isinstance(name, str) and name in states and name not in seen:
            seen.add(name)
            state = states[name]
            made = list(self._of_state(name, state, after))
            yield from made
            if made and self._waits(state):
                after = tuple(After(name=each.label) for each in made)
            name = state.get("Next")

    def _of_state(self, name: str, state: Document, after: tuple[After, ...]) -> Iterator[Submission]:
        if state.get("Type") == "Parallel":
            for branch in state.get("Branches", ()):
                yield from self.walked(branch, after)
        elif state.get("Type") == "Task" and _SUBMIT in str(state.get("Resource", "")):
            members = state.get("Parameters") or state.get("Arguments") or {}
            request = as_request("SubmitJobRequest", members)
            if not {"jobDefinition", "jobQueue"} <= set(request):
                return
            label = f"{self.prefix}/{name}"
            self._names[name] = label
            waits = (*after, *self._dependencies(members))
            yield replace(submission(request, label, self.at), depends_on=waits)

    def _dependencies(self, members: Document) -> Iterator[After]:
        """Yield the jobs of earlier states that a request depends on."""
        for each in members.get("DependsOn", ()):
            text = json.dumps(each)
            kind = DependencyKind(str(each.get("Type", "")))
            named = [label for name, label in self._names.items() if name in text]
            if named:
                yield After(name=max(named, key=len), kind=kind)
            elif kind is DependencyKind.SEQUENTIAL:
                yield After(kind=kind)

    @staticmethod
    def _waits(state: Document) -> bool:
        return state.get("Type") == "Parallel" or str(state.get("Resource", "")).endswith(".sync")
