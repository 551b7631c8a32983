"""Policies that decide by tags: which queues and definitions, and which tags capacity may get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batch_constructs.permissions.conditions import Condition

__all__ = ["allow_set_capacity_tags", "allow_submit_job_with_tags", "deny_set_capacity_tags"]

_SET_TAGS = "batch:SetCapacityTags"


@checked
def allow_submit_job_with_tags(
    *, queue_tags: Mapping[str, str], definition_tags: Mapping[str, str]
) -> list[iam.PolicyStatement]:
    """Allow to submit jobs to queues that have some tags, of definitions that have some tags.

    Jobs must name the revision of their definition, such as ``align:3``: without it AWS Batch evaluates no tags of the
    definition, and these statements refuse the job.

    Guide: Example Policies (restricting job submission by resource tags; newer than the table of contents).

    Args:
        queue_tags: The tags that a queue must have, all of them; at least one.
        definition_tags: The tags that a definition must have, all of them; at least one.

    Raises:
        ValueError: no tag is given for queues or for definitions, or AWS would refuse one.
    """
    problems = Problems()
    for name, tags in (("queue_tags", queue_tags), ("definition_tags", definition_tags)):
        problems.check(len(tags) > 0, f"{name} must name at least one tag: IAM checks queue and definition")
        problems.tags(name, tags)
    problems.raise_if_any()
    return [
        iam.PolicyStatement(
            actions=["batch:SubmitJob"],
            resources=[cdk.arn("batch", "job-queue/*")],
            conditions=_tagged(queue_tags),
        ),
        iam.PolicyStatement(
            actions=["batch:SubmitJob"],
            # With a revision only: without one the tags of a definition are not looked at.
            resources=[cdk.arn("batch", "job-definition/*:*")],
            conditions=_tagged(definition_tags),
        ),
    ]


@checked
def allow_set_capacity_tags(
    required: Mapping[str, Sequence[str]] | None = None, *, optional: Sequence[str] = ()
) -> iam.PolicyStatement:
    """Allow to give tags to what an environment launches (``capacityTags``), beside the right to make or change it.

    AWS Batch asks for ``batch:SetCapacityTags`` whenever a request to create or update an environment has them. It is no
    call of its own.

    Guide: Capacity tags access policy (newer than the table of contents).

    Args:
        required: Tags that must be given, each with the values that it may have, at least one. By default none.
        optional: Keys of tags that may be given as well, with any value. By default none, if there are required ones;
            without these any tags may be given.

    Raises:
        ValueError: a required tag has no value that it may have.
    """
    required = required or {}
    problems = Problems()
    for key, values in required.items():
        problems.check(
            not isinstance(values, str) and len(values) > 0,
            f"required[{key!r}] must list the values that the tag may have, got {values!r}",
        )
    problems.raise_if_any()
    conditions: Condition = {}
    if required:
        conditions["StringEquals"] = {
            f"aws:RequestTag/{key}": list(values) for key, values in required.items()
        }
    if required or optional:
        conditions["ForAllValues:StringEquals"] = {"aws:TagKeys": [*required, *optional]}
    return iam.PolicyStatement(
        actions=[_SET_TAGS],
        resources=[cdk.arn("batch", "compute-environment/*")],
        conditions=conditions or None,
    )


@checked
def deny_set_capacity_tags() -> iam.PolicyStatement:
    """Deny to give tags to what an environment launches, while environments may be made and changed.

    Guide: Capacity tags access policy (newer than the table of contents).
    """
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=[_SET_TAGS],
        # A denial of every environment, whoever owns it.
        resources=["*"],
    )


def _tagged(tags: Mapping[str, str]) -> Condition:
    return {"StringEquals": {f"aws:ResourceTag/{key}": [value] for key, value in tags.items()}}
