"""Compares the resources of AWS Batch with their schemas in CloudFormation: members, kinds, and what is required."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks._rules import Severity
from batch_constructs.assembly.template import Unknown
from batch_constructs.assembly.template.loops import may_grow
from batch_constructs.assembly.template.memo import once
from batch_constructs.facts import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Resource
    from batch_constructs.facts.requests import MemberType, Structure

_CUTOFF = 0.8
_MAX_NAME = 64
_WORDS = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "map": "a mapping of names to strings",
}


_ENVIRONMENT, _DEFINITION, _SHARE = (
    f"{schemas.PREFIX}{name}" for name in ("ComputeEnvironment", "JobDefinition", "QuotaShare")
)
# Required members whose own rules say more about them.
_ASKED_ELSEWHERE = frozenset(
    {
        f"{_ENVIRONMENT}.ComputeResources.MaxvCpus",
        f"{_ENVIRONMENT}.ComputeResources.Type",
        f"{_ENVIRONMENT}.EksConfiguration.EksClusterArn",
        f"{_ENVIRONMENT}.EksConfiguration.KubernetesNamespace",
        f"{_ENVIRONMENT}.InstanceLaunchTemplate.Ec2InstanceProfileArn",
        f"{_ENVIRONMENT}.InstanceLaunchTemplate.NetworkConfiguration",
        f"{_ENVIRONMENT}.ManagedInstancesNetworkConfiguration.SecurityGroups",
        f"{_ENVIRONMENT}.ManagedInstancesNetworkConfiguration.Subnets",
        f"{_ENVIRONMENT}.ManagedInstancesProvider.InfrastructureRoleArn",
        f"{_ENVIRONMENT}.ManagedInstancesProvider.InstanceLaunchTemplate",
        f"{_DEFINITION}.ConsumableResourceRequirement.ConsumableResource",
        f"{_DEFINITION}.ConsumableResourceRequirement.Quantity",
        f"{_DEFINITION}.ContainerProperties.Image",
        f"{_DEFINITION}.EFSVolumeConfiguration.FileSystemId",
        f"{_DEFINITION}.EcsProperties.TaskProperties",
        f"{_DEFINITION}.EksContainerEnvironmentVariable.Name",
        f"{_DEFINITION}.EvaluateOnExit.Action",
        f"{_DEFINITION}.LogConfiguration.LogDriver",
        f"{_DEFINITION}.MultiNodeContainerProperties.Image",
        f"{_DEFINITION}.MultiNodeEcsProperties.TaskProperties",
        f"{_DEFINITION}.S3FilesVolumeConfiguration.FileSystemArn",
        f"{_DEFINITION}.Secret.Name",
        f"{_DEFINITION}.Secret.ValueFrom",
        f"{_DEFINITION}.TaskContainerProperties.Image",
        f"{_DEFINITION}.Tmpfs.ContainerPath",
        f"{_DEFINITION}.Tmpfs.Size",
        f"{_DEFINITION}.Ulimit.HardLimit",
        f"{_DEFINITION}.Ulimit.Name",
        f"{_DEFINITION}.Ulimit.SoftLimit",
        f"{schemas.PREFIX}ConsumableResource.ResourceType",
        f"{schemas.PREFIX}ConsumableResource.TotalQuantity",
        f"{schemas.PREFIX}JobQueue.JobStateTimeLimitAction.Reason",
        *(
            f"{_SHARE}.{each}"
            for each in ("CapacityLimits", "JobQueue", "PreemptionConfiguration", "QuotaShareName")
        ),
        f"{_SHARE}.ResourceSharingConfiguration",
        f"{_SHARE}.QuotaShareCapacityLimit.CapacityUnit",
        f"{_SHARE}.QuotaShareCapacityLimit.MaxCapacity",
        f"{_SHARE}.QuotaSharePreemptionConfiguration.InSharePreemption",
        f"{_SHARE}.QuotaShareResourceSharingConfiguration.Strategy",
        f"{schemas.PREFIX}ServiceEnvironment.CapacityLimits",
        f"{schemas.PREFIX}ServiceEnvironment.ServiceEnvironmentType",
    }
)


class Kind(Enum):
    """The ways in which a template departs from a schema."""

    UNKNOWN = auto()
    SHAPE = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class Departure:
    """A member that the schema does not allow, or one that is missing.

    Attributes:
        kind: the way in which it departs.
        at: the path from the resource's properties.
        message: the finding's message.
        severity: a warning for a member that may be newer than the schema.
    """

    kind: Kind
    at: str
    message: str
    severity: Severity = Severity.ERROR


@once
def departures(resource: Resource) -> tuple[Departure, ...]:
    """Return all departures of a resource of AWS Batch from its schema."""
    node = resource.node
    if resource.type not in schemas.types() or isinstance(node, Unknown) or node is None:
        return ()
    return tuple(_Comparison(resource).structure(node, resource.type, "", above=""))


class _Comparison:
    """The comparison of one resource."""

    def __init__(self, resource: Resource) -> None:
        self._type = resource.type
        self._resolve = resource.stack.resolve

    def structure(self, node: dict[str, Any], name: str, path: str, above: str) -> Iterator[Departure]:
        """Yield the departures of a structure; ``above`` is the structure that contains it, if any."""
        schema = schemas.structure(name)
        for key, child in node.items():
            kind = schema.members.get(key)
            at = f"{path}.{key}" if path else key
            if kind is not None:
                yield from self._value(self._resolve(child), kind, at, name)
            elif not key.startswith("Fn::"):
                yield self._unknown(key, at, name, above)
        missing = [
            each
            for each in sorted(schema.required.difference(node))
            if f"{name}.{each}" not in _ASKED_ELSEWHERE
        ]
        if missing and not may_grow(node):
            yield from (
                Departure(Kind.MISSING, path, f"{self._label(path)} needs {each}, got none")
                for each in missing
            )

    def _value(self, value: Any, kind: MemberType, at: str, above: str) -> Iterator[Departure]:
        if value is None or isinstance(value, Unknown):
            return
        if isinstance(kind, list):
            if isinstance(value, list):
                for index, each in enumerate(value):
                    yield from self._value(self._resolve(each), kind[0], f"{at}[{index}]", above)
            else:
                yield Departure(Kind.SHAPE, at, f"{at} must be a list, got {_shape(value)}")
        elif kind not in _WORDS:
            if isinstance(value, dict):
                yield from self.structure(value, kind, at, above)
            else:
                yield Departure(Kind.SHAPE, at, f"{at} must be a mapping, got {_shape(value)}")
        elif not _fits(value, kind):
            yield Departure(Kind.SHAPE, at, f"{at} must be {_WORDS[kind]}, got {_shape(value)}")
        elif kind == "map":
            for key, each in value.items():
                if isinstance(self._resolve(each), dict | list):
                    shape = _shape(self._resolve(each))
                    yield Departure(Kind.SHAPE, at, f"{key!r} in {at} must be a string, got {shape}")

    def _unknown(self, key: str, at: str, name: str, above: str) -> Departure:
        members = schemas.structure(name).members
        where = self._label(at.rpartition(".")[0])
        same = [each for each in members if each.lower() == key.lower()]
        if same:
            return Departure(Kind.UNKNOWN, at, f"{where} has {same[0]}, got {key}, in other capitals")
        homes = schemas.structures_with(self._type, key)
        near_by = [(above, schemas.structure(above))] if above else []
        if homes and ((near_by and key in near_by[0][1].members) or _below(schemas.structure(name), key)):
            return Departure(Kind.UNKNOWN, at, f"{where} has no {key}: it belongs to {self._label(homes[0])}")
        near = get_close_matches(key, members, n=1, cutoff=_CUTOFF) if len(key) < _MAX_NAME else []
        if near:
            return Departure(Kind.UNKNOWN, at, f"{where} has no {key} (did you mean {near[0]!r}?)")
        hint = f": it belongs to {self._label(homes[0])}" if homes else f", as of {schemas.metadata()[1]}"
        return Departure(Kind.UNKNOWN, at, f"{where} has no {key}{hint}", Severity.WARNING)

    def _label(self, path: str) -> str:
        return path or self._type


def _below(structure: Structure, key: str) -> bool:
    """Return whether a structure that is a member of another one has a member."""
    inner = (kind[0] if isinstance(kind, list) else kind for kind in structure.members.values())
    return any(key in schemas.structure(each).members for each in inner if each.startswith(schemas.PREFIX))


def _fits(value: Any, kind: str) -> bool:
    """Return whether CloudFormation takes a value for a member of a kind; it converts strings, numbers and booleans."""
    if kind == "map":
        return isinstance(value, dict)
    if isinstance(value, dict | list):
        return False
    text = str(value).strip()
    if kind in {"integer", "number"}:
        return not isinstance(value, bool) and _is_number(text)
    return kind == "string" or text.lower() in {"true", "false"}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shape(value: Any) -> str:
    """Return ``a list``, ``a mapping``, or the value itself."""
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, dict) else repr(value)
