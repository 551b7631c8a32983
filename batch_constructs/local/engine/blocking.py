"""Why the head of a queue does not start, in AWS's words.

Source: AWS Batch User Guide, "Troubleshooting blocked jobs in RUNNABLE"; API, JobStateTimeLimitAction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs.local.engine.places import Consumables, Environment
    from batch_constructs.local.engine.work import Work

CANCELED = "Canceled by JobStateTimeLimit action due to reason: {reason}"

INSUFFICIENT_CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
MAX_RESOURCE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
JOB_REQUIREMENT = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
UNDETERMINED = "UNDETERMINED"


def reason(work: Work, environments: Sequence[Environment], consumables: Consumables) -> str:
    """Return why a job at the head of its queue does not start; empty if it only waits for other jobs to end."""
    needs = work.nodes or (work.need,)
    usable = [each for each in environments if each.enabled and each.platform == work.platform]
    if not usable:
        return UNDETERMINED
    if all(sum(need.vcpus for need in needs) > each.max_vcpus for each in usable):
        return MAX_RESOURCE
    if not any(all(each.could_ever_hold(need) for need in needs) for each in usable):
        return JOB_REQUIREMENT
    if not any(each.valid for each in usable):
        return UNDETERMINED
    if not consumables.suffice(work):
        return ""
    if not any(each.hosts for each in usable):
        return INSUFFICIENT_CAPACITY
    return ""
