"""Step Functions state machines, and the jobs that their states submit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.json_texts import fill_texts, parse_json
from batch_constructs.assembly.template.members import Anything, Derived, Link, Text
from batch_constructs.assembly.template.resources.roles import Role
from batch_constructs.assembly.template.resources.submissions import FREE_KEYS, Submission
from batch_constructs.assembly.template.unknown import PartialText, Unknown, as_text
from batch_constructs.assembly.template.views import Member, Resource, View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.documents import Steps

SUBMIT_JOB = re.compile(r":states:::(?:aws-sdk:)?batch:submitJob(?:\.[A-Za-z]+)?\Z")
SAM_TYPE = "AWS::Serverless::StateMachine"
_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_FROM_INPUT = Unknown("a value of the state's input")
_COMPUTED = Unknown("a JSONata expression")


class Definition(Member[Any]):
    """A state machine's definition, from its string or its object, with the substitutions applied."""

    def __init__(self) -> None:
        super().__init__("")

    def read(self, view: View) -> Any:
        """Return the definition as JSON with unknown leaves; ``None`` if it is not in the template."""
        machine: Any = view
        values = machine.substitutions

        def fill(name: str) -> Any:
            return values.get(name, Unknown(name)) if isinstance(values, dict) else Unknown(name)

        if machine.definition_object is not None:
            return fill_texts(machine.definition_object, _SUBSTITUTION, fill)
        return parse_json(machine.definition_string, _SUBSTITUTION, fill)


class SubmitTask(View):
    """A state that submits a job, as it is written: with the spelling and the placeholders of Step Functions."""

    @property
    def resource(self) -> str:
        """The integration, such as ``arn:aws:states:::batch:submitJob.sync``."""
        return _resource(self.node) if isinstance(self.node, dict) else ""

    @property
    def waits(self) -> bool:
        """Return whether Step Functions waits for the end of the job by itself."""
        return self.resource.endswith(".sync")

    @property
    def operation(self) -> str:
        """The operation of the API."""
        return "SubmitJob"

    @property
    def request_name(self) -> str:
        """The member of the state with the request: ``Arguments`` with JSONata, else ``Parameters``."""
        return "Arguments" if isinstance(self.node, dict) and "Arguments" in self.node else "Parameters"

    @property
    def request(self) -> Any:
        """The request as it is written; an unknown if the state takes it from its input."""
        return self.node.get(self.request_name, _FROM_INPUT) if isinstance(self.node, dict) else _FROM_INPUT

    @property
    def submission(self) -> Submission:
        """The request as all senders have it: spelled as in CloudFormation, with unknowns for what the input decides."""
        request, machine = _request(self.request), self.home
        if isinstance(request, dict):
            role = machine.raw("Role" if machine.type == SAM_TYPE else "RoleArn")
            request |= {"RoleArn": role} if role is not None else {}
        node = request if isinstance(request, dict) else _FROM_INPUT
        return Submission(machine, (*self.steps, self.request_name), node)


def _tasks(machine: StateMachine) -> Iterator[SubmitTask]:
    """Yield the states of a definition that submit jobs."""
    name = "Definition" if machine.definition_object is not None else "DefinitionString"
    yield from _tasks_in(machine, machine.definition, (name,))


def _tasks_in(machine: StateMachine, node: Any, steps: Steps) -> Iterator[SubmitTask]:
    states = node.get("States") if isinstance(node, dict) else None
    for name, state in states.items() if isinstance(states, dict) else ():
        here = (*steps, "States", name)
        if not isinstance(state, dict):
            continue
        if SUBMIT_JOB.search(_resource(state)):
            yield SubmitTask(machine, here, state)
        for inner in ("ItemProcessor", "Iterator"):
            yield from _tasks_in(machine, state.get(inner), (*here, inner))
        branches = state.get("Branches")
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            yield from _tasks_in(machine, branch, (*here, "Branches", index))


def _resource(state: dict[str, Any]) -> str:
    resource = state.get("Resource")
    return as_text(resource) if isinstance(resource, str | PartialText) else ""


def _request(node: Any, *, free: bool = False) -> Any:
    """Return a request spelled as in CloudFormation; values from the state's input are unknown.

    Step Functions takes values from the input for members whose name ends in ``.$`` (JSONPath), and for strings in
    ``{% %}`` (JSONata).
    """
    match node:
        case dict():
            request: dict[str, Any] = {}
            for key, value in node.items():
                name = key.removesuffix(".$")
                member = name if free else name[:1].upper() + name[1:]
                request[member] = _FROM_INPUT if name != key else _request(value, free=member in FREE_KEYS)
            return request
        case list():
            return [_request(value) for value in node]
        case str() if node.startswith("{%"):
            return _COMPUTED
        case PartialText() if node.prefix.startswith("{%"):
            return _COMPUTED
    return node


class StateMachine(Resource):
    """A Step Functions state machine, from CloudFormation or from SAM."""

    TYPES = ("AWS::StepFunctions::StateMachine", SAM_TYPE)
    NAME = "StateMachineName"

    name = Text("StateMachineName")
    definition_string = Text("DefinitionString")
    definition_object = Anything("Definition")
    substitutions = Anything("DefinitionSubstitutions")
    definition = Definition()
    role_arn = Text("RoleArn")
    role = Link("RoleArn", Role)
    tasks = Derived(SubmitTask, _tasks)
    submissions = Derived(Submission, lambda machine: (task.submission for task in machine.tasks))

    def waits(self, submission: Submission) -> bool:
        """Return whether the state of a submission certainly waits for the end of the job."""
        state = self.definition
        for step in submission.steps[1:-1]:
            state = state[step]
        return _resource(state).endswith(".sync")
