"""Builds the plan of a template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template import (
    Either,
    ImportedValue,
    NamePiece,
    ParameterValue,
    PartialText,
    Piece,
    Reference,
    Unknown,
    read,
)
from batch_constructs.facts import operations
from batch_constructs.local.plan.identities import ACCOUNT, Identities
from batch_constructs.local.plan.spelling import as_request

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from batch_constructs.assembly.template import BatchModel, Resource, Stack

DEFAULT_REGION = "us-east-1"

# In the order in which a deployment makes them.
_OPERATIONS = {
    "AWS::Batch::SchedulingPolicy": "CreateSchedulingPolicy",
    "AWS::Batch::ConsumableResource": "CreateConsumableResource",
    "AWS::Batch::ComputeEnvironment": "CreateComputeEnvironment",
    "AWS::Batch::JobQueue": "CreateJobQueue",
    "AWS::Batch::JobDefinition": "RegisterJobDefinition",
}
_NAME_MEMBERS = {
    "CreateSchedulingPolicy": "name",
    "CreateConsumableResource": "consumableResourceName",
    "CreateComputeEnvironment": "computeEnvironmentName",
    "CreateJobQueue": "jobQueueName",
    "RegisterJobDefinition": "jobDefinitionName",
}


class UnresolvedError(ValueError):
    """A template leaves open what a local run must know; the message names the option that says it."""


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """A request of the API that makes one resource of the template.

    Attributes:
        operation: The operation, such as ``CreateJobQueue``.
        request: The request's members.
        label: What messages call the resource: the path of its construct, else its logical id.
        name: The name that the resource gets.
    """

    operation: str
    request: dict[str, Any]
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The resources that a local deployment of a template makes.

    Attributes:
        requests: The requests, in the order in which they must be sent.
        model: The template, with its parameters bound.
        identities: The names and ARNs of its resources.
        region: The Region of all ARNs.
        settled: What fills in the references of the template.
        notices: What the local Batch leaves out, one sentence each.
    """

    requests: list[PlannedRequest]
    model: BatchModel
    identities: Identities
    region: str
    settled: Settled
    notices: list[str] = field(default_factory=list)

    def resources(self, kind: str) -> Iterator[tuple[Resource, dict[str, Any]]]:
        """Yield each resource of a CloudFormation type that exists, with its properties as plain data."""
        for resource in self.model.resources:
            if resource.type == kind and _exists(resource):
                properties = self.settled.value(resource.stack, resource.node)
                yield resource, properties if isinstance(properties, dict) else {}


def plan(
    path: str | os.PathLike[str], *, parameters: Mapping[str, str] | None = None, region: str = ""
) -> Plan:
    """Return what a local deployment of a template makes.

    Args:
        path: A template, a cloud assembly (``cdk.out``) or a folder of templates.
        parameters: Values of the template's parameters, and of the exports of stacks that are not in the folder; by
            default each parameter has its default.
        region: The Region; by default that of the assembly's first stack, else ``us-east-1``.

    Raises:
        UnresolvedError: A parameter has no value.
        UnreadableInputError: There is no template.
    """
    model = read(path)
    region = region or next(
        (r for stack in model.stacks if (r := stack.environment.get("AWS::Region"))), DEFAULT_REGION
    )
    _bind(model, parameters or {}, region)
    identities = Identities(model, region)
    settled = Settled(identities, parameters or {})
    requests = [
        planned
        for kind, operation in _OPERATIONS.items()
        for resource in model.resources
        if resource.type == kind and _exists(resource)
        for planned in [_request(settled, identities, operation, resource)]
    ]
    if settled.open:
        names = sorted(settled.open)
        raise UnresolvedError(
            f"parameter {', '.join(names)} must have a value: add "
            + " ".join(f"--parameter {name}=VALUE" for name in names)
        )
    # Queues of service environments hold no container jobs, and nothing here runs what they hold.
    foreign = [each for each in requests if "serviceEnvironmentOrder" in each.request]
    notices = {f"{each.label} holds jobs of Amazon SageMaker AI, which do not run here" for each in foreign}
    kept = [each for each in requests if each not in foreign]
    return Plan(kept, model, identities, region, settled, sorted(settled.notices | notices))


