"""Service environments of SageMaker training, and the quota shares of their queues."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, miscounted, misspelt, outside, rule
from batch_constructs.assembly.template import is_known, is_none_of, literals
from batch_constructs.facts import limits, patterns, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import JobQueue, QuotaShare, ServiceEnvironment

CHAPTER = "Quota Management"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_SERVICES = "Service Environments"
_ANY_TYPE = "NUM_INSTANCES"


@rule(
    "SE-01",
    chapter=_SERVICES,
    severity=ERROR,
    remedy="write SAGEMAKER_TRAINING as the type, and ENABLED or DISABLED as the state",
)
def type_and_state(environment: ServiceEnvironment) -> Iterator[Finding]:
    """A service environment must be of type SAGEMAKER_TRAINING, and ENABLED or DISABLED."""
    kind, at = environment.service_environment_type, "ServiceEnvironmentType"
    if environment.omits(at):
        yield Finding(environment, f"{at} must be given, got none", at=at)
    yield from misspelt(vocabulary.ServiceEnvironmentType, environment, at, kind)
    yield from misspelt(vocabulary.State, environment, "State", environment.state)


@rule(
    "SE-02",
    chapter=_SERVICES,
    severity=ERROR,
    remedy="give 1 to 5 capacity limits, of at least 1",
    prevents="service jobs that wait for capacity that the environment does not have",
)
def capacity_is_limited(environment: ServiceEnvironment) -> Iterator[Finding]:
    """A service environment must have 1 to 5 capacity limits, and each must be at least 1."""
    limit, at = limits.SERVICE_CAPACITY_LIMITS, "CapacityLimits"
    if environment.omits(at):
        yield Finding(environment, f"{at} must be given, got none", at=at)
    yield from miscounted(limit, environment, at, environment.capacity_limits)
    for capacity in environment.capacity_limits:
        yield from outside(limits.SERVICE_MAX_CAPACITY, capacity, "MaxCapacity", capacity.max_capacity)


@rule(
    "SE-03",
    chapter=_SERVICES,
    severity=ERROR,
    remedy="write NUM_INSTANCES, or an instance type of SageMaker if quota shares are used",
)
def capacity_unit(environment: ServiceEnvironment) -> Iterator[Finding]:
    """Capacity limits must all be numbers of instances of any type, or all of named types."""
    for capacity in environment.capacity_limits:
        yield from malformed(patterns.CAPACITY_UNIT, capacity, "CapacityUnit", capacity.capacity_unit)
    units = literals(capacity.capacity_unit for capacity in environment.capacity_limits)
    types = [unit for unit in units if unit.startswith("ml.")]
    if types and len(types) < len(units) and _ANY_TYPE in units:
        message = f"capacity limits must all be in {_ANY_TYPE} or all by type, got {_ANY_TYPE} and {types[0]}"
        yield Finding(environment, message, at="CapacityLimits")


@rule(
    "JQ-13",
    severity=ERROR,
    remedy="write JobQueueType SAGEMAKER_TRAINING, or give the queue a policy with fair shares",
    prevents="ClientException: Quota Management feature is only supported for SageMaker Training job queues",
)
def quota_shares_on_sagemaker_queues(queue: JobQueue) -> Iterator[Finding]:
    """Only a job queue of type SAGEMAKER_TRAINING can have a scheduling policy with quota shares."""
    policy, kind = queue.scheduling_policy, queue.job_queue_type
    if policy is None or not policy.quota_share_policy.present or not is_none_of(kind, "SAGEMAKER_TRAINING"):
        return
    got = kind or "none"
    message = f"{policy.label} has quota shares, which need JobQueueType SAGEMAKER_TRAINING, got {got}"
    yield Finding(queue, message, at="SchedulingPolicyArn")


@rule("QS-01", severity=ERROR, remedy="give the missing member")
def share_is_complete(share: QuotaShare) -> Iterator[Finding]:
    """A quota share must have a name, a queue, capacity limits, and settings for lending and preemption."""
    for name in (
        "QuotaShareName",
        "JobQueue",
        "CapacityLimits",
        "ResourceSharingConfiguration",
        "PreemptionConfiguration",
    ):
        if share.omits(name):
            yield Finding(share, f"{name} must be given, got none", at=name)
    yield from misspelt(vocabulary.State, share, "State", share.state)


@rule(
    "QS-02",
    severity=ERROR,
    remedy="give 1 to 5 capacity limits of at least 1, each for a different instance type",
)
def share_capacity(share: QuotaShare) -> Iterator[Finding]:
    """A quota share must have 1 to 5 capacity limits, each at least 1 and with a different unit."""
    capacities, at = share.capacity_limits, "CapacityLimits"
    yield from miscounted(limits.QUOTA_SHARE_CAPACITY_LIMITS, share, at, capacities)
    for capacity in capacities:
        yield from outside(limits.QUOTA_SHARE_MAX_CAPACITY, capacity, "MaxCapacity", capacity.max_capacity)
        for name in ("MaxCapacity", "CapacityUnit"):
            if capacity.omits(name):
                yield Finding(capacity, f"{name} must be given, got none", at=name)
    units = Counter(c.capacity_unit for c in capacities if is_known(c.capacity_unit))
    for unit, count in units.items():
        if count > 1:
            message = f"a quota share must limit each unit once, got {unit} {count} times"
            yield Finding(share, message, at=at, severity=WARNING)


@rule(
    "QS-03",
    severity=ERROR,
    remedy="write RESERVE, LEND or LEND_AND_BORROW, and a BorrowLimit of at least -1 with the last one only",
)
def share_lends(share: QuotaShare) -> Iterator[Finding]:
    """A quota share must reserve, lend, or lend and borrow; only the last can have a borrow limit, of at least -1."""
    sharing = share.resource_sharing_configuration
    strategy, limit = sharing.strategy, sharing.borrow_limit
    yield from misspelt(vocabulary.ResourceSharing, sharing, "Strategy", strategy)
    yield from outside(limits.QUOTA_SHARE_BORROW_LIMIT, sharing, "BorrowLimit", limit)
    if sharing.omits("Strategy"):
        yield Finding(sharing, "Strategy must be given, got none", at="Strategy")
    if (
        is_known(limit)
        and is_known(strategy)
        and is_none_of(strategy, vocabulary.ResourceSharing.LEND_AND_BORROW)
    ):
        message = f"BorrowLimit needs LEND_AND_BORROW, got {limit} with {strategy}"
        yield Finding(sharing, message, at="BorrowLimit")


@rule("QS-04", severity=ERROR, remedy="write ENABLED or DISABLED")
def share_preempts(share: QuotaShare) -> Iterator[Finding]:
    """Preemption inside a quota share must be ENABLED or DISABLED."""
    preemption, at = share.preemption_configuration, "InSharePreemption"
    if preemption.omits(at):
        yield Finding(preemption, f"{at} must be given, got none", at=at)
    yield from misspelt(vocabulary.State, preemption, at, preemption.in_share_preemption)
