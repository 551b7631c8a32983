"""Memory that jobs ask for. Whether any instance has it at all, MEM-02 says beside the other rules of fit."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.fit.hosts import hosts_behind
from batch_constructs.assembly.fit.misfits import kind_of_jobs
from batch_constructs.assembly.fit.needs import Need, own_needs
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.resources import JobQueue
from batch_constructs.facts import instance_types, memory

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import JobDefinition

# Below, a whole instance for one job is rare, and so is the mistake.
_SMALLEST_MIB = 8_192


@rule(
    "MEM-01",
    chapter="Compute Resource Memory Management",
    severity=Severity.WARNING,
    remedy="ask for a little less than an instance has installed",
    prevents="a larger instance than the job needs, or jobs that wait in RUNNABLE",
)
def memory_is_below_an_instance_size(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """A job should not ask for all the memory that an instance has installed: the host keeps a part for itself."""
    if kind_of_jobs(definition) != "EC2":
        return
    queues = {submission.queue for submission in batch.submissions.of(definition)}
    behind = {hosts_behind(queue) for queue in queues if queue is not None} or _all_hosts(batch)
    for need in own_needs(definition):
        size = int(need.memory_mib)
        if size != need.memory_mib or size < _SMALLEST_MIB or not memory.is_installed_size(size):
            continue
        missed = _missed(need, behind if need.instance_type is None else {(need.instance_type,)})
        if missed is None:
            continue
        kept = size - memory.ECS_RESERVED_MEMORY_MIB
        types = f"{missed} has" if missed else "some instance types have"
        message = f"{types} {size:,} MiB installed, of which a job gets less than {kept:,}, got {size:,} MiB"
        # 92 of 100: the one documented instance registers 97, and smaller ones less.
        enough = size * 23 // 25 // 100 * 100
        fix = f"ask for a little less than an instance has installed, such as {enough:,} MiB"
        yield Finding(need.unit, message, fix=fix)


def _missed(need: Need, behind: Collection[tuple[str, ...] | None]) -> str | None:
    """The type that the job misses by what its host keeps; empty if it could be any, ``None`` if it misses none."""
    for names in behind:
        for installed, vcpus, gpus, name in _sizes(names or ()):
            if installed == need.memory_mib and vcpus >= need.vcpus and gpus >= need.gpus:
                return name
    if behind and None not in behind:
        return None
    # Nobody knows the hosts: a type that the job could miss must at least exist.
    every = _sizes(tuple(sorted(instance_types.names())))
    exists = any(
        installed == need.memory_mib and vcpus >= need.vcpus and gpus >= need.gpus
        for installed, vcpus, gpus, _ in every
    )
    return "" if exists else None


@lru_cache(maxsize=1024)
def _sizes(names: tuple[str, ...]) -> tuple[tuple[int, int, int, str], ...]:
    types = (type_ for name in names for type_ in instance_types.members(name))
    return tuple((type_.memory_mib, type_.vcpus, type_.gpu_count, type_.name) for type_ in types)


@once
def _all_hosts(batch: BatchModel) -> frozenset[tuple[str, ...] | None]:
    """The instance types behind the queues of the assembly, once each; ``None`` for those that are not known."""
    return frozenset(hosts_behind(queue) for queue in batch.of(JobQueue))
