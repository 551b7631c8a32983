"""Scheduling policies: how the capacity of a queue is shared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import Duration
from aws_cdk import aws_batch as batch
from aws_cdk.interfaces.aws_batch import ISchedulingPolicyRef, SchedulingPolicyReference

from batch_constructs._border.arguments import checked
from batch_constructs._border.cli_json.constructs import CliJson
from batch_constructs._border.problems import Problems
from batch_constructs._border.references import Referable
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known, seconds
from batch_constructs.facts import limits, patterns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct
    from jsii import Number

__all__ = ["FairSharePolicy", "QuotaSharePolicy", "Share"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One of the shares of a queue, which jobs name when they are submitted.

    Attributes:
        identifier: At most 255 letters, digits, hyphens and underscores. With ``*`` at the end it means all
            identifiers with that prefix, which then share one weight.
        weight_factor: 0.0001 to 999.9999. A *lower* factor gets more: 0.125 gets eight times as much as 1. By default 1.

    Raises:
        ValueError: a value is out of its range.

    Guide: Job Scheduling.
    """

    identifier: str
    weight_factor: Number = 1

    def __post_init__(self) -> None:
        problems = Problems()
        problems.matches("identifier", self.identifier, patterns.SHARE_IDENTIFIER)
        problems.within("weight_factor", self.weight_factor, limits.WEIGHT_FACTOR)
        problems.raise_if_any()


@checked
@jsii.implements(ISchedulingPolicyRef)
class FairSharePolicy(CliJson, Referable):
    """A policy that gives each share of a queue capacity by its recent use, instead of first in, first out.

    Jobs of such a queue must name a share when they are submitted. A queue must get its policy when it is created;
    later the policy can be changed in place, or replaced by another.

    Guide: Job Scheduling.
    """

    _operation = "CreateSchedulingPolicy"
    _l1 = batch.CfnSchedulingPolicy

    cfn: batch.CfnSchedulingPolicy
    """The CloudFormation resource."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        shares: Sequence[Share] = (),
        share_decay: Duration | None = None,
        compute_reservation: Number | None = None,
        scheduling_policy_name: str | None = None,
    ) -> None:
        """Create the policy.

        Args:
            scope: Where the policy belongs.
            id: Its name in that scope.
            shares: Shares with a weight of their own, at most 500. By default none: all other shares have weight 1.
            share_decay: How long past use counts, up to one week. By default only current use does.
            compute_reservation: Percent of the capacity kept for shares that are not active yet, 0 to 99. By
                default none.
            scheduling_policy_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        decay_seconds = seconds(share_decay)
        problems = Problems()
        problems.within("share_decay", decay_seconds, limits.SHARE_DECAY_SECONDS)
        problems.within("compute_reservation", compute_reservation, limits.COMPUTE_RESERVATION)
        problems.matches("scheduling_policy_name", scheduling_policy_name, patterns.RESOURCE_NAME)
        problems.within("the length of shares", len(shares), limits.SHARES)
        problems.add(*_overlaps(shares))
        problems.raise_if_any()
        super().__init__(scope, id)
        policy = given(
            shareDecaySeconds=decay_seconds,
            computeReservation=compute_reservation,
            shareDistribution=[
                {"shareIdentifier": each.identifier, "weightFactor": each.weight_factor} for each in shares
            ],
        )
        self._make({**given(name=scheduling_policy_name), "fairsharePolicy": policy})

    @cached_property
    def scheduling_policy_arn(self) -> str:
        """The policy's ARN."""
        return self.cfn.attr_arn

    @property
    def scheduling_policy_ref(self) -> SchedulingPolicyReference:
        """The reference to the policy for queues of this library, the CDK's L2 and its L1."""
        return SchedulingPolicyReference(scheduling_policy_arn=self.scheduling_policy_arn)

    @staticmethod
    def _kind_of(document: Mapping[str, Any]) -> str:
        return _kind_of(document)


@checked
@jsii.implements(ISchedulingPolicyRef)
class QuotaSharePolicy(CliJson, Referable):
    """A policy that divides a queue of service jobs into quota shares, each with its own capacity: `QuotaShare`.

    Unused capacity goes to other shares, first come, first served, as each share allows. Jobs of such a queue must
    name their share. A queue must get its policy when it is created.

    Guide: Quota management (newer than the table of contents).
    """

    _operation = "CreateSchedulingPolicy"
    _l1 = batch.CfnSchedulingPolicy

    cfn: batch.CfnSchedulingPolicy
    """The CloudFormation resource."""

    def __init__(self, scope: Construct, id: str, *, scheduling_policy_name: str | None = None) -> None:
        """Create the policy.

        Args:
            scope: Where the policy belongs.
            id: Its name in that scope.
            scheduling_policy_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.

        Raises:
            ValueError: AWS would refuse the name.
        """
        problems = Problems()
        problems.matches("scheduling_policy_name", scheduling_policy_name, patterns.RESOURCE_NAME)
        problems.raise_if_any()
        super().__init__(scope, id)
        # Required, and the only allowed value.
        policy = {"idleResourceAssignmentStrategy": "FIFO"}
        self._make({**given(name=scheduling_policy_name), "quotaSharePolicy": policy})

    @cached_property
    def scheduling_policy_arn(self) -> str:
        """The policy's ARN."""
        return self.cfn.attr_arn

    @property
    def scheduling_policy_ref(self) -> SchedulingPolicyReference:
        """The reference to the policy for queues of this library, the CDK's L2 and its L1."""
        return SchedulingPolicyReference(scheduling_policy_arn=self.scheduling_policy_arn)

    @staticmethod
    def _kind_of(document: Mapping[str, Any]) -> str:
        return _kind_of(document)


def _kind_of(document: Mapping[str, Any]) -> str:
    """Return the class that takes such documents."""
    return "QuotaSharePolicy" if "quotaSharePolicy" in document else "FairSharePolicy"


def _overlaps(shares: Sequence[Share]) -> list[str]:
    """Return a problem for each two entries that match the same identifier, such as ``UserA`` and ``User*``."""
    return [
        f"shares must not overlap, got {one.identifier!r} and {other.identifier!r}"
        for one, other in combinations([share for share in shares if known(share.identifier)], 2)
        if _covers(one.identifier, other.identifier) or _covers(other.identifier, one.identifier)
    ]


def _covers(one: str, other: str) -> bool:
    return other.startswith(one[:-1]) if one.endswith("*") else one == other
