"""Job queues: priority, environments, their order, and time limits."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import (
    Finding,
    Severity,
    miscounted,
    misspelt,
    one_of,
    outside,
    rule,
)
from batch_constructs.assembly.checks._arns import of_another_kind
from batch_constructs.assembly.template import is_known, is_none_of, is_one_of, known_or_none, literals
from batch_constructs.facts import events, instance_types, limits, quotas, vocabulary
from batch_constructs.facts.vocabulary import word_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment, JobQueue

CHAPTER = "Job Queue Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule("JQ-01", severity=ERROR, remedy="write ENABLED or DISABLED")
def state_is_known(queue: JobQueue) -> Iterator[Finding]:
    """A job queue must be ENABLED or DISABLED."""
    yield from misspelt(vocabulary.State, queue, "State", queue.state)


@rule(
    "JQ-02",
    chapter="Creating a Job Queue",
    severity=ERROR,
    remedy="list at least one environment, each with a different order, and no more than the quota allows",
    prevents="ClientException: computeEnvironmentOrder needs at least one environment and unique orders",
)
def environments_in_order(queue: JobQueue) -> Iterator[Finding]:
    """A job queue must have one or more environments, each once and with a different order; the default quota is three."""
    entries = queue.compute_environment_order
    at = "ComputeEnvironmentOrder"
    if entries.empty and queue.present and queue.service_environment_order.empty:
        yield Finding(
            queue,
            "a job queue needs at least one compute environment or service environment, got none",
            at=at,
        )
    orders = Counter(entry.order for entry in entries if is_known(entry.order))
    for order, count in orders.items():
        if count > 1:
            yield Finding(
                queue, f"each environment needs a different order, got order {order} {count} times", at=at
            )
    yield from _environments_twice(queue)
    if len(entries) > quotas.ENVIRONMENTS_PER_QUEUE.value:
        message = (
            f"a job queue can have at most {quotas.ENVIRONMENTS_PER_QUEUE.value} compute environments unless your "
            f"account's quota was raised, got {len(entries)}"
        )
        yield Finding(queue, message, at=at, severity=WARNING)


def _environments_twice(queue: JobQueue) -> Iterator[Finding]:
    """Add a problem if an environment is listed twice, by reference or by the same ARN."""
    names = [
        entry.environment.label if entry.environment is not None else known_or_none(entry.environment_arn)
        for entry in queue.compute_environment_order
    ]
    for name, count in Counter(names).items():
        if name is not None and count > 1:
            message = f"a job queue can list an environment once, got {name} {count} times"
            yield Finding(queue, message, at="ComputeEnvironmentOrder")


@rule(
    "JQ-03",
    chapter="Creating a Job Queue",
    severity=ERROR,
    remedy="create a separate queue for each kind of environment",
    prevents="ClientException: Fargate and EC2 compute environments cannot be in one job queue",
)
def one_kind_of_environment(queue: JobQueue) -> Iterator[Finding]:
    """Fargate, EC2, EKS and Managed Instances environments cannot share a job queue."""
    kinds: dict[str, str] = {}
    for environment in queue.environments:
        kind = _kind(environment)
        if kind is not None:
            kinds.setdefault(kind, environment.label)
    if len(kinds) > 1:
        parts = " and ".join(f"{kind} ({name})" for kind, name in kinds.items())
        yield Finding(
            queue, f"a job queue can have one kind of environment, got {parts}", at="ComputeEnvironmentOrder"
        )
    yield from _other_than_the_type(queue)


def _other_than_the_type(queue: JobQueue) -> Iterator[Finding]:
    """Add a problem if the queue's type says EKS and an environment is not on EKS."""
    # Measured for EKS only ("EKS job queue type must have EKS compute environment."): AWS describes the other types as
    # given by the environments, and does not say what it answers to a different one.
    for environment in queue.environments if is_one_of(queue.job_queue_type, "EKS") else ():
        if is_one_of(environment.eks, False):
            message = f"a job queue of type EKS needs environments on EKS, got {environment.label}"
            yield Finding(queue, message, at="JobQueueType")


def _kind(environment: ComputeEnvironment) -> str | None:
    """Return the kind that a queue cannot mix; ``None`` if it is unknown."""
    resources = environment.compute_resources
    if is_one_of(environment.eks, True):
        return "EKS"
    if resources.fargate:
        return "Fargate"
    if is_one_of(resources.type, "ECS_MANAGED_INSTANCES"):
        return "Managed Instances"
    return "EC2" if resources.ec2 and is_one_of(environment.eks, False) else None


@rule(
    "JQ-04",
    chapter="Creating a Job Queue",
    severity=ERROR,
    remedy="create separate queues for x86_64 and Arm environments",
    prevents="ClientException: all compute environments of a job queue must have the same architecture",
)
def one_architecture(queue: JobQueue) -> Iterator[Finding]:
    """All environments of a job queue must have the same processor architecture."""
    seen: dict[str, str] = {}
    for environment in queue.environments:
        types = literals(environment.compute_resources.instance_types)
        architectures = instance_types.architectures_of(types)
        # An environment with several architectures gets its own finding.
        if len(architectures) == 1:
            seen.setdefault(next(iter(architectures)), environment.label)
    if len(seen) > 1:
        parts = " and ".join(f"{architecture} ({name})" for architecture, name in sorted(seen.items()))
        message = f"the environments of a job queue must have one architecture, got {parts}"
        yield Finding(queue, message, at="ComputeEnvironmentOrder")


