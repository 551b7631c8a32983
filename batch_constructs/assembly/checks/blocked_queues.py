"""What AWS Batch must be allowed to do to see why a queue is blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Severity, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.may import RoleOf
from batch_constructs.assembly.template import is_one_of
from batch_constructs.facts import needs, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.checks import Finding
    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import JobQueue

CHAPTER = "Troubleshooting AWS Batch"


def _to_see_capacity(queue: JobQueue, _: BatchModel) -> Iterator[Claim]:
    for index, limit in enumerate(queue.job_state_time_limit_actions):
        if not is_one_of(limit.reason, vocabulary.TimeLimitReason.CAPACITY.value):
            continue
        for environment in queue.environments:
            if environment.service_role is not None and environment.compute_resources.ec2:
                yield Claim(
                    where=queue,
                    at=f"JobStateTimeLimitActions[{index}].Reason",
                    who=f"the service role of {environment.label},",
                    principal=RoleOf(environment.service_role),
                    rights=(Right(needs.SEE_SCALING),),
                )


@rule(
    "IAM-38",
    severity=Severity.WARNING,
    remedy="allow the role autoscaling:DescribeScalingActivities and ec2:DescribeSpotFleetRequestHistory on *, or use the "
    "service-linked role",
    prevents="a time limit that never applies: AWS Batch does not see that capacity is lacking",
    asks=asked(_to_see_capacity),
)
def lack_of_capacity_is_seen(queue: JobQueue, batch: BatchModel) -> Iterator[Finding]:
    """Your own service role must allow autoscaling:DescribeScalingActivities where a queue limits the wait for capacity."""
    yield from unmet(_to_see_capacity(queue, batch), batch)
