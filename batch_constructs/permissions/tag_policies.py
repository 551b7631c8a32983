"""Policies that depend on tags: of queues and definitions, and of capacity."""

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
    """Allow submitting jobs to queues with given tags, of definitions with given tags.

    Jobs must name the revision of their definition, such as ``align:3``. Without it AWS Batch does not evaluate the tags
    of the definition, and these statements refuse the job.

    Args:
        queue_tags: The tags that a queue must have, all of them; at least one.
        definition_tags: The tags that a definition must have, all of them; at least one.

    Raises:
        ValueError: no tag is given for queues or for definitions, or AWS would refuse one.

    Guide: Example Policies (restricting job submission by resource tags; newer than the table of contents).
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
            # With a revision only: without one, AWS Batch does not evaluate the definition's tags.
            resources=[cdk.arn("batch", "job-definition/*:*")],
            conditions=_tagged(definition_tags),
        ),
    ]


@checked
def allow_set_capacity_tags(
    required: Mapping[str, Sequence[str]] | None = None, *, optional: Sequence[str] = ()
) -> iam.PolicyStatement:
    """Allow tagging what an environment launches (``capacityTags``), in addition to the right to create or change it.

    AWS Batch requires ``batch:SetCapacityTags`` if a request to create or update an environment has such tags. There is no
    API call of that name.

    Args:
        required: Required tags, each with its allowed values, at least one. By default none.
        optional: Keys of tags that are allowed as well, with any value. By default none if there are required tags,
            else any.

    Raises:
        ValueError: a required tag has no allowed value.

    Guide: Capacity tags access policy (newer than the table of contents).
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
    """Deny tagging what an environment launches; creating and changing environments is not denied.

    Guide: Capacity tags access policy (newer than the table of contents).
    """
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=[_SET_TAGS],
        # It denies every environment.
        resources=["*"],
    )


def _tagged(tags: Mapping[str, str]) -> Condition:
    return {"StringEquals": {f"aws:ResourceTag/{key}": [value] for key, value in tags.items()}}
