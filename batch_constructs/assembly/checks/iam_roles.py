"""Roles that Batch, its instances and its jobs take on."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import is_one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeEnvironment

ERROR, WARNING = Severity.ERROR, Severity.WARNING

# Other policies of AWS may bring the permission along.
_WITHOUT_TAGGING = frozenset({"AmazonEC2SpotFleetRole", "AmazonEC2SpotFleetAutoscaleRole"})


@rule(
    "IAM-12",
    chapter="Amazon EC2 Spot Fleet Role",
    severity=ERROR,
    remedy="attach service-role/AmazonEC2SpotFleetTaggingRole, or choose a strategy that needs no fleet role",
    prevents="Spot Instances that are not tagged and never scale down",
)
def spot_fleet_role_may_tag(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """The Spot Fleet role carries the policy that lets it tag instances."""
    resources = environment.compute_resources
    role = resources.spot_fleet_role
    fleet = is_one_of(resources.type, "SPOT") and is_one_of(resources.allocation_strategy, "BEST_FIT", None)
    if role is None or not fleet or not batch.permissions.all_known(role):
        return
    policies = batch.permissions.managed_policies(role)
    actions = batch.permissions.allowed_actions(role)
    if policies <= _WITHOUT_TAGGING and not any(fnmatchcase("ec2:createtags", action) for action in actions):
        got = ", ".join(sorted(policies)) or "no managed policy"
        yield Finding(
            resources,
            f"the Spot Fleet role {role.logical_id} needs AmazonEC2SpotFleetTaggingRole, got {got}",
            at="SpotIamFleetRole",
        )
