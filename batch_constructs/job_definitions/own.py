"""The base class of job definitions that an app makes, and the places of their containers in the resource."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_batch as batch

from batch_constructs._border.cli_json.constructs import CliJson
from batch_constructs._border.cli_json.named import Named
from batch_constructs._border.references import never_export
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits
from batch_constructs.facts.eks import DEFAULT_CONTAINER_NAME
from batch_constructs.job_definitions.base import JobDefinitionBase
from batch_constructs.job_definitions.links import Variables
from batch_constructs.job_definitions.parameters import check_command, placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from batch_constructs._border.problems import Problems

__all__ = ["OwnJobDefinition", "Placed"]

_NUMBER = re.compile(r"(?=.*[1-9])\d+(\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A container in the members of a definition, with its place in the resource.

    Attributes:
        members: The members of the container.
        holder: The members with its roles: those of the container itself, its task or its pod.
        role: The path of the property with the ARN of its job role; empty for pods.
        variables: The path of the property with its variables.
    """

    members: Mapping[str, Any]
    holder: Mapping[str, Any]
    role: str
    variables: str


class OwnJobDefinition(CliJson, JobDefinitionBase):
    """A job definition that this app makes."""

    _operation = "RegisterJobDefinition"
    _l1 = batch.CfnJobDefinition
    # Queued and running jobs keep the revision that they were submitted with.
    _of_cloudformation = MappingProxyType({"resourceRetentionPolicy": {"skipDeregisterOnUpdate": True}})

    cfn: batch.CfnJobDefinition
    """The CloudFormation resource."""

    parameters: Mapping[str, str]
    """Default values for placeholders; a submission can override them."""

    placeholders: frozenset[str]
    """The names in all words ``Ref::name`` of its commands; a submission must set those without a default."""

    _variables: Sequence[Variables]

    @cached_property
    def job_definition_arn(self) -> str:  # type: ignore[override] # read once, when first needed
        """The ARN of the revision that this deploy registers."""
        return self.cfn.ref

    def _make(self, members: Mapping[str, Any]) -> None:
        super()._make(members)
        never_export(self.cfn)
        self._placed = list(_containers(members))
        self.parameters = members.get("parameters", {})
        self.placeholders = placeholders(
            each.members.get(words) for each in self._placed for words in ("command", "args")
        )
        self._variables = [
            Variables(
                container=each.members.get("name", ""),
                member=each.variables,
                values={
                    one["name"]: one["value"]
                    for one in each.members.get("environment", each.members.get("env", ()))
                    if {"name", "value"} <= one.keys()
                },
                secrets=frozenset(one["name"] for one in each.members.get("secrets", ())),
            )
            for each in self._placed
        ]

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        self._consumed = _consumed(document)
        ranges = document.get("nodeProperties", {}).get("nodeRangeProperties", ())
        self._consumed_by_nodes = {
            name: amount for each in ranges for name, amount in _consumed(each).items()
        }

    @staticmethod
    def _kind_of(document: Mapping[str, Any]) -> str:
        return _kind_of(document)

    @classmethod
    def _check_document(cls, problems: Problems, document: Mapping[str, Any]) -> None:
        problems.check(
            "containerProperties" not in document
            or "MANAGED_INSTANCES" not in document.get("platformCapabilities", ()),
            "containerProperties must be ecsProperties for MANAGED_INSTANCES, which takes no others: put the container "
            "into ecsProperties.taskProperties, and use ManagedInstancesJobDefinition",
        )
        for each in _containers(document):
            (_check_container if each.role else _check_in_pod)(problems, each)
        for each in (document, *document.get("nodeProperties", {}).get("nodeRangeProperties", ())):
            for quantity in _consumed(each).values():
                problems.within("the quantity of a consumable resource", quantity, limits.CONSUMABLE_QUANTITY)


def _containers(members: Mapping[str, Any]) -> Iterator[Placed]:
    """Yield the containers of a definition, or of each range of its nodes, in their order."""
    yield from _of_node(members, "", "containerProperties")
    for index, each in enumerate(members.get("nodeProperties", {}).get("nodeRangeProperties", ())):
        yield from _of_node(each, f"NodeProperties.NodeRangeProperties.{index}.", "container")


