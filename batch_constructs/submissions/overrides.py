"""What one submission changes in its definition: in the container, in those of a task or a pod, or in nodes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.eks_amounts import check_eks_amounts
from batch_constructs.job_definitions.eks_metadata import check_metadata

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
]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerOverrides:
    """What one submission changes in the container of its definition.

    Guide: Submitting a Job.

    Attributes:
        command: What the container runs instead. By default what the definition says.
        environment: Variables that are added or changed. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By
            default none.
        vcpus: vCPUs, more than 0, and whole ones on EC2. By default as the definition says.
        memory_mib: Memory in MiB, at least 4. By default as the definition says.
        gpus: GPUs, at least 1. By default as the definition says.

    Raises:
        ValueError: a limit is broken.
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


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContainerOverrides:
    """What one submission changes in one of several containers of a job on ECS.

    Guide: Submitting a Job.

    Attributes:
        name: Which container of the definition.
        command: What it runs instead. By default what the definition says.
        environment: Variables that are added or changed. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By
            default none.
        vcpus: vCPUs, more than 0, and whole ones on EC2. By default as the definition says.
        memory_mib: Memory in MiB, at least 4. By default as the definition says.
        gpus: GPUs, at least 1. By default as the definition says.

    Raises:
        ValueError: a limit is broken.
    """

    name: str
    command: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    vcpus: Number | None = None
    memory_mib: Number | None = None
    gpus: Number | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(self.name != "", "name must be that of a container of the definition, got ''")
        _check_container(problems, self)
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksContainerOverrides:
    """What one submission changes in a container of a pod.

    Guide: Submitting a Job; Job Definition Parameters (eksProperties).

    Attributes:
        name: Which container of the definition. By default the one that has no name there.
        image: Another image, by its address. By default that of the definition.
        command: The entry point in place of the definition's. By default the same.
        args: What the entry point gets, in place of what the definition says. By default the same.
        environment: Variables that are added or changed. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By
            default none.
        vcpus: The vCPUs it is promised, at least 0.25 and in steps of it. By default as the definition says.
        vcpus_limit: The most vCPUs that it may use, at least ``vcpus``. By default as the definition says.
        memory_mib: Its memory in whole MiB, at least 4. By default as the definition says.
        gpus: NVIDIA GPUs, at least 1. By default as the definition says.

    Raises:
        ValueError: a limit is broken.
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


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksPodOverrides:
    """What one submission changes in the pod of its definition.

    Guide: Submitting a Job; Job Definition Parameters (eksProperties).

    Attributes:
        containers: Changes in containers, at most 10. By default none.
        init_containers: Changes in those that prepare the pod, at most 10. By default none.
        namespace: Another namespace. By default as the definition says.
        labels: Labels that are added or changed, in the form that `EksPod` says. By default none.
        annotations: Annotations that are added or changed, likewise. By default none.

    Raises:
        ValueError: a limit is broken, or a container is named twice.
    """

    containers: Sequence[EksContainerOverrides] = ()
    init_containers: Sequence[EksContainerOverrides] = ()
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = Problems()
        for name, containers in (("containers", self.containers), ("init_containers", self.init_containers)):
            problems.within(f"the number of {name}", len(containers), limits.EKS_INIT_CONTAINERS)
        names = [each.name for each in (*self.containers, *self.init_containers)]
        _check_once(problems, [name for name in names if name is not None])
        problems.matches("namespace", self.namespace, patterns.EKS_JOB_NAMESPACE)
        check_metadata(problems, self.labels, self.annotations)
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class NodePropertyOverride:
    """What one submission changes on the nodes of a range, with one of the three kinds of overrides.

    Guide: Submitting a Job; Multi-node Parallel Jobs.

    Attributes:
        target_nodes: Which nodes: a `NodeRange`, or ``"0:3"``, ``":3"``, ``"4:"``, ``":"``.
        container_overrides: What changes in their container. By default nothing.
        ecs_properties_override: What changes in their containers by name. By default nothing.
        eks_properties_override: What changes in their pods. By default nothing.
        instance_type: The type that they run on. For a `MultiNodeParallelJobDefinition` give ``container_overrides``
            beside it, at least an empty ``ContainerOverrides()``; AWS Batch takes none for pods. By default as the
            definition says.
        consumes: How much of which consumable resources they hold, by name or ARN, at least 1 of each. By default as
            the definition says.

    Raises:
        ValueError: the range is none, there are several kinds of overrides, or pods with an ``instance_type``.
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
            "instance_type must be left out for nodes that run pods, AWS Batch takes it on ECS only, got "
            f"{self.instance_type!r}: submit to a queue whose environment has that type only",
        )
        check_consumed(problems, self.consumes)
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOverrides:
    """What one submission changes in a multi-node parallel job.

    Guide: Submitting a Job; Multi-node Parallel Jobs.

    Attributes:
        num_nodes: How many nodes, at least 1; for definitions whose last range is ``open_ended``. By default as many as
            the definition says.
        node_property_overrides: What changes on which nodes. By default nothing.

    Raises:
        ValueError: there are no nodes.
    """

    num_nodes: Number | None = None
    node_property_overrides: Sequence[NodePropertyOverride] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within("num_nodes", self.num_nodes, limits.NODES)
        problems.raise_if_any()


class _Overridden(Protocol):
    """What has the three kinds of overrides of containers."""

    @property
    def container_overrides(self) -> ContainerOverrides | None: ...

    @property
    def ecs_properties_override(self) -> Sequence[TaskContainerOverrides]: ...

    @property
    def eks_properties_override(self) -> EksPodOverrides | None: ...


def check_one_kind(problems: Problems, overridden: _Overridden, *others: str) -> None:
    """Note overrides of more than one kind: a definition has containers, tasks, pods or nodes.

    Args:
        problems: Where to note it.
        overridden: What has them.
        others: Further kinds that it has.
    """
    names = ("container_overrides", "ecs_properties_override", "eks_properties_override")
    given = [name for name in names if getattr(overridden, name)] + list(others)
    problems.check(
        len(given) <= 1,
        f"overrides must be of the definition's one kind, got {' and '.join(given)}",
    )
    containers = [each.name for each in overridden.ecs_properties_override]
    _check_once(problems, containers)


def check_consumed(problems: Problems, consumes: Mapping[str, Number]) -> None:
    """Note quantities of nothing, and too many resources."""
    problems.within("the length of consumes", len(consumes), limits.CONSUMABLES)
    for quantity in consumes.values():
        problems.within("the quantity of a consumable resource", quantity, limits.CONSUMABLE_QUANTITY)


def _check_container(problems: Problems, overrides: ContainerOverrides | TaskContainerOverrides) -> None:
    for index, word in enumerate(overrides.command or ()):
        problems.check(word != "", f"command must not hold an empty string, got one at index {index}")
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
