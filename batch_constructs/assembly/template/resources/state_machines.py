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


class _Tasks:
    """The states of a definition that submit jobs."""

    def __init__(self, machine: StateMachine) -> None:
        self.machine = machine

    def __iter__(self) -> Iterator[Submission]:
        definition = self.machine.definition
        name = "Definition" if self.machine.definition_object is not None else "DefinitionString"
        yield from self._in(definition, (name,))

    def _in(self, node: Any, steps: Steps) -> Iterator[Submission]:
        states = node.get("States") if isinstance(node, dict) else None
        for name, state in states.items() if isinstance(states, dict) else ():
            here = (*steps, "States", name)
            if not isinstance(state, dict):
                continue
            if SUBMIT_JOB.search(_resource(state)):
                yield self._submission(state, here)
            for inner in ("ItemProcessor", "Iterator"):
                yield from self._in(state.get(inner), (*here, inner))
            branches = state.get("Branches")
            for index, branch in enumerate(branches if isinstance(branches, list) else ()):
                yield from self._in(branch, (*here, "Branches", index))

    def _submission(self, state: dict[str, Any], steps: Steps) -> Submission:
        name = "Arguments" if "Arguments" in state else "Parameters"
        request = _request(state.get(name, _FROM_INPUT))
        if isinstance(request, dict):
            machine = self.machine
            role = machine.raw("Role" if machine.type == SAM_TYPE else "RoleArn")
            request |= {"RoleArn": role} if role is not None else {}
        return Submission(self.machine, (*steps, name), request if isinstance(request, dict) else _FROM_INPUT)


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
    submissions = Derived(Submission, _Tasks)

    def waits(self, submission: Submission) -> bool:
        """Return whether the state of a submission certainly waits for the end of the job."""
        state = self.definition
        for step in submission.steps[1:-1]:
            state = state[step]
        return _resource(state).endswith(".sync")
