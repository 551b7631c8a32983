"""The roles."""

from __future__ import annotations

import json

from moto.iam.aws_managed_policies import aws_managed_policies_data

from batch_constructs.facts import role_trust
from batch_constructs.facts.role_trust import RoleTrust

ROLES = [value for value in vars(role_trust).values() if isinstance(value, RoleTrust)]


def test_every_managed_policy_exists() -> None:
    """A misspelt policy would fail only at the deploy."""
    policies = {
        f"{policy['Path'].strip('/')}/{name}".lstrip("/")
        for name, policy in json.loads(aws_managed_policies_data).items()
    }
    assert {role.managed_policy for role in ROLES if role.managed_policy} <= policies


def test_every_principal_is_a_service() -> None:
    """No account and no user assumes a role of Batch."""
    assert all(role.principal.endswith(".amazonaws.com") for role in ROLES)
    assert role_trust.SPOT_FLEET.managed_policy == "service-role/AmazonEC2SpotFleetTaggingRole"