@rule(
    "JQ-06",
    severity=ERROR,
    remedy="give the ARN, such as !GetAtt Policy.Arn",
    prevents="ClientException: Only scheduling policy Arn can be allowed",
)
def policy_by_arn(queue: JobQueue) -> Iterator[Finding]:
    """A job queue must give its scheduling policy by the policy's own ARN."""
    arn, at = queue.scheduling_policy_arn, "SchedulingPolicyArn"
    if is_known(arn) and not arn.startswith("arn:"):
        yield Finding(queue, f"{at} must be an ARN, got {arn!r}", at=at)
    if kind := of_another_kind(arn, "scheduling-policy"):
        yield Finding(queue, f"{at} must be the ARN of a scheduling policy, got one of a {kind}", at=at)


@rule("JQ-07", severity=ERROR, remedy="choose a priority from 0 to 1000; a higher one is served first")
def priority_in_range(queue: JobQueue) -> Iterator[Finding]:
    """A job queue's priority must be 0 to 1000."""
    yield from outside(limits.QUEUE_PRIORITY, queue, "Priority", queue.priority)


@rule(
    "JQ-08",
    severity=ERROR,
    remedy="give a SageMaker queue one service environment, and any other queue compute environments",
)
def service_environments_on_sagemaker_queues(queue: JobQueue) -> Iterator[Finding]:
    """A queue of type SAGEMAKER_TRAINING must have one service environment, any other queue compute environments."""
    services, at = queue.service_environment_order, "ServiceEnvironmentOrder"
    yield from miscounted(limits.QUEUE_SERVICE_ENVIRONMENTS, queue, at, services)
    if services and queue.compute_environment_order:
        yield Finding(
            queue, "a job queue can have compute environments or a service environment, got both", at=at
        )
    if services and is_none_of(queue.job_queue_type, "SAGEMAKER_TRAINING"):
        got = queue.job_queue_type or "none"
        message = f"a service environment needs JobQueueType SAGEMAKER_TRAINING, got {got}"
        yield Finding(queue, message, at="JobQueueType")
    if is_one_of(queue.job_queue_type, "SAGEMAKER_TRAINING") and queue.compute_environment_order:
        yield Finding(
            queue, "a SAGEMAKER_TRAINING queue cannot have compute environments", at="ComputeEnvironmentOrder"
        )


@rule(
    "JQ-09",
    severity=ERROR,
    remedy="limit RUNNABLE to 600 to 86,400 seconds, with CANCEL (TERMINATE on SageMaker queues)",
)
def time_limits_in_range(queue: JobQueue) -> Iterator[Finding]:
    """A time limit must be for RUNNABLE, 10 minutes to a day, with the queue's action, and one for each reason."""
    sagemaker = is_one_of(queue.job_queue_type, "SAGEMAKER_TRAINING")
    fitting = "TERMINATE" if sagemaker else "CANCEL"
    for limit in queue.job_state_time_limit_actions:
        yield from outside(
            limits.JOB_STATE_TIME_LIMIT_SECONDS, limit, "MaxTimeSeconds", limit.max_time_seconds
        )
        if is_known(limit.state) and limit.state != "RUNNABLE":
            yield Finding(limit, f"State must be RUNNABLE, got {limit.state}", at="State")
        if is_known(limit.action) and limit.action != fitting and not _unsure(queue):
            yield Finding(limit, f"Action must be {fitting} on this queue, got {limit.action}", at="Action")
        if limit.omits("Reason"):
            yield Finding(limit, "Reason must be given")
    yield from _twice(queue)


def _twice(queue: JobQueue) -> Iterator[Finding]:
    """Add a problem if two time limits have the same state and reason, which AWS Batch refuses."""
    seen: set[tuple[str, str]] = set()
    for limit in queue.job_state_time_limit_actions:
        state, reason = limit.state, limit.reason
        if not is_known(state) or not is_known(reason):
            continue
        if (state, reason) in seen:
            yield Finding(limit, f"each Reason must have one time limit, got {reason!r} twice", at="Reason")
        seen.add((state, reason))


def _unsure(queue: JobQueue) -> bool:
    """Return whether it is unknown if the queue is for SageMaker."""
    services = queue.service_environment_order
    return not (is_known(queue.job_queue_type) or (queue.job_queue_type is None and services.empty))


_REASON = re.compile(r"[A-Z]+(_[A-Z]+)*(:[A-Z][A-Z0-9]*(_[A-Z0-9]+)*)?")


@rule(
    "JQ-10",
    severity=ERROR,
    remedy="write exactly one of the reasons that AWS Batch acts on in this kind of queue",
    prevents="a deployment that fails, or a job that waits forever because the time limit never applies",
)
def time_limit_reason_is_known(queue: JobQueue) -> Iterator[Finding]:
    """A time limit must name one of the reasons that AWS Batch acts on in this kind of queue."""
    every = list(vocabulary.TimeLimitReason)
    sagemaker = is_one_of(queue.job_queue_type, "SAGEMAKER_TRAINING")
    fitting = vocabulary.TimeLimitReason.of_queue(service_jobs=sagemaker)
    for limit in queue.job_state_time_limit_actions:
        reason = limit.reason
        if not is_known(reason) or reason is None:
            continue
        if (word := word_of(vocabulary.TimeLimitReason, reason)) is None:
            # AWS refuses free text, but a well-formed word may be a reason that is newer than this list.
            newer = _REASON.fullmatch(reason) and reason not in set(events.BlockedReason)
            severity = WARNING if newer else ERROR
            words = one_of([each.value for each in (every if _unsure(queue) else fitting)])
            yield Finding(limit, f"Reason must be {words}, got {reason!r}", at="Reason", severity=severity)
        elif word not in fitting and not _unsure(queue):
            kind = "a service environment" if sagemaker else "compute environments"
            message = f"AWS Batch does not act on {word} in a queue with {kind}"
            yield Finding(limit, message, at="Reason", severity=WARNING)
