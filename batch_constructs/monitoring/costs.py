"""Tags by which a bill tells what belongs to what."""

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

# Tags of an environment itself are create-only, and CloudFormation hands those of a stack down to it: a change would
# replace it, and its queue with it.
_NEVER = ("aws:cdk:stack", "AWS::Batch::ComputeEnvironment")


@checked
def tag_costs(
    scope: IConstruct,
    tags: Mapping[str, str],
    *,
    compute_environments: Sequence[OwnComputeEnvironment] = (),
) -> None:
    """Tag everything that bills, as cost allocation tags.

    Everything in the scope that can bear tags: queues, definitions (whose tags their jobs and tasks get), log groups,
    buckets, networks, topics. And what AWS Batch launches for the environments, which bills most: instances and their disks,
    whose tags stand elsewhere. Environments themselves are left out, for a changed tag would replace them.

    Tags show in the bill once they are activated in the Billing console of the account that pays, and for what is spent from
    then on. `BatchBudget` counts by them.

    Guide: Tagging your AWS Batch Resources (newer than the table of contents).

    Args:
        scope: What to tag, and all that is in it: a stack, an app, a `BatchPlatform`.
        tags: At most 50, with keys of at most 128 characters and values of at most 256.
        compute_environments: Of this library; their instances are replaced when the tags change. By default none.

    Raises:
        ValueError: no tag is given, or AWS would refuse one.
    """
    problems = Problems()
    problems.check(len(tags) > 0, "tags must name at least one")
    problems.tags("tags", tags)
    problems.raise_if_any()
    for key, value in tags.items():
        Tags.of(scope).add(key, value, exclude_resource_types=list(_NEVER))
    for each in compute_environments:
        each.tag_instances(tags)
