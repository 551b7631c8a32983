"""Quota management: policies, queues, service environments and quota shares that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, one_of, rule
from batch_constructs.assembly.template import is_known, is_one_of, literals
from batch_constructs.assembly.template.resources import JobQueue, QuotaShare
from batch_constructs.facts import quotas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ServiceEnvironment

CHAPTER = "Quota Management"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_NUMBER = "NUM_INSTANCES"


def _has_shares(queue: JobQueue) -> bool:
    """Return whether a queue certainly has a quota-share policy."""
    policy = queue.scheduling_policy
    return policy is not None and policy.quota_share_policy.present


def _environments(queue: JobQueue) -> list[ServiceEnvironment]:
    found = (entry.environment for entry in queue.service_environment_order)
    return [environment for environment in found if environment is not None]


@rule(
    "JQ-31",
    severity=ERROR,
    remedy="give each queue with quota shares a service environment of its own, with limits by instance type",
    prevents="ClientException: the service environment is not compatible with quota management",
)
def environment_fits_quota_shares(queue: JobQueue, batch: BatchModel) -> Iterator[Finding]:
    """A queue with quota shares must have a service environment of its own, which limits instance types."""
    if not _has_shares(queue):
        return
    for index, entry in enumerate(queue.service_environment_order):
        environment, at = entry.environment, f"ServiceEnvironmentOrder[{index}].ServiceEnvironment"
        if environment is None:
            continue
        units = [limit.capacity_unit for limit in environment.capacity_limits]
        if any(is_one_of(unit, _NUMBER) for unit in units):
            message = f"quota shares need limits by instance type, and {environment.label} has {_NUMBER}"
            yield Finding(queue, message, at=at)
        for other in batch.of(JobQueue):
            if other is not queue and environment in _environments(other):
                message = f"{environment.label} must have this queue only, and {other.label} uses it, too"
                yield Finding(queue, message, at=at)


@rule(
    "QS-25",
    severity=ERROR,
    remedy="attach the share to a queue with a quota-share policy, and limit instance types of its service environment",
    prevents="ClientException: quota shares are not enabled for the job queue",
)
def share_fits_its_queue(share: QuotaShare) -> Iterator[Finding]:
    """A quota share must belong to a queue with a quota-share policy, and limit instance types of its environment."""
    queue = share.job_queue
    if queue is not None and queue.present:
        policy = queue.scheduling_policy
        if queue.omits("SchedulingPolicyArn") or (policy is not None and policy.quota_share_policy.absent):
            message = f"{queue.label} has no quota-share policy, and can have no quota shares"
            yield Finding(share, message, at="JobQueue")
    offered = _units(queue) if queue is not None else None
    for limit in share.capacity_limits:
        unit = limit.capacity_unit
        if is_one_of(unit, _NUMBER):
            yield Finding(limit, f"a quota share must limit instance types, got {_NUMBER}", at="CapacityUnit")
        elif is_known(unit) and offered is not None and unit not in offered:
            message = (
                f"CapacityUnit should be {one_of(offered)}, which the service environment limits, got {unit}"
            )
            yield Finding(limit, message, at="CapacityUnit", severity=WARNING)


def _units(queue: JobQueue) -> list[str] | None:
    """Return the instance types that the service environment of a queue limits; ``None`` if they are unknown."""
    order, environments = queue.service_environment_order, _environments(queue)
    if not order.complete or not environments or len(environments) < len(order):
        return None
    limits = [limit for environment in environments for limit in environment.capacity_limits]
    units = literals(limit.capacity_unit for limit in limits)
    complete = all(environment.capacity_limits.complete for environment in environments)
    return (
        sorted(units) if complete and units and len(units) == len(limits) and _NUMBER not in units else None
    )


@rule(
    "QS-26",
    severity=WARNING,
    remedy="combine shares, or use a second queue",
    prevents="ClientException: the job queue has the maximum number of quota shares",
)
def number_of_shares(queue: JobQueue, batch: BatchModel) -> Iterator[Finding]:
    """A job queue should have at most 20 quota shares."""
    count, quota = (
        sum(share.job_queue is queue for share in batch.of(QuotaShare)),
        quotas.QUOTA_SHARES_PER_QUEUE,
    )
    if count > quota.value:
        yield Finding(queue, f"the quota is {quota.value} {quota.unit}, got {count}")
