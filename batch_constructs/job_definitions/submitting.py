"""The right to submit jobs: to a queue, of some definitions, in some shares, with tags or without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations

from batch_constructs._border.places import place_of
from batch_constructs._border.problems import Problems
from batch_constructs.facts import patterns
from batch_constructs.job_definitions.base import arn_of, consumed_by, name_and_revisions
from batch_constructs.permissions import grants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef

__all__ = ["let_submit"]

_ANY = "*"


def let_submit(
    queue: IJobQueueRef,
    grantee: iam.IGrantable,
    job_definitions: Sequence[IJobDefinitionRef],
    *,
    has_shares: bool | None,
    share_identifiers: Sequence[str],
    tagged: bool,
) -> iam.Grant:
    """Allow a principal to submit jobs of these definitions to a queue.

    Args:
        queue: The queue.
        grantee: The principal that submits.
        job_definitions: The definitions of the jobs.
        has_shares: Whether the queue has a policy with shares; ``None`` if that is unknown.
        share_identifiers: The allowed shares; none for all.
        tagged: Whether jobs may have tags.

    Raises:
        ValueError: the grant would allow nothing, or something that AWS cannot do.
    """
    problems, env = Problems(), queue.env
    problems.check(
        bool(job_definitions),
        "grant_submit_job needs at least one job definition: IAM checks queue and definition",
    )
    for each in share_identifiers:
        problems.matches("a share identifier", each, patterns.SHARE_IDENTIFIER)
    for definition in job_definitions:
        _check_one_place(problems, queue, definition)
    problems.raise_if_any()
    grants.check_account(grantee, env, "grant_submit_job")
    if has_shares and not share_identifiers:
        _warn_of_any_share(queue, grantee)
    elsewhere = grants.place_for(grantee, env)
    definitions = [name_and_revisions(arn_of(definition), elsewhere) for definition in job_definitions]
    consumed = dict.fromkeys(
        each for definition in job_definitions for each in consumed_by(definition, grantee)
    )
    return grants.submit_job(
        grantee,
        queue.job_queue_ref.job_queue_arn,
        definitions,
        list(consumed),
        tagged=tagged,
        share_identifiers=() if _ANY in share_identifiers else share_identifiers,
    )


def _check_one_place(problems: Problems, queue: IJobQueueRef, definition: IJobDefinitionRef) -> None:
    """Add a problem if a definition is in another Region or account than the queue: its jobs could not run there."""
    ours, theirs = place_of(queue), place_of(definition)
    for word, one, other in (
        ("Region", ours.region, theirs.region),
        ("account", ours.account, theirs.account),
    ):
        problems.check(
            one is None or other is None or one == other,
            f"a job's queue and its definition must be in one {word}, got a queue in {one} and "
            f"{definition.node.path!r} in {other}: register the definition in {one} as well",
        )


def _warn_of_any_share(queue: IJobQueueRef, grantee: iam.IGrantable) -> None:
    """Warn at synth that a grant covers all shares of a queue."""
    path = getattr(getattr(grantee.grant_principal, "node", None), "path", "the grantee")
    Annotations.of(queue).add_warning_v2(
        "batch-constructs:grant-submit-any-share",
        f"grant_submit_job lets {path} submit in every share of this queue, those of others included: give "
        'share_identifiers=["…"] for some of them, or ["*"] if all are meant',
    )
