"""The actions of AWS's managed policies."""

from __future__ import annotations

import pytest

from batch_constructs.facts import managed_policies, role_trust
from batch_constructs.facts.managed_policies import may_allow


def test_a_policy_that_is_not_listed_may_allow_anything() -> None:
    """Rules do not report AdministratorAccess and future policies."""
    assert may_allow("AdministratorAccess", managed_policies.SUBMIT_JOB)


@pytest.mark.parametrize(
    ("role", "action"),
    [
        (role_trust.INSTANCE, managed_policies.REGISTER_CONTAINER_INSTANCE),
        (role_trust.EXECUTION, managed_policies.GET_AUTHORIZATION_TOKEN),
        (role_trust.EXECUTION, managed_policies.PUT_LOG_EVENTS),
        (role_trust.EVENTS, managed_policies.SUBMIT_JOB),
    ],
)
def test_the_usual_policy_allows_what_its_role_is_for(role: role_trust.RoleTrust, action: str) -> None:
    """The guide's policies pass the rules."""
    name = str(role.managed_policy).rpartition("/")[2]
    assert name in managed_policies.policies()
    assert may_allow(name, action.upper())


def test_the_execution_policy_reads_no_secrets() -> None:
    """Users often forget this right."""
    assert not may_allow("AmazonECSTaskExecutionRolePolicy", managed_policies.GET_SECRET_VALUE)
    assert not may_allow("AmazonECSTaskExecutionRolePolicy", managed_policies.GET_PARAMETERS)
