"""Checks whether environments and a policy can be in one queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.facts import limits
from batch_constructs.facts.vocabulary import CapacityOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, ISchedulingPolicyRef

    from batch_constructs._border.problems import Problems

__all__ = ["check_order", "check_policy", "check_policy_arn"]


def check_order(
    problems: Problems, environments: Sequence[IComputeEnvironmentRef], arns: Sequence[str]
) -> None:
    """Add a problem for no environments, the same one twice, or Spot before on demand on ECS Managed Instances.

    Args:
        problems: Where to add it.
        environments: The environments; imported ones do not say what they are.
        arns: Their ARNs.
    """
    problems.within("the length of compute_environments", len(arns), limits.QUEUE_COMPUTE_ENVIRONMENTS)
    problems.check(
        len(set(arns)) == len(arns), "compute_environments must be different ones, got one of them twice"
    )
    options = [getattr(each, "capacity_option", None) for each in environments]
    spot = [at for at, option in enumerate(options) if option is CapacityOption.SPOT]
    on_demand = [at for at, option in enumerate(options) if option is CapacityOption.ON_DEMAND]
    problems.check(
        not spot or not on_demand or spot[0] > on_demand[-1],
        "compute_environments of ECS Managed Instances must have those on demand first, got one on Spot before one on "
        "demand: AWS refuses that order, reverse it",
    )


def check_policy(problems: Problems, policy: ISchedulingPolicyRef | None) -> None:
    """Add a problem for a quota-share policy, which is not for compute environments, and for an ARN of something else.

    Args:
        problems: Where to add it.
        policy: The policy of the queue: ours, or an L1.
    """
    problems.check(
        getattr(getattr(policy, "cfn", policy), "quota_share_policy", None) is None,
        "scheduling_policy must be a FairSharePolicy, got a quota-share policy, which is for queues of training jobs: "
        "make a SageMakerJobQueue",
    )
    check_policy_arn(problems, None if policy is None else policy.scheduling_policy_ref.scheduling_policy_arn)


def check_policy_arn(problems: Problems, arn: str | None) -> None:
    """Add a problem for an ARN that is not of a scheduling policy."""
    problems.check(
        not known(arn) or arn is None or ":scheduling-policy/" in arn,
        f"scheduling_policy must have the ARN of a scheduling policy, got {arn!r}",
    )