def _bind(model: BatchModel, parameters: Mapping[str, str], region: str) -> None:
    """Settle parameters, pseudo-parameters and conditions of all stacks."""
    for stack in model.stacks:
        values: dict[str, Any] = {
            "AWS::Region": region,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "Fn::GetAZs": [f"{region}{letter}" for letter in "abc"],
            "AWS::StackName": stack.deployed_as,
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{stack.deployed_as}/local",
        }
        if not stack.is_nested:
            values |= _parameters(stack, parameters)
        stack.bind(values)


def _parameters(stack: Stack, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the value of each parameter that has one."""
    values: dict[str, Any] = {}
    for name, declared in stack.parameters.items():
        kind = str(declared.get("Type")) if isinstance(declared, dict) else ""
        value = given.get(name, declared.get("Default") if isinstance(declared, dict) else None)
        if value is None or (kind.startswith("AWS::SSM::") and name not in given):
            continue
        is_list = kind.startswith("List<") or kind == "CommaDelimitedList"
        values[name] = [part.strip() for part in str(value).split(",")] if is_list else str(value)
    return values


def _exists(resource: Resource) -> bool:
    """Return whether the resource's condition lets it exist."""
    condition = vars(resource)["entry"].get("Condition")
    return resource.stack.conditions.get(condition, True) if isinstance(condition, str) else True


def _request(settled: Settled, identities: Identities, operation: str, resource: Resource) -> PlannedRequest:
    shape = operations.operations()[operation].input
    properties = settled.value(resource.stack, resource.node)
    request = as_request(shape, properties if isinstance(properties, dict) else {})
    name = request.setdefault(_NAME_MEMBERS[operation], identities.name(resource))
    return PlannedRequest(operation, request, resource.label, name)


class Settled:
    """Values of a template with every reference filled in.

    Attributes:
        open: The parameters that have no value.
        notices: What stays unknown.
    """

    def __init__(self, identities: Identities, given: Mapping[str, str]) -> None:
        self._identities = identities
        self._given = given
        self.open: set[str] = set()
        self.notices: set[str] = set()

    def value(self, stack: Stack, node: Any) -> Any:
        """Return a node of the template as plain data."""
        found = stack.resolve(node)
        if isinstance(found, dict):
            settled = {key: self.value(stack, inner) for key, inner in found.items()}
            return {key: inner for key, inner in settled.items() if inner is not None}
        if isinstance(found, list):
            return [inner for each in found if (inner := self.value(stack, each)) is not None]
        return self._settle(found) if isinstance(found, Unknown) else found

    def _settle(self, value: Unknown) -> Any:
        match value:
            case Piece() | NamePiece():
                return self._piece(value)
            case Reference():
                return self._identities.attribute(value.target, value.attribute)
            case PartialText():
                return "".join(
                    each if isinstance(each, str) else str(self._settle(each)) for each in value.parts
                )
            case ImportedValue(name=str(name)) if name in self._given:
                return self._given[name]
            case ImportedValue(name=name):
                self.notices.add(
                    f"{value.reason} is not known here: add --parameter {name}=VALUE if it matters"
                )
                return f"unknown-{value.reason}"
            case ParameterValue() if not value.default:
                self.open.add(value.name)
                return ""
            case ParameterValue():
                return value.default
            case Either():
                first = next((each for each in value.options if each is not None), None)
                self.notices.add(f"{value.reason} could not be decided; the first is used")
                return self._settle(first) if isinstance(first, Unknown) else first
        self.notices.add(f"{value.reason} is not known here")
        return f"unknown-{value.reason}"

    def _piece(self, value: Piece | NamePiece) -> Any:
        """Return a part of a string that is known only now."""
        pieces = str(self._settle(value.whole)).split(value.separator)
        if value.index < len(pieces):
            return pieces[value.index]
        self.notices.add(f"{value.whole.reason} has no piece {value.index} here")
        return f"unknown-{value.reason}"
