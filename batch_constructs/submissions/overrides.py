"""Changes that one submission makes to its definition: to the container, to several of a task or a pod, or to nodes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given, members, pairs
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.amounts import check_eks_amounts, eks_amounts, requirements
from batch_constructs.job_definitions.consumables import consumed_members
from batch_constructs.job_definitions.eks_metadata import check_metadata
from batch_constructs.job_definitions.parameters import check_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jsii import Number

    from batch_constructs.job_definitions.node_groups import NodeRange

__all__ = [
    "ContainerOverrides",
    "EksContainerOverrides",
    "EksPodOverrides",
    "NodeOverrides",
    "NodePropertyOverride",
    "TaskContainerOverrides",
    "check_consumed",
    "check_one_kind",
    "task_members",
]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerOverrides:
    """Changes that one submission makes to the container of its definition.

    Attributes:
        command: The command of the container. By default that of the definition.
        environment: Variables that are added or changed. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By
            default none.
        vcpus: vCPUs, more than 0, and whole ones on EC2. By default as in the definition.
        memory_mib: Memory in MiB, at least 4. By default as in the definition.
        gpus: GPUs, at least 1. By default as in the definition.

    Raises:
        ValueError: a limit is broken.

    Guide: Submitting a Job.
    """

    command: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    vcpus: Number | None = None
    memory_mib: Number | None = None
    gpus: Number | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        _check_container(problems, self)
        problems.raise_if_any()

    def _members(self) -> dict[str, Any]:
        return _container(self)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContainerOverrides:
    """Changes that one submission makes to one of several containers of a job on ECS.

    Attributes:
        name: The name of the container in the definition.
        command: The command of the container. By default that of the definition.
        environment: Variables that are added or changed. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By
            default none.
        vcpus: vCPUs, more than 0, and whole ones on EC2. By default as in the definition.
        memory_mib: Memory in MiB, at least 4. By default as in the definition.
        gpus: GPUs, at least 1. By default as in the definition.

    Raises:
        ValueError: a limit is broken.

    Guide: Submitting a Job.
    """

    name: str
    command: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    vcpus: Number | None = None
    memory_mib: Number | None = None
    gpus: Number | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(self.name != "", "name must be the name of a container of the definition, got ''")
        _check_container(problems, self)
        problems.raise_if_any()

    def _members(self) -> dict[str, Any]:
        return {"name": self.name, **_container(self)}


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksContainerOverrides:
    """Changes that one submission makes to a container of a pod.

    Attributes:
        name: The name of the container in the definition. By default the container without a name.
        image: The address of another image. By default that of the definition.
        command: The entry point of the container. By default that of the definition.
        args: The arguments of the entry point. By default those of the definition.
        environment: Variables that are added or changed. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By
            default none.
        vcpus: The vCPUs that are reserved for it, at least 0.25 and in steps of it. By default as in the definition.
        vcpus_limit: The most vCPUs that it may use, at least ``vcpus``. By default as in the definition.
        memory_mib: Its memory in whole MiB, at least 4. By default as in the definition.
        gpus: NVIDIA GPUs, at least 1. By default as in the definition.

    Raises:
        ValueError: a limit is broken.

    Guide: Submitting a Job; Job Definition Parameters (eksProperties).
    """

    name: str | None = None
    image: str | None = None
    command: Sequence[str] | None = None
    args: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    vcpus: Number | None = None
    vcpus_limit: Number | None = None
    memory_mib: Number | None = None
    gpus: Number | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        problems.matches("name", self.name, patterns.EKS_CONTAINER_NAME)
        problems.matches("image", self.image, patterns.IMAGE)
        for name in self.environment:
            problems.matches(f"the environment name {name!r}", name, patterns.ENVIRONMENT_VARIABLE)
        check_eks_amounts(
            problems,
            vcpus=self.vcpus,
            vcpus_limit=self.vcpus_limit,
            memory=("memory_mib", self.memory_mib),
            gpus=self.gpus,
        )
        problems.raise_if_any()

    def _members(self) -> dict[str, Any]:
        return given(
            name=self.name,
            image=self.image,
            command=self.command,
            args=self.args,
            env=pairs(self.environment),
            resources=eks_amounts(
                vcpus=self.vcpus, vcpus_limit=self.vcpus_limit, memory_mib=self.memory_mib, gpus=self.gpus
            ),
        )


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksPodOverrides:
    """Changes that one submission makes to the pod of its definition.

    Attributes:
        containers: Changes to containers, at most 10. By default none.
        init_containers: Changes to containers that prepare the pod, at most 10. By default none.
        namespace: Another namespace. By default as in the definition.
        labels: Labels that are added or changed, in the form of `EksPod`. By default none.
        annotations: Annotations that are added or changed, likewise. By default none.

    Raises:
        ValueError: a limit is broken, or a container is named twice.

    Guide: Submitting a Job; Job Definition Parameters (eksProperties).
    """

    containers: Sequence[EksContainerOverrides] = ()
    init_containers: Sequence[EksContainerOverrides] = ()
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = Problems()
        for name, containers in (("containers", self.containers), ("init_containers", self.init_containers)):
            most = limits.EKS_INIT_CONTAINERS.maximum or 0
            problems.check(
                len(containers) <= most, f"the number of {name} must be at most {most}, got {len(containers)}"
            )
        names = [each.name for each in (*self.containers, *self.init_containers)]
        _check_once(problems, [name for name in names if name is not None])
        problems.matches("namespace", self.namespace, patterns.EKS_JOB_NAMESPACE)
        check_metadata(problems, self.labels, self.annotations)
        problems.raise_if_any()

    def _members(self) -> dict[str, Any]:
        pod = given(
            containers=self.containers,
            initContainers=self.init_containers,
            metadata=given(labels=self.labels, annotations=self.annotations, namespace=self.namespace),
        )
        return {"podProperties": pod}


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class NodePropertyOverride:
    """Changes that one submission makes to a range of nodes, with one of the three kinds of overrides.

    Attributes:
        target_nodes: The range: a `NodeRange`, or ``"0:3"``, ``":3"``, ``"4:"``, ``":"``.
        container_overrides: Changes to their container. By default none.
        ecs_properties_override: Changes to their containers, by name. By default none.
        eks_properties_override: Changes to their pods. By default none.
        instance_type: Their instance type. For a `MultiNodeParallelJobDefinition` also give ``container_overrides``, at
            least an empty ``ContainerOverrides()``; AWS Batch takes no instance type for pods. By default as in the
            definition.
        consumes: The consumable resources that they use, by name or ARN, with the quantity of each, at least 1. By
            default as in the definition.

    Raises:
        ValueError: the range is malformed, there are several kinds of overrides, or pods with an ``instance_type``.

    Guide: Submitting a Job; Multi-node Parallel Jobs.
    """

    target_nodes: NodeRange | str
    container_overrides: ContainerOverrides | None = None
    ecs_properties_override: Sequence[TaskContainerOverrides] = ()
    eks_properties_override: EksPodOverrides | None = None
    instance_type: str | None = None
    consumes: Mapping[str, Number] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = Problems()
        problems.matches("target_nodes", str(self.target_nodes), patterns.NODE_RANGE)
        check_one_kind(problems, self)
        problems.check(
            self.instance_type is None or self.eks_properties_override is None,
            "instance_type must be left out for nodes that run pods, since AWS Batch takes it on ECS only, got "
            f"{self.instance_type!r}: submit to a queue whose environment has that type only",
        )
        check_consumed(problems, self.consumes)
        problems.raise_if_any()

    def _members(self) -> dict[str, Any]:
        # A container names the instance type itself; for tasks and pods it is in the list of the range.
        of_container = self.container_overrides is not None
        container = members(self.container_overrides) or {}
        return given(
            targetNodes=str(self.target_nodes),
            containerOverrides={**container, **given(instanceType=self.instance_type)}
            if of_container
            else None,
            ecsPropertiesOverride=task_members(self.ecs_properties_override),
            eksPropertiesOverride=self.eks_properties_override,
            instanceTypes=[self.instance_type] if self.instance_type and not of_container else None,
            consumableResourcePropertiesOverride=consumed_members(self.consumes),
        )


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOverrides:
    """Changes that one submission makes to a multi-node parallel job.

    Attributes:
        num_nodes: The number of nodes, at least 1; for definitions whose last range is ``open_ended``. By default as in
            the definition.
        node_property_overrides: Changes to ranges of nodes. By default none.

    Raises:
        ValueError: there are no nodes.

    Guide: Submitting a Job; Multi-node Parallel Jobs.
    """

    num_nodes: Number | None = None
    node_property_overrides: Sequence[NodePropertyOverride] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within("num_nodes", self.num_nodes, limits.NODES)
        problems.raise_if_any()


class _Overridden(Protocol):
    """An object with the three kinds of overrides of containers."""

    @property
    def container_overrides(self) -> ContainerOverrides | None: ...

    @property
    def ecs_properties_override(self) -> Sequence[TaskContainerOverrides]: ...

    @property
    def eks_properties_override(self) -> EksPodOverrides | None: ...


def check_one_kind(problems: Problems, overridden: _Overridden, *others: str) -> None:
    """Add a problem for overrides of more than one kind: a definition has containers, tasks, pods or nodes.

    Args:
        problems: Where to add it.
        overridden: The object that has the overrides.
        others: Further kinds that it has.
    """
    names = ("container_overrides", "ecs_properties_override", "eks_properties_override")
    given = [name for name in names if getattr(overridden, name)] + list(others)
    problems.check(
        len(given) <= 1,
        f"overrides must be of one kind, that of the definition, got {' and '.join(given)}",
    )
    containers = [each.name for each in overridden.ecs_properties_override]
    _check_once(problems, containers)


def check_consumed(problems: Problems, consumes: Mapping[str, Number]) -> None:
    """Add a problem for quantities below 1, and for too many resources."""
    problems.within("the length of consumes", len(consumes), limits.CONSUMABLES)
    for quantity in consumes.values():
        problems.within("the quantity of a consumable resource", quantity, limits.CONSUMABLE_QUANTITY)


def task_members(containers: Sequence[TaskContainerOverrides]) -> dict[str, Any] | None:
    """Return the ``ecsPropertiesOverride``, which has exactly one task."""
    return {"taskProperties": [{"containers": members(containers)}]} if containers else None


def _container(overrides: ContainerOverrides | TaskContainerOverrides) -> dict[str, Any]:
    return given(
        command=overrides.command,
        environment=pairs(overrides.environment),
        resourceRequirements=requirements(
            vcpus=overrides.vcpus, memory_mib=overrides.memory_mib, gpus=overrides.gpus
        ),
    )


def _check_container(problems: Problems, overrides: ContainerOverrides | TaskContainerOverrides) -> None:
    check_command(problems, overrides.command)
    for name in overrides.environment:
        problems.matches(f"the environment name {name!r}", name, patterns.ENVIRONMENT_VARIABLE)
    problems.check(
        overrides.vcpus is None or not known(overrides.vcpus) or overrides.vcpus > 0,
        f"vcpus must be more than 0, got {overrides.vcpus}",
    )
    problems.within("memory_mib", overrides.memory_mib, limits.EC2_MEMORY_MIB)
    problems.within("gpus", overrides.gpus, limits.GPUS)


def _check_once(problems: Problems, names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    problems.check(not twice, f"each container must be named once, got {', '.join(map(repr, twice))} twice")
