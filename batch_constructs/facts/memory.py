"""The instance types that can run a job, as far as is certain, and why the others cannot.

A host reserves a part of its memory, so a job of 8,192 MiB does not fit an instance with 8 GiB. The part of
the kernel is documented for one type and was measured for some, so most answers here are bounds: a job that does not
fit them never runs; a job that fits them may still be too large by the kernel's part. ``why_none_likely_fits`` counts
that part, too. Guide: Compute Resource Memory Management.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from batch_constructs.facts import eks
from batch_constructs.facts.instance_types import has_facts, members, sizes_in_mib

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from batch_constructs.facts.instance_types import InstanceType

Orchestration = Literal["ECS", "EKS"]

ECS_RESERVED_MEMORY_MIB = 32
"""The memory that the ECS agent reserves on Batch's images (``ECS_RESERVED_MEMORY``); user data can raise it."""

REGISTERED_MEMORY_MIB: Mapping[str, int] = MappingProxyType(
    {
        "g4dn.xlarge": 15_759,
        "g5.xlarge": 15_759,
        "g5.12xlarge": 191_142,
        "g5.48xlarge": 765_828,
        "g6.xlarge": 15_339,
        "g6e.xlarge": 31_611,
        "g6e.12xlarge": 381_654,
        "m4.large": 7_985,
        "p4d.24xlarge": 1_148_706,
    }
)
"""The memory that instances registered with ECS for jobs. That of m4.large is in the user guide. The others were read
from RegisterContainerInstance calls of one account by 2026-08 (edu-llm/platform, src/edullm_platform/execution.py, read
2026-12-01); newer images may differ by a few MiB."""

LIKELY_SHARE = (31, 32)
"""The share of the installed memory that other types register at most, as a fraction. The measured types register from
93.6 to 97.4 percent; the guide's m4.large, the smallest, 97.5."""


def memory_ceiling_mib(
    instance_type: InstanceType,
    orchestration: Orchestration = "ECS",
    *,
    reserved_mib: int = ECS_RESERVED_MEMORY_MIB,
    pods: int = 0,
) -> int:
    """Return a bound that a job's memory is always below: the installed memory without what is certainly reserved.

    Args:
        instance_type: The type of the host.
        orchestration: The service on the host, which reserves memory.
        reserved_mib: On ECS, the memory that its agent reserves, if user data raise it.
        pods: On EKS, the kubelet's maximum of pods, each of which reserves memory; ``eks.max_pods`` unless users lower
            it. By default none, so that the answer holds for every maximum.
    """
    if orchestration == "EKS":
        return eks.allocatable(instance_type.vcpus, instance_type.memory_mib, pods).memory_mib
    return instance_type.memory_mib - reserved_mib


