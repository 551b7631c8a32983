"""Tags that assign costs in the bill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Tags

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import IConstruct

    from batch_constructs.compute_environments.base import OwnComputeEnvironment

__all__ = ["tag_costs"]

# Tags of an environment are create-only, and CloudFormation also gives it the tags of its stack. A changed tag would
# replace the environment, and its queue with it.
_NEVER = ("aws:cdk:stack", "AWS::Batch::ComputeEnvironment")


@checked
def tag_costs(
    scope: IConstruct,
    tags: Mapping[str, str],
    *,
    compute_environments: Sequence[OwnComputeEnvironment] = (),
) -> None:
    """Add cost allocation tags to everything that costs money.

    It tags everything in the scope that can have tags: queues, definitions (whose jobs and tasks get their tags), log groups,
    buckets, networks, topics. It also tags the instances that AWS Batch launches for the environments, and their disks,
    which cost most. Environments themselves get no tags, because a changed tag would replace them.

    Tags show in the bill once they are activated in the Billing console of the paying account, and only for later
    costs. `BatchBudget` counts by them.

    Args:
        scope: The construct to tag, with all that is in it: a stack, an app, a `BatchPlatform`.
        tags: At most 50, with keys of at most 128 characters and values of at most 256.
        compute_environments: Environments of this library; their instances are replaced when the tags change. By default none.

    Raises:
        ValueError: no tag is given, or AWS would refuse one.

    Guide: Tagging your AWS Batch Resources (newer than the table of contents).
    """
    problems = Problems()
    problems.check(len(tags) > 0, "tags must name at least one")
    problems.tags("tags", tags)
    problems.raise_if_any()
    for key, value in tags.items():
        Tags.of(scope).add(key, value, exclude_resource_types=list(_NEVER))
    for each in compute_environments:
        each.tag_instances(tags)
