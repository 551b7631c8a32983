"""Members of requests that state machines and schedules send, as they are written."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import PartialText, Unknown
from batch_constructs.assembly.template.resources.schedules import ScheduleTarget
from batch_constructs.facts import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources.state_machines import SubmitTask

CHAPTER = "Submitting a Job"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
# Step Functions takes the value from the state's input; the member has no other name.
_FROM_INPUT = ".$"
_JSONATA = "{%"
# The shapes of job definitions, whose members people try to override.
_DEFINITIONS = (
    "ContainerProperties",
    "EcsTaskProperties",
    "EksContainer",
    "EksPodProperties",
    "NodeRangeProperty",
    "RegisterJobDefinitionRequest",
    "TaskContainerProperties",
)


@rule(
    "JOB-12",
    severity=ERROR,
    remedy="spell members as the API does, but with a capital first letter: JobName, ContainerOverrides, Environment",
    prevents="SCHEMA_VALIDATION_FAILED: The field … is not supported by Step Functions; or a schedule that submits nothing",
)
def members_are_of_the_api(sender: SubmitTask | ScheduleTarget) -> Iterator[Finding]:
    """A state machine or schedule must send only members of the request, each with a capital first letter."""
    yield from _members(sender, *_request(sender))


@rule(
    "JOB-14",
    severity=ERROR,
    remedy="write strings in quotes, and numbers without them",
    prevents="SCHEMA_VALIDATION_FAILED: The value for the field … must be a STRING; or a schedule that submits nothing",
)
def values_are_of_the_types(sender: SubmitTask | ScheduleTarget) -> Iterator[Finding]:
    """The values of a request must be of the API's types: environment variables and amounts are strings, sizes numbers."""
    request, shape, name = _request(sender)
    if isinstance(request, dict):
        yield from _values(sender, request, shape, name)


def _request(sender: SubmitTask | ScheduleTarget) -> tuple[Any, str, str]:
    """Return the request, its shape, and the name of the member that holds it; no request if AWS Batch gets none."""
    if not sender.operation:
        return None, "SubmitJobRequest", ""
    shape = operations.operations()[sender.operation].input
    if isinstance(sender, ScheduleTarget):
        return sender.message, shape, "Input"
    return sender.request, shape, sender.request_name


def _members(sender: SubmitTask | ScheduleTarget, node: Any, shape: str, at: str) -> Iterator[Finding]:
    kind = operations.kind(shape)
    if kind == "list" and isinstance(node, list):
        for index, each in enumerate(node):
            yield from _members(sender, each, operations.element(shape), f"{at}[{index}]")
    if kind != "structure" or not isinstance(node, dict):
        return
    known = _known(shape)
    names = {key: key.removesuffix(_FROM_INPUT) for key in node}
    small = [name for name in names.values() if name not in known and _capital(name) in known]
    # For schedules that is EVT-28.
    if small and not isinstance(sender, ScheduleTarget):
        wanted = ", ".join(map(_capital, small))
        message = f"members must begin with a capital letter, as {wanted}, got {', '.join(small)}"
        yield Finding(sender, message, at=at)
    for key, name in names.items():
        if _capital(name) in known:
            yield from _members(sender, node[key], known[_capital(name)], f"{at}.{name}")
        else:
            yield _stranger(sender, name, known, at)


def _stranger(sender: SubmitTask | ScheduleTarget, name: str, known: dict[str, str], at: str) -> Finding:
    """Return the finding about a member that the structure does not have."""
    near = get_close_matches(name, known, n=1, cutoff=0.8)
    if near:
        message = f"{name} is no member of the request (did you mean {near[0]!r}?)"
        return Finding(sender, message, at=f"{at}.{name}")
    if _capital(name) in _of_definitions():
        message = f"a submission cannot override {name}, which only the job definition has"
        return Finding(sender, message, at=f"{at}.{name}")
    # It may be newer than the data.
    message = f"{name} is no member of the request: it has {', '.join(sorted(known))}"
    return Finding(sender, message, at=f"{at}.{name}", severity=WARNING)


_WORDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "string": ("a string", (str, PartialText)),
    "integer": ("a number", (int, float)),
    "number": ("a number", (int, float)),
    "boolean": ("true or false", (bool,)),
    "list": ("a list", (list,)),
    "map": ("an object", (dict,)),
    "structure": ("an object", (dict,)),
}


def _values(sender: SubmitTask | ScheduleTarget, node: Any, shape: str, at: str) -> Iterator[Finding]:
    kind = operations.kind(shape)
    words, types = _WORDS[kind]
    if _open(node):
        return
    if not isinstance(node, types) or (isinstance(node, bool) and kind != "boolean"):
        got = (
            "an object" if isinstance(node, dict) else "a list" if isinstance(node, list) else _literal(node)
        )
        yield Finding(sender, f"the value must be {words}, got {got}", at=at)
    elif isinstance(node, list):
        for index, each in enumerate(node):
            yield from _values(sender, each, operations.element(shape), f"{at}[{index}]")
    elif kind == "map" and isinstance(node, dict):
        for key, each in node.items():
            if not key.endswith(_FROM_INPUT):
                yield from _values(sender, each, operations.element(shape), f"{at}.{key}")
    elif isinstance(node, dict):
        known = _known(shape)
        for key, each in node.items():
            if _capital(key) in known:
                yield from _values(sender, each, known[_capital(key)], f"{at}.{key}")


def _open(node: Any) -> bool:
    """Return whether the value is decided elsewhere: in the deployment, or by a JSONata expression."""
    if isinstance(node, PartialText):
        return node.prefix.startswith(_JSONATA)
    return isinstance(node, Unknown) or (isinstance(node, str) and node.startswith(_JSONATA))


def _literal(node: Any) -> str:
    if isinstance(node, PartialText):
        return f"a string, {node.text!r}"
    if isinstance(node, bool):
        return str(node).lower()
    return f"a string, {node!r}" if isinstance(node, str) else f"{node}"


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


@cache
def _known(shape: str) -> dict[str, str]:
    """Return the members of a structure, with a capital first letter, and the names of their shapes."""
    return {_capital(name): member for name, member in operations.members(shape).items()}


@cache
def _of_definitions() -> frozenset[str]:
    return frozenset(name for shape in _DEFINITIONS for name in _known(shape))


_OTHER_OVERRIDES = {
    "EcsProperties": "several containers",
    "EksProperties": "a pod",
    "NodeProperties": "several nodes",
}


@rule(
    "JOB-16",
    severity=WARNING,
    remedy="submit it by aws-sdk:batch:submitJob and poll DescribeJobs, as JobChainStateMachine does",
    prevents="ClientException: Container overrides should not be set for ecsProperties jobs",
)
def awaited_jobs_have_one_container(task: SubmitTask) -> Iterator[Finding]:
    """Step Functions should wait by itself for jobs of one container only: it adds container overrides to each."""
    definition = task.submission.definition
    if not task.waits or definition is None:
        return
    for member in definition.gives(*_OTHER_OVERRIDES):
        message = (
            f"Step Functions adds container overrides to a job that it waits for, and {definition.label} has "
            f"{_OTHER_OVERRIDES[member]}, which take none"
        )
        yield Finding(task, message, at="Resource")
