"""Conditions on registrations: every key of AWS Batch, with the operator of its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import BatchConditionKey, RegistrationConditions, allow_register_job_definition
from tests.permissions.simulator import ALLOWED, DENIED, Request, batch_arn, concrete, decide

if TYPE_CHECKING:
    from aws_cdk import Stack

DEFINITION = batch_arn("job-definition/align")
# For each attribute: what is asked, the key, a value that matches, one that does not.
KEYS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"images": ["a", "b"]}, "batch:Image", "b", "c"),
    ({"images": ["team/*"]}, "batch:Image", "team/align", "teams/align"),
    ({"users": ["1000"]}, "batch:User", "1000", "0"),
    ({"privileged": False}, "batch:Privileged", "false", "true"),
    ({"privileged": True}, "batch:Privileged", "true", "false"),
    ({"log_drivers": ["awslogs"]}, "batch:LogDriver", "awslogs", "syslog"),
    ({"awslogs_groups": ["/jobs"]}, "batch:AWSLogsGroup", "/jobs", "/other"),
    ({"awslogs_regions": ["eu-west-1"]}, "batch:AWSLogsRegion", "eu-west-1", "us-east-1"),
    ({"awslogs_stream_prefixes": ["align"]}, "batch:AWSLogsStreamPrefix", "align", "sort"),
    ({"awslogs_create_group": False}, "batch:AWSLogsCreateGroup", "false", "true"),
    ({"eks_images": ["a"]}, "batch:EKSImage", "a", "b"),
    ({"eks_namespaces": ["jobs"]}, "batch:EKSNamespace", "jobs", "kube-system"),
    ({"eks_service_account_names": ["reader"]}, "batch:EKSServiceAccountName", "reader", "admin"),
    ({"eks_privileged": False}, "batch:EKSPrivileged", "false", "true"),
    ({"eks_run_as_users": [0, 1000]}, "batch:EKSRunAsUser", "1000", "1001"),
    ({"eks_run_as_groups": [1000]}, "batch:EKSRunAsGroup", "1000", "0"),
]


@pytest.mark.parametrize(("asked", "key", "good", "bad"), KEYS, ids=[str(asked) for asked, *_ in KEYS])
def test_each_condition_lets_its_value_pass_and_no_other(
    stack: Stack, asked: dict[str, Any], key: str, good: str, bad: str
) -> None:
    """It also refuses a definition that omits the value."""
    from aws_cdk import aws_iam as iam

    statements = allow_register_job_definition(RegistrationConditions(**asked))
    policy = concrete(stack.resolve(iam.PolicyDocument(statements=statements)), {})
    assert decide(
        policy,
        Request("batch:RegisterJobDefinition", DEFINITION, {key: good}),
        Request("batch:RegisterJobDefinition", DEFINITION, {key: bad}),
        Request("batch:RegisterJobDefinition", DEFINITION),
    ) == [ALLOWED, DENIED, DENIED]


def test_every_key_of_a_registration_can_be_asked() -> None:
    """The two remaining keys are for jobs, not definitions: `allow_submit_service_job` has both."""
    of_jobs = {BatchConditionKey.SHARE_IDENTIFIER, BatchConditionKey.SCHEDULING_PRIORITY}
    of_environments = {BatchConditionKey.COMPUTE_RESOURCES_TAG_KEYS}
    assert {key for _, key, _, _ in KEYS} == set(BatchConditionKey) - of_jobs - of_environments


def test_conditions_together_keep_all_keys_of_an_operator() -> None:
    """Two keys with the same operator do not overwrite each other."""
    conditions = RegistrationConditions(images=["a"], users=["b"], privileged=True)
    assert conditions.together() == {
        "StringEquals": {"batch:User": ["b"], "batch:Image": ["a"]},
        "Bool": {"batch:Privileged": ["true"]},
    }


def test_fails_when_nothing_is_asked() -> None:
    """Fails if every definition would fulfil the conditions: a Deny of everything."""
    with pytest.raises(ValueError, match="needs at least one condition"):
        RegistrationConditions()


def test_fails_when_a_string_stands_for_a_list() -> None:
    """Fails, since each letter would become an alternative."""
    with pytest.raises(ValueError, match="images must be a list of strings, got 'busybox': write"):
        RegistrationConditions(images="busybox")
