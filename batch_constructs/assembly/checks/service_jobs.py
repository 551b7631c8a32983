"""Service jobs that schedules submit: training jobs of SageMaker AI."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, miscounted, misspelt, outside, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.checks._roles import trusting
from batch_constructs.assembly.may import RoleOf, thing_named, thing_of, things
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.assembly.template.json_texts import parse_json
from batch_constructs.assembly.template.resources import QuotaShare
from batch_constructs.facts import limits, needs, patterns, quotas, role_trust, vocabulary
from batch_constructs.facts.service_jobs import REQUIRED, TRAINING_JOB_REQUIRED, may_match_sagemaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Items
    from batch_constructs.assembly.template.resources import ServiceEnvironment, ServiceJobSubmission
    from batch_constructs.assembly.template.resources.service_environments import CapacityLimit

CHAPTER = "Service Jobs"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_PAYLOAD = "ServiceRequestPayload"


@rule(
    "SE-04",
    severity=ERROR,
    remedy="give name, queue, type and payload, as ServiceJobRequest does",
    prevents="a schedule that submits nothing, or a training job that SageMaker AI refuses",
)
def request_is_complete(job: ServiceJobSubmission) -> Iterator[Finding]:
    """A service job must have a name, a SageMaker queue, a type, a complete payload, and valid retries."""
    for name in REQUIRED:
        if job.omits(name):
            yield Finding(job, f"{name} must be given, got none", at=name)
    yield from malformed(patterns.JOB_NAME, job, "JobName", job.job_name)
    yield from misspelt(vocabulary.ServiceEnvironmentType, job, "ServiceJobType", job.service_job_type)
    if job.queue is not None and job.queue.compute_environment_order:
        message = f"{job.queue.label} has compute environments and accepts no service jobs"
        yield Finding(job, message, at="JobQueue")
    yield from _payload(job)
    strategy = job.retry_strategy
    yield from outside(limits.RETRY_ATTEMPTS, strategy, "Attempts", strategy.attempts)
    yield from miscounted(limits.EVALUATE_ON_EXIT, strategy, "EvaluateOnExit", strategy.evaluate_on_exit)
    for condition in strategy.evaluate_on_exit:
        yield from misspelt(vocabulary.RetryAction, condition, "Action", condition.action)
        yield from malformed(
            patterns.SERVICE_JOB_STATUS_REASON, condition, "OnStatusReason", condition.on_status_reason
        )


def _payload(job: ServiceJobSubmission) -> Iterator[Finding]:
    text = job.service_request_payload
    if not is_known(text) or not text:
        return
    size, most = len(text.encode()), int(quotas.SERVICE_PAYLOAD_BYTES.value)
    if size > most:
        message = f"{_PAYLOAD} must have at most {most:,} bytes, got {size:,}"
        yield Finding(job, message, at=_PAYLOAD, severity=WARNING)
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        yield Finding(job, f"{_PAYLOAD} must be JSON, got {text[:60]!r}", at=_PAYLOAD)
        return
    lacking = [name for name in TRAINING_JOB_REQUIRED if isinstance(request, dict) and name not in request]
    if lacking and is_one_of(job.service_job_type, "SAGEMAKER_TRAINING"):
        yield Finding(job, f"{_PAYLOAD} must have {' and '.join(lacking)}, got none", at=_PAYLOAD)


@rule(
    "SE-24",
    severity=WARNING,
    remedy=f"begin the pattern with {patterns.SERVICE_JOB_REASON_PREFIX!r} or with *",
    prevents="failures of SageMaker AI that are never retried, or are retried against your wish",
)
def patterns_match_sagemaker(job: ServiceJobSubmission) -> Iterator[Finding]:
    """A pattern for reasons of a service job should be able to match those of SageMaker AI, which have a prefix."""
    beginning = patterns.SERVICE_JOB_REASON_PREFIX
    for condition in job.retry_strategy.evaluate_on_exit:
        reason = condition.on_status_reason
        if is_known(reason) and not may_match_sagemaker(reason, beginning):
            message = f"reasons of SageMaker AI begin with {beginning!r}, got {reason!r}"
            yield Finding(condition, message, at="OnStatusReason")


@rule(
    "SE-26",
    chapter="Quota Management",
    severity=ERROR,
    remedy="ask for fewer instances, or raise the capacity limits of the service environment or of the quota share",
    prevents="MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE, or MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
)
def limits_are_enough(job: ServiceJobSubmission, batch: BatchModel) -> Iterator[Finding]:
    """A training job must not need more instances than its service environment and its quota share allow."""
    queue, asked = job.queue, _instances(job)
    if queue is None or not asked:
        return
    shares = [share for share in batch.of(QuotaShare) if share.job_queue is queue]
    named = [
        share for share in shares if is_known(share.name) and is_one_of(job.quota_share_name, share.name)
    ]
    orders = queue.service_environment_order
    places: list[tuple[ServiceEnvironment | QuotaShare, float]] = [
        *((entry.environment, 1.0) for entry in orders if entry.environment is not None),
        *((share, factor) for share in named if (factor := _borrowing(share))),
    ]
    for place, factor in places:
        for instance_type, count in asked.items():
            most = _most(place.capacity_limits, instance_type)
            if most is not None and count > most * factor:
                what = f"{count} instances" if len(asked) == 1 else f"{count} of {instance_type}"
                message = f"the training job needs {what}, and {place.label} allows {most * factor:g}"
                yield Finding(job, message, at=_PAYLOAD)


def _instances(job: ServiceJobSubmission) -> dict[str, int]:
    """Return the number of instances of each type that a training job needs; empty if it is unknown."""
    request = parse_json(job.service_request_payload)
    config = request.get("ResourceConfig") if isinstance(request, dict) else None
    groups = config.get("InstanceGroups", [config]) if isinstance(config, dict) else []
    found: Counter[str] = Counter()
    for group in groups if isinstance(groups, list) else ():
        name, count = (
            (group.get(key) for key in ("InstanceType", "InstanceCount"))
            if isinstance(group, dict)
            else ("", 0)
        )
        if not isinstance(name, str) or not isinstance(count, int):
            return {}
        found[name] += count
    return dict(found)


def _most(capacities: Items[CapacityLimit], instance_type: str) -> int | None:
    """Return the number of instances of a type that capacity limits allow; ``None`` if it is unknown."""
    for capacity in capacities:
        if not is_known(capacity.capacity_unit):
            return None
        if capacity.capacity_unit in {instance_type, "NUM_INSTANCES"}:
            return capacity.max_capacity if is_known(capacity.max_capacity) else None
    return None


def _borrowing(share: QuotaShare) -> float:
    """Return how many times its own capacity a share can use at most; 0 if it is unknown or has no limit."""
    sharing = share.resource_sharing_configuration
    if is_one_of(sharing.strategy, "RESERVE", "LEND"):
        return 1.0
    limit = sharing.borrow_limit
    return 1 + limit / 100 if is_known(limit) and limit >= 0 else 0.0


@rule(
    "QS-05",
    chapter="Quota Management",
    severity=ERROR,
    remedy="submit with a QuotaShareName to a queue with quota shares, and without one to others",
    prevents="ClientException: the job queue has quota shares, or has none",
)
def share_given_where_needed(job: ServiceJobSubmission) -> Iterator[Finding]:
    """A service job must name a quota share if its queue has a quota-share policy, and only then."""
    queue, at = job.queue, "QuotaShareName"
    if queue is None or not queue.present:
        return
    policy = queue.scheduling_policy
    if policy is not None and policy.quota_share_policy.present and job.omits(at):
        yield Finding(job, f"{at} must be given, because {queue.label} has quota shares", at=at)
    without = policy is not None and policy.quota_share_policy.absent
    if is_known(job.quota_share_name) and (queue.scheduling_policy_arn is None or without):
        message = (
            f"{at} must not be given, because {queue.label} has no quota shares, got {job.quota_share_name!r}"
        )
        yield Finding(job, message, at=at)


def _to_submit(job: ServiceJobSubmission, _: BatchModel) -> Iterator[Claim]:
    if job.role is not None:
        queue = thing_of(job.queue) if job.queue else thing_named(job.queue_arn, job.home.stack, things.QUEUE)
        yield from trusting(job, "RoleArn", job.role, role_trust.SCHEDULER)
        rights = (Right(needs.SUBMIT_SERVICE_JOB, queue),)
        yield Claim(where=job, at="RoleArn", principal=RoleOf(job.role), rights=rights)


@rule(
    "IAM-36",
    chapter="CloudWatch Events IAM Role",
    severity=ERROR,
    remedy="let the role trust scheduler.amazonaws.com, and allow it batch:SubmitServiceJob on the queue",
    prevents="service jobs that are never submitted; only the dead-letter queue shows it",
    asks=asked(_to_submit),
)
def submitting_role(job: ServiceJobSubmission, batch: BatchModel) -> Iterator[Finding]:
    """The role of a schedule that submits service jobs must trust EventBridge Scheduler, and be allowed to submit them."""
    yield from unmet(_to_submit(job, batch), batch)
