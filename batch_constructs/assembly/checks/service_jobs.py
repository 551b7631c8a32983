"""Service jobs that schedules submit: training jobs of SageMaker AI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, miscounted, misspelt, outside, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.checks._roles import trusting
from batch_constructs.assembly.may import RoleOf, thing_named, thing_of, things
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.facts import limits, needs, patterns, quotas, role_trust, vocabulary
from batch_constructs.facts.service_jobs import REQUIRED, TRAINING_JOB_REQUIRED, may_match_sagemaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ServiceJobSubmission

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
