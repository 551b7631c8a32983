"""State machines, as far as Step Functions refuses their states."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import PartialText, Unknown
from batch_constructs.facts import state_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import StateMachine

CHAPTER = "AWS Batch Jobs as CloudWatch Events Targets"

# Calls of the SDK have other patterns than the integration with AWS Batch.
_SUBMIT = re.compile(r":states:::batch:submitJob(?:\.(\w+))?\Z")
_MAX_DEPTH = 16


@rule(
    "EVT-21",
    severity=Severity.ERROR,
    remedy="write arn:aws:states:::batch:submitJob.sync with Parameters (in JSONata Arguments), and fields of the state's type",
    prevents="InvalidDefinition: SCHEMA_VALIDATION_FAILED",
)
def states_are_valid(machine: StateMachine) -> Iterator[Finding]:
    """A state must have fields of its own type; one that submits a job must give parameters, and wait for its end or not."""
    definition = machine.definition
    if not isinstance(definition, dict):
        return
    at = "Definition" if machine.definition_object is not None else "DefinitionString"
    language = definition.get("QueryLanguage", "JSONPath")
    for path, name, state in _states(definition, at):
        kind = state.get("Type")
        allowed = state_fields.OF_TYPE.get(kind) if isinstance(kind, str) else None
        for field in state if allowed is not None else ():
            if field in state_fields.KNOWN and field not in {*(allowed or ()), *state_fields.COMMON}:
                yield Finding(machine, f"the state {name} is a {kind}, which cannot have {field}", at=path)
        for problem in _submission(state, state.get("QueryLanguage", language)):
            yield Finding(machine, f"the state {name} {problem}", at=path)


def _states(node: Any, path: str, depth: int = 0) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the path, the name and the fields of each state, also inside maps and parallel branches."""
    states = node.get("States") if isinstance(node, dict) else None
    if not isinstance(states, dict) or depth > _MAX_DEPTH:
        return
    for name, state in states.items():
        here = f"{path}.States.{name}"
        if not isinstance(state, dict):
            continue
        yield here, name, state
        for inner in ("ItemProcessor", "Iterator"):
            yield from _states(state.get(inner), f"{here}.{inner}", depth + 1)
        branches = state.get("Branches")
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            yield from _states(branch, f"{here}.Branches[{index}]", depth + 1)


def _submission(state: dict[str, Any], language: Any) -> Iterator[str]:
    """Yield what is wrong with a state that submits a job."""
    resource = state.get("Resource")
    text = resource.text if isinstance(resource, PartialText) else resource
    found = _SUBMIT.search(text) if isinstance(text, str) else None
    if found is None:
        return
    if (found[1] or "") not in state_fields.BATCH_PATTERNS:
        yield f"must end with submitJob or submitJob.sync, got submitJob.{found[1]}"
    if not isinstance(language, Unknown):
        wanted = "Arguments" if language == "JSONata" else "Parameters"
        if wanted not in state:
            yield f"submits a job and needs {wanted}, got none"