def _of_node(node: Mapping[str, Any], path: str, only_container: str) -> Iterator[Placed]:
    if (container := node.get(only_container)) is not None:
        base = path + only_container[0].upper() + only_container[1:]
        yield Placed(
            members=container, holder=container, role=f"{base}.JobRoleArn", variables=f"{base}.Environment"
        )
    for index, task in enumerate(node.get("ecsProperties", {}).get("taskProperties", ())):
        base = f"{path}EcsProperties.TaskProperties.{index}"
        for at, container in enumerate(task["containers"]):
            variables = f"{base}.Containers.{at}.Environment"
            yield Placed(members=container, holder=task, role=f"{base}.TaskRoleArn", variables=variables)
    pod = node.get("eksProperties", {}).get("podProperties", {})
    for member, property_ in (("containers", "Containers"), ("initContainers", "InitContainers")):
        for at, container in enumerate(pod.get(member, ())):
            variables = f"{path}EksProperties.PodProperties.{property_}.{at}.Env"
            yield Placed(members=container, holder=pod, role="", variables=variables)


def _consumed(members: Mapping[str, Any]) -> dict[Any, Any]:
    """Return the consumable resources of a definition or a range of nodes, with their quantities."""
    listed = members.get("consumableResourceProperties", {}).get("consumableResourceList", ())
    return {
        Named(each["consumableResource"]): each.get("quantity", 1)
        for each in listed
        if "consumableResource" in each
    }


def _kind_of(document: Mapping[str, Any]) -> str:
    """Return the name of the class that takes such documents."""
    platforms = document.get("platformCapabilities") or ["EC2"]
    ranges = document.get("nodeProperties", {}).get("nodeRangeProperties", ())
    members = {*document, *(name for each in ranges for name in each)}
    nodes = "MultiNodeParallel" if "nodeProperties" in document else ""
    if "eksProperties" in members:
        return f"Eks{nodes}JobDefinition"
    if nodes:
        return f"{'Ecs' * ('ecsProperties' in members)}{nodes}JobDefinition"
    if "MANAGED_INSTANCES" in platforms:
        return "ManagedInstancesJobDefinition"
    if "ecsProperties" in members:
        return "MultiContainerJobDefinition"
    return "FargateJobDefinition" if "FARGATE" in platforms else "Ec2JobDefinition"


def _check_container(problems: Problems, each: Placed) -> None:
    """Add a problem for a container on ECS that lacks a member, or has a value that AWS would refuse."""
    container, task = each.members, each.holder
    old = {
        kind: container[name] for kind, name in (("VCPU", "vcpus"), ("MEMORY", "memory")) if name in container
    }
    asked = old | {one["type"].upper(): one["value"] for one in container.get("resourceRequirements", ())}
    missing = [kind for kind in ("VCPU", "MEMORY") if kind not in asked]
    problems.check(
        not missing, f"containers must have resourceRequirements for {' and '.join(missing)}, got none"
    )
    for kind, value in asked.items():
        problems.check(
            not known(value) or _NUMBER.fullmatch(str(value)) is not None,
            f"the value of {kind} must be a number above 0, got {value!r}",
        )
    check_command(problems, container.get("command"))
    problems.check(container.get("name") != "", "the name of a container must not be empty, got ''")
    names = [one.get("name") for one in task.get("containers", ())]
    for one in container.get("dependsOn", ()):
        name = one["containerName"]
        problems.check(
            not known(name) or name in names, f"dependsOn must name containers of the job, got {name!r}"
        )
    for name in ("jobRoleArn", "taskRoleArn", "executionRoleArn"):
        arn = task.get(name, "arn:")
        problems.check(
            not known(arn) or arn.startswith("arn:"), f"{name} must be the full ARN of a role, got {arn!r}"
        )
    shell, fixed = task.get("enableExecuteCommand"), container.get("readonlyRootFilesystem")
    problems.check(
        not (known(shell) and shell and known(fixed) and fixed),
        "enableExecuteCommand needs writable root file systems, since its agent writes to them, got "
        "readonlyRootFilesystem true: leave one of the two out",
    )


def _check_in_pod(problems: Problems, each: Placed) -> None:
    """Add a problem if two containers of a pod have the same name."""
    lists = (each.holder.get(member, ()) for member in ("containers", "initContainers"))
    names = [one.get("name", DEFAULT_CONTAINER_NAME) for containers in lists for one in containers]
    name = each.members.get("name", DEFAULT_CONTAINER_NAME)
    problems.check(
        not known(name) or names.count(name) == 1,
        f"each container of a pod must have its own name, got {name!r} twice",
    )
