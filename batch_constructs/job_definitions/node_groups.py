"""The groups of nodes of a multi-node parallel job, and checks whether they add up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from aws_cdk import Size

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.facts import instance_types as types
from batch_constructs.facts import limits
from batch_constructs.facts.vocabulary import UlimitName
from batch_constructs.job_definitions.amounts import requirements
from batch_constructs.job_definitions.consumables import check_consumes
from batch_constructs.job_definitions.container import Container, check_ec2_amounts
from batch_constructs.job_definitions.images import check_platform
from batch_constructs.job_definitions.linux_parameters import Device, LinuxParameters, Ulimit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager
    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from jsii import Number

    from batch_constructs.job_definitions.volumes import Mount

__all__ = [
    "NodeGroup",
    "NodeRange",
    "check_group",
    "check_nodes",
    "container_of",
    "nodes_of",
    "ranges_in",
    "ranges_of",
]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRange:
    """The nodes of a multi-node parallel job that share one container, by index from 0.

    Attributes:
        first: Index of the first node, 0 or more.
        last: Index of the last node, inclusive; at least ``first``.
        open_ended: Whether a submission may change the number of nodes at its end, by ``NodeOverrides(num_nodes=…)``.
            The range must then contain the last node of the job. By default no.

    Raises:
        ValueError: the range is empty or begins below 0.

    Guide: Creating a Multi-node Parallel Job Definition.
    """

    first: int
    last: int
    open_ended: bool = False

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(self.first >= 0, f"first must be at least 0, got {self.first}")
        problems.check(
            self.first <= self.last, f"first must not come after last, got {self.first}:{self.last}"
        )
        problems.raise_if_any()

    def __str__(self) -> str:
        """Return AWS's form: ``0:3``, or ``0:`` if its end is open."""
        return f"{self.first}:" if self.open_ended else f"{self.first}:{self.last}"


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroup:
    """Nodes that run the same container.

    Attributes:
        nodes: The number of nodes, at least 1; the groups then follow each other. Or their indexes, as a `NodeRange`; a
            range inside another one takes its nodes from it.
        image: An address, or a container image of the CDK.
        vcpus: Whole vCPUs of each node's container, at least 1.
        memory: Memory of each node's container, at least 4 MiB.
        gpus: NVIDIA GPUs of each node's container, at least 1. By default none.
        command: The command of the container. By default that of the image.
        environment: Variables. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By default none.
        secrets: Variables whose values are read at the start of each job; the right to read them is granted. By
            default none.
        efa_interfaces: How many Elastic Fabric Adapters the container uses, at most those of the instance type. It
            gets their devices, may lock all of its memory, and shares half of it among its processes, as MPI and
            NCCL need. By default none.
        shared_memory: Size of ``/dev/shm``, in whole MiB. By default 64 MiB, which is too small for NCCL; with
            ``efa_interfaces`` half of ``memory``, as on a host.
        mounts: Volumes (`Efs`, `Host`) by their path in the container. By default none.
        linux_parameters: Init process, devices, tmpfs and swap. By default none.
        ulimits: Limits of the kernel. By default those of Docker, and of ``efa_interfaces``.
        repository_credentials: The secret with the credentials of a private registry. By default none.
        consumes: The consumable resources that each node uses, with the quantity of each, at least 1. By default none.
        user: The user in the container, by name or id. By default that of the image.
        privileged: Whether the container has root-like rights on the instance. By default no.
        readonly_root_filesystem: Whether the container can write to volumes only. By default no.

    Guide: Creating a Multi-node Parallel Job Definition; Elastic Fabric Adapter.
    """

    nodes: int | NodeRange
    image: str | ecs.ContainerImage
    vcpus: Number
    memory: Size
    gpus: Number | None = None
    command: Sequence[str] | None = None
    environment: Mapping[str, str] | None = None
    secrets: Mapping[str, batch.Secret] | None = None
    efa_interfaces: int = 0
    shared_memory: Size | None = None
    mounts: Mapping[str, Mount] | None = None
    linux_parameters: LinuxParameters | None = None
    ulimits: Sequence[Ulimit] = ()
    repository_credentials: secretsmanager.ISecret | None = None
    consumes: Mapping[IConsumableResourceRef, Number] | None = None
    user: str | None = None
    privileged: bool | None = None
    readonly_root_filesystem: bool | None = None


def container_of(
    group: NodeGroup,
    memory_mib: Number | None,
    *,
    enable_execute_command: bool | None,
    instance_type: str | None,
) -> Container:
    """Return the container that each node of a group runs."""
    return Container(
        image=group.image,
        command=group.command,
        environment=group.environment,
        secrets=group.secrets,
        user=group.user,
        readonly_root_filesystem=group.readonly_root_filesystem,
        privileged=group.privileged,
        resources=requirements(vcpus=group.vcpus, memory_mib=memory_mib, gpus=group.gpus),
        mounts=group.mounts,
        linux_parameters=_linux_parameters(group, memory_mib),
        ulimits=_ulimits(group),
        repository_credentials=group.repository_credentials,
        enable_execute_command=enable_execute_command,
        instance_type=instance_type,
    )


def _ulimits(group: NodeGroup) -> list[Ulimit]:
    ulimits = list(group.ulimits)
    if group.efa_interfaces and all(each.name != UlimitName.MEMLOCK for each in ulimits):
        ulimits.append(Ulimit.unlimited(UlimitName.MEMLOCK))
    return ulimits


