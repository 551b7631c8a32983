"""Memory that jobs ask for. MEM-02, next to the other rules of fit, checks that some instance has enough."""

from __future__ import annotations

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

CHAPTER = "Compute Resource Memory Management"

# Smaller jobs rarely fill an instance, so the warning would mostly be wrong.
_SMALLEST_MIB = 8_192


@rule(
    "MEM-01",
    severity=Severity.WARNING,
    remedy="ask for a little less than an instance has installed",
    prevents="a larger instance than the job needs, or jobs that wait in RUNNABLE",
)
def memory_is_below_an_instance_size(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """A job should not ask for all the memory that an instance has: the host reserves some of it."""
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
        message = f"{types} {size:,} MiB installed, and a job gets less than {kept:,} of it, got {size:,} MiB"
        # 92 %: the one documented instance registers 97 % of its memory, and smaller instances register less.
        enough = size * 23 // 25 // 100 * 100
        fix = f"ask for a little less than an instance has installed, such as {enough:,} MiB"
        yield Finding(need.unit, message, fix=fix)


def _missed(need: Need, behind: Collection[tuple[str, ...] | None]) -> str | None:
    """Return the type that only just lacks the memory; empty if any type could be meant, ``None`` if no type is."""
    for names in behind:
        for installed, vcpus, gpus, name in memory.sizes(names or ()):
            if installed == need.memory_mib and vcpus >= need.vcpus and gpus >= need.gpus:
                return name
    if behind and None not in behind:
        return None
    # The hosts are unknown, so at least one existing type must have this size.
    every = memory.sizes(tuple(sorted(instance_types.names())))
    exists = any(
        installed == need.memory_mib and vcpus >= need.vcpus and gpus >= need.gpus
        for installed, vcpus, gpus, _ in every
    )
    return "" if exists else None


@once
def _all_hosts(batch: BatchModel) -> frozenset[tuple[str, ...] | None]:
    """Return the instance types behind each queue of the assembly; ``None`` for unknown ones."""
    return frozenset(hosts_behind(queue) for queue in batch.of(JobQueue))
