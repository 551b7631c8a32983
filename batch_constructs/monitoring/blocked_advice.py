"""The advice about a job that blocks its queue, for each reason that an alert may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.facts.events import BlockedReason

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["advice", "service_advice"]

_ADVICE: dict[tuple[BlockedReason, ...], str] = {
    (BlockedReason.CAPACITY,): (
        "CAPACITY: AWS has no such instance now; allow more instance types and zones, or on-demand capacity."
    ),
    (
        BlockedReason.MAX_RESOURCE,
        BlockedReason.JOB_RESOURCE_REQUIREMENT,
        BlockedReason.INSTANCE_CONFIGURATION,
    ): "MISCONFIGURATION: no environment can take the job, or its template does not go with its instance types.",
    (BlockedReason.SERVICE_ROLE_PERMISSIONS,): (
        "SERVICE_ROLE_PERMISSIONS: the service roles of the environments lack rights; take the service-linked role."
    ),
    (BlockedReason.INVALID_ENVIRONMENTS,): (
        "ACTION_REQUIRED: all environments are INVALID; their status reason says why."
    ),
    (BlockedReason.UNDETERMINED,): (
        "UNDETERMINED: AWS Batch found no cause. See whether instances start (EC2 quota) and join the cluster (network, "
        "ECS agent, awslogs driver, user data that takes too long)."
    ),
}
_SERVICE_ADVICE: dict[BlockedReason, str] = {
    BlockedReason.CAPACITY: "CAPACITY: SageMaker AI has no such instance now; wait, or ask for another instance type.",
    BlockedReason.SERVICE_MAX_RESOURCE: (
        "SERVICE_ENVIRONMENT_MAX_RESOURCE: the job wants more instances than its service environment may have."
    ),
    BlockedReason.QUOTA_MANAGEMENT_LIMIT: (
        "QUOTA_MANAGEMENT_LIMIT_EXCEEDED: the job wants more than its quota share has and may borrow."
    ),
}
_WORDS = {
    BlockedReason.SERVICE_ROLE_PERMISSIONS: "SERVICE_ROLE_PERMISSIONS",
    BlockedReason.INVALID_ENVIRONMENTS: "ACTION_REQUIRED",
    BlockedReason.UNDETERMINED: "UNDETERMINED",
}


def advice(reasons: Collection[BlockedReason], *, blocks: bool = True) -> list[str]:
    """Return the advice about compute jobs, for these reasons only.

    Args:
        reasons: The reasons that the alert may have.
        blocks: Whether the job still blocks its queue, so that it may be cancelled.
    """
    lines = [text for about, text in _ADVICE.items() if set(about) & set(reasons)]
    return [*lines, _let_pass(reasons)] if blocks else lines


def service_advice(reasons: Collection[BlockedReason], *, blocks: bool = True) -> list[str]:
    """Return the advice about service jobs, for these reasons only.

    Args:
        reasons: The reasons that the alert may have.
        blocks: Whether the job still blocks its queue, so that it may be terminated.
    """
    lines = [text for about, text in _SERVICE_ADVICE.items() if about in reasons]
    last = "To let the next job pass, terminate this one, or give the queue a JobStateTimeLimit."
    return [*lines, last] if blocks else lines


def _let_pass(reasons: Collection[BlockedReason]) -> str:
    unlimited = [word for reason, word in _WORDS.items() if reason in reasons]
    if not any(reason.can_be_limited for reason in reasons):
        return "To let the next job pass, cancel this one; no JobStateTimeLimit can do it for this reason."
    text = "To let the next job pass, cancel this one, or give the queue a JobStateTimeLimit"
    return f"{text} (none exists for {' and '.join(unlimited)})." if unlimited else f"{text}."