def likely_memory_mib(instance_type: InstanceType, orchestration: Orchestration = "ECS") -> int:
    """Return the largest memory that a job probably gets: what the type was measured to register, else an estimate.

    Args:
        instance_type: The type of the host.
        orchestration: The service on the host, which reserves memory.
    """
    share, of = LIKELY_SHARE
    registered = REGISTERED_MEMORY_MIB.get(instance_type.name, instance_type.memory_mib * share // of)
    if orchestration == "EKS":
        return eks.allocatable(instance_type.vcpus, registered, pods=0).memory_mib
    return registered


def available_vcpus(instance_type: InstanceType, orchestration: Orchestration = "ECS") -> float:
    """Return the vCPUs that jobs can use: all on ECS, without the node's part on EKS."""
    if orchestration == "EKS":
        return eks.allocatable(instance_type.vcpus, 0, pods=0).millicores / 1_000
    return instance_type.vcpus


def is_installed_size(memory_mib: float) -> bool:
    """Return whether some instance type has exactly this memory, so that a job that needs it cannot run there (MEM-01)."""
    return memory_mib in sizes_in_mib()


def _lacks_vcpus(type_: InstanceType, vcpus: float, orchestration: Orchestration) -> str | None:
    available = available_vcpus(type_, orchestration)
    return None if available >= vcpus else f"has {available:g} vCPUs for jobs"


def _lacks_memory(type_: InstanceType, memory_mib: float, orchestration: Orchestration) -> str | None:
    ceiling = memory_ceiling_mib(type_, orchestration)
    if memory_mib < ceiling:
        return None
    return f"has {type_.memory_mib:,} MiB, of which a job gets less than {ceiling:,}"


def _lacks_gpus(type_: InstanceType, gpus: int) -> str | None:
    if type_.gpu_count >= gpus:
        return None
    count = type_.gpu_count
    return f"has {count} GPU{'' if count == 1 else 's'}" if count else "has no GPU"


def _fits(
    type_: InstanceType, vcpus: float, memory_mib: float, gpus: int, orchestration: Orchestration
) -> bool:
    return (
        available_vcpus(type_, orchestration) >= vcpus
        and memory_mib < memory_ceiling_mib(type_, orchestration)
        and type_.gpu_count >= gpus
    )


def why_not(
    instance_type: InstanceType,
    vcpus: float,
    memory_mib: float,
    gpus: int = 0,
    orchestration: Orchestration = "ECS",
) -> str | None:
    """Return why a job never fits an instance type, such as ``c7i.large has no GPU``; ``None`` if it may fit.

    Args:
        instance_type: The candidate.
        vcpus: The vCPUs of the job; 0 if unknown.
        memory_mib: The memory of the job; 0 if unknown.
        gpus: The GPUs of the job.
        orchestration: The service on the host, which reserves memory.
    """
    reasons = (
        _lacks_gpus(instance_type, gpus),
        _lacks_vcpus(instance_type, vcpus, orchestration),
        _lacks_memory(instance_type, memory_mib, orchestration),
    )
    found = [reason for reason in reasons if reason]
    return f"{instance_type.name} {' and '.join(found)}" if found else None


def types_that_fit(
    names: Iterable[str],
    vcpus: float,
    memory_mib: float,
    gpus: int = 0,
    orchestration: Orchestration = "ECS",
) -> tuple[InstanceType, ...]:
    """Return the instance types of these names that may run a job, in the order of the names.

    The result is also empty if no name has facts: call ``why_none_fits`` before you report a fault.
    """
    # By name: hashing an instance type with all its network cards takes longer than the comparison.
    candidates = {member.name: member for name in names for member in members(name)}
    return tuple(
        type_ for type_ in candidates.values() if _fits(type_, vcpus, memory_mib, gpus, orchestration)
    )


def why_none_fits(
    names: Iterable[str],
    vcpus: float,
    memory_mib: float,
    gpus: int = 0,
    orchestration: Orchestration = "ECS",
) -> str | None:
    """Return why a job fits none of the instance types; ``None`` if one may run it, or one is unknown.

    The answer names the largest type: ``even c7i.48xlarge has 192 vCPUs for jobs``.
    """
    return _why_none_fits(tuple(names), vcpus, memory_mib, gpus, orchestration)


# The jobs of one assembly mostly ask for few different amounts, of the same types.
@lru_cache(maxsize=4096)
def _why_none_fits(
    names: tuple[str, ...], vcpus: float, memory_mib: float, gpus: int, orchestration: Orchestration
) -> str | None:
    if not all(has_facts(name) for name in names):
        return None
    left = [member for name in names for member in members(name)]
    if any(_fits(type_, vcpus, memory_mib, gpus, orchestration) for type_ in left):
        return None
    needs: tuple[tuple[Callable[[InstanceType], str | None], Callable[[InstanceType], int]], ...] = (
        (lambda type_: _lacks_gpus(type_, gpus), lambda type_: type_.gpu_count),
        (lambda type_: _lacks_vcpus(type_, vcpus, orchestration), lambda type_: type_.vcpus),
        (lambda type_: _lacks_memory(type_, memory_mib, orchestration), lambda type_: type_.memory_mib),
    )
    for lacks, amount in needs:
        nearest = max(left, key=amount, default=None)
        left = [type_ for type_ in left if lacks(type_) is None]
        if nearest is not None and not left:
            return (
                "no instance type has a GPU"
                if gpus and not nearest.gpu_count
                else f"even {nearest.name} {lacks(nearest)}"
            )
    return None


def why_none_likely_fits(
    names: Iterable[str],
    vcpus: float,
    memory_mib: float,
    gpus: int = 0,
    orchestration: Orchestration = "ECS",
) -> str | None:
    """Return why a job that fits some of the instance types probably gets too little memory on each of them.

    ``None`` if some type probably has enough, if no type fits anyway (``why_none_fits``), or if one is unknown.
    """
    return _why_none_likely_fits(tuple(names), vcpus, memory_mib, gpus, orchestration)


@lru_cache(maxsize=4096)
def _why_none_likely_fits(
    names: tuple[str, ...], vcpus: float, memory_mib: float, gpus: int, orchestration: Orchestration
) -> str | None:
    if not all(has_facts(name) for name in names):
        return None
    fitting = types_that_fit(names, vcpus, memory_mib, gpus, orchestration)
    if not fitting or any(likely_memory_mib(type_, orchestration) >= memory_mib for type_ in fitting):
        return None
    largest = max(fitting, key=lambda type_: likely_memory_mib(type_, orchestration))
    likely = likely_memory_mib(largest, orchestration)
    of = f"{likely:,} of its {largest.memory_mib:,} MiB"
    if largest.name in REGISTERED_MEMORY_MIB:
        return f"{largest.name} was measured to have {of} for jobs"
    return f"{largest.name} probably has at most {of} for jobs"


@lru_cache(maxsize=1024)
def sizes(names: tuple[str, ...]) -> tuple[tuple[int, int, int, str], ...]:
    """Return the installed MiB, the vCPUs, the GPUs and the name of each named instance type."""
    types = (type_ for name in names for type_ in members(name))
    return tuple((type_.memory_mib, type_.vcpus, type_.gpu_count, type_.name) for type_ in types)