def _linux_parameters(group: NodeGroup, memory_mib: Number | None) -> LinuxParameters | None:
    if not group.efa_interfaces and group.shared_memory is None:
        return group.linux_parameters
    parameters = group.linux_parameters or LinuxParameters()
    adapters = [Device(f"/dev/infiniband/uverbs{number}") for number in range(group.efa_interfaces)]
    shared = group.shared_memory or parameters.shared_memory_size
    if shared is None and memory_mib is not None and known(memory_mib):
        # Half of the memory, as Linux gives a host; it is a limit, and memory counts only when it is used.
        shared = Size.mebibytes(memory_mib // 2)
    return replace(parameters, shared_memory_size=shared, devices=[*parameters.devices, *adapters])


def ranges_in(nodes: Mapping[str, Any]) -> list[NodeRange]:
    """Return the ranges of a document, in which either end may be left out: ``:3``, ``4:``.

    Args:
        nodes: The ``nodeProperties`` of the document.
    """
    found = []
    for each in nodes["nodeRangeProperties"]:
        first, _, last = each["targetNodes"].partition(":")
        end = int(last or nodes["numNodes"] - 1)
        found.append(NodeRange(first=int(first or 0), last=end, open_ended=not last))
    return found


def nodes_of(
    main_node: int, ranges: Sequence[NodeRange], members: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the ``nodeProperties`` of a definition.

    Args:
        main_node: The index of the main node.
        ranges: The nodes of each range.
        members: The members of each range, with its containers or pod.
    """
    return {
        "mainNode": main_node,
        "numNodes": 1 + max(nodes.last for nodes in ranges),
        "nodeRangeProperties": [
            {"targetNodes": str(nodes), **each} for nodes, each in zip(ranges, members, strict=True)
        ],
    }


def ranges_of(nodes: Sequence[int | NodeRange], problems: Problems) -> list[NodeRange]:
    """Return the nodes of each group; if they are counted, one group follows the other."""
    counted = [each for each in nodes if isinstance(each, int)]
    if len(counted) not in {0, len(nodes)}:
        problems.add("node_groups must all have a count of nodes or all a NodeRange, got both")
        return []
    if not counted:
        return [each for each in nodes if isinstance(each, NodeRange)]
    wrong = [count for count in counted if count < 1]
    if wrong:
        problems.add(f"nodes must be at least 1 in every group, got {wrong[0]}")
        return []
    firsts = [sum(counted[:index]) for index in range(len(counted))]
    return [
        NodeRange(first=first, last=first + count - 1) for first, count in zip(firsts, counted, strict=True)
    ]


def check_nodes(problems: Problems, ranges: Sequence[NodeRange], main_node: int) -> None:
    """Add a problem for ranges that leave a node out or cross each other, or if the main node is in none."""
    problems.within("the length of node_groups", len(ranges), limits.NODE_RANGES)
    if not ranges:
        return
    count = 1 + max(nodes.last for nodes in ranges)
    covered = {index for nodes in ranges for index in range(nodes.first, nodes.last + 1)}
    missing = sorted(set(range(count)) - covered)
    problems.check(
        not missing,
        f"node_groups must cover all nodes from 0 to {count - 1}, got none for node {missing[:1]}",
    )
    problems.check(
        0 <= main_node < count, f"main_node must be one of the {count} nodes from 0, got {main_node}"
    )
    for nodes in ranges:
        problems.check(
            not nodes.open_ended or nodes.last == count - 1,
            f"an open_ended range must hold the last node, {count - 1}, got {nodes.first}:{nodes.last}",
        )
    for one, other in combinations(ranges, 2):
        first, second = sorted((one, other), key=lambda nodes: (nodes.first, -nodes.last))
        problems.check(
            second.first > first.last or second.last <= first.last,
            f"node ranges must follow each other or be inside each other, got {first} and {second}",
        )


def check_group(
    problems: Problems, group: NodeGroup, *, memory_mib: Number | None, instance_type: str | None
) -> None:
    """Add a problem for resources that no container can have, or that the instance type does not have."""
    parameters = group.linux_parameters
    problems.check(
        group.shared_memory is None or parameters is None or parameters.shared_memory_size is None,
        "shared_memory must be in the group or in linux_parameters, not in both",
    )
    check_consumes(problems, group.consumes)
    check_ec2_amounts(problems, vcpus=group.vcpus, memory_mib=memory_mib, gpus=group.gpus)
    found = types.find(instance_type) if instance_type is not None and known(instance_type) else None
    if found is None:
        return
    check_platform(problems, group.image, found.architectures)
    if known(group.vcpus):
        problems.check(
            group.vcpus <= found.vcpus,
            f"vcpus must fit instance_type, got {group.vcpus} on {found.name} with {found.vcpus}",
        )
    if group.gpus is not None and known(group.gpus):
        problems.check(
            group.gpus <= found.gpu_count,
            f"gpus must fit instance_type, got {group.gpus} on {found.name} with {found.gpu_count}",
        )
    problems.check(
        group.efa_interfaces <= found.max_efa_interfaces,
        f"efa_interfaces must fit instance_type, got {group.efa_interfaces} on {found.name} "
        f"with {found.max_efa_interfaces}",
    )
