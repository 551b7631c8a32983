"""Share identifiers of submitted jobs, and the scheduling policies of their queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import is_known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import Submission

CHAPTER = "Job Scheduling"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "SP-06",
    chapter="Submitting a Job",
    severity=ERROR,
    remedy="submit with a ShareIdentifier to a queue with a scheduling policy, and without one to others",
    prevents="ClientException: shareIdentifier must be specified for a queue with a scheduling policy",
)
def share_given_where_needed(submission: Submission) -> Iterator[Finding]:
    """A job must have a share identifier if its queue has a fair-share policy, and only then."""
    queue = submission.queue
    if queue is None or not queue.present:
        return
    policy, at = queue.scheduling_policy, "ShareIdentifier"
    if is_known(submission.share_identifier) and queue.scheduling_policy_arn is None:
        message = f"{at} must not be given, because {queue.label} has no scheduling policy"
        yield Finding(submission, f"{message}, got {submission.share_identifier!r}", at=at)
    elif policy is not None and policy.fairshare_policy.present and submission.omits(at):
        message = f"{at} must be given, because {queue.label} has the scheduling policy {policy.label}"
        if submission.home.type in {"AWS::Events::Rule", "AWS::Pipes::Pipe"}:
            message += ", which a rule or pipe cannot set: use a schedule or a state machine"
        yield Finding(submission, message, at=at)


@rule(
    "SP-07",
    severity=WARNING,
    remedy="list the identifier in the ShareDistribution of the policy, or accept the weight 1",
)
def share_is_listed(submission: Submission) -> Iterator[Finding]:
    """A share identifier should be in the policy of the queue; others get the weight 1."""
    queue, share = submission.queue, submission.share_identifier
    policy = None if queue is None else queue.scheduling_policy
    if policy is None or not is_known(share):
        return
    shares = policy.fairshare_policy.share_distribution
    names = [entry.share_identifier for entry in shares if is_known(entry.share_identifier)]
    if not names or not shares.complete or len(names) < len(shares):
        return
    if not any(share == name or (name.endswith("*") and share.startswith(name[:-1])) for name in names):
        message = f"ShareIdentifier must be one of {policy.label} to get a weight other than 1, got {share!r}"
        yield Finding(submission, message, at="ShareIdentifier")


@rule(
    "SP-09",
    severity=ERROR,
    remedy="set SchedulingPriority in the job definition, or SchedulingPriorityOverride when submitting",
    prevents="ClientException: Either schedulingPriority in job definition or schedulingPriorityOverride should be specified",
)
def priority_given_for_shares(submission: Submission) -> Iterator[Finding]:
    """A job for a queue with a fair-share policy must have a scheduling priority, from the submission or the definition.

    The guide does not mention it: AWS refused such jobs of terraform-provider-aws#31226 (2023) and nextflow#3505 (2022).
    """
    queue, definition = submission.queue, submission.definition
    policy = None if queue is None else queue.scheduling_policy
    if queue is None or policy is None or definition is None or not policy.fairshare_policy.present:
        return
    if submission.omits("SchedulingPriorityOverride") and definition.omits("SchedulingPriority"):
        message = (
            f"{definition.label} needs a SchedulingPriority, because {queue.label} has a fair-share policy"
        )
        yield Finding(submission, message, at="SchedulingPriorityOverride")
