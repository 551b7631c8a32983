"""Constructs with legal keywords render requests that AWS takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import batch_constructs as bc
from tests._border.cli_json import keyword_strategies as keywords
from tests._border.cli_json.test_constructs import botocore_says, new_stack

QUEUE = "arn:aws:batch:eu-west-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/jobs"


def job_queue(stack: Any, arguments: dict[str, Any]) -> Any:
    from batch_constructs import ImportedComputeEnvironment

    environments = [
        ImportedComputeEnvironment(stack, name, compute_environment_arn=f"{QUEUE}:compute-environment/{name}")
        for name in ("spot", "on-demand")
    ]
    return bc.JobQueue(stack, "Made", compute_environments=environments, **arguments)


def definition(kind: Any) -> Any:
    """Return a function that makes one with existing roles and logs, since JSON cannot name what a deploy makes."""

    def make(stack: Any, arguments: dict[str, Any]) -> Any:
        from aws_cdk import aws_iam as iam
        from aws_cdk import aws_logs as logs

        return kind(
            stack,
            "Made",
            log_group=logs.LogGroup.from_log_group_name(stack, "Logs", "jobs"),
            job_role=iam.Role.from_role_arn(stack, "Role", ROLE),
            execution_role=iam.Role.from_role_name(stack, "Executing", "jobs"),
            **arguments,
        )

    return make


def after_a_deploy(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the values that CloudFormation would fill in."""
    text = json.dumps(document)
    for name, value in {"Partition": "aws", "AccountId": "123456789012", "Region": "eu-west-1"}.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    filled: dict[str, Any] = json.loads(text)
    return filled


KINDS: dict[str, tuple[Any, Any]] = {
    "JobQueue": (job_queue, keywords.QUEUES),
    "FairSharePolicy": (
        lambda stack, arguments: bc.FairSharePolicy(stack, "Made", **arguments),
        keywords.FAIR_SHARES,
    ),
    "Ec2": (definition(bc.Ec2JobDefinition), keywords.EC2),
    "Fargate": (definition(bc.FargateJobDefinition), keywords.FARGATE),
    "MultiContainer": (definition(bc.MultiContainerJobDefinition), keywords.MULTI_CONTAINER),
    "ManagedInstances": (definition(bc.ManagedInstancesJobDefinition), keywords.MANAGED_INSTANCES),
    "EcsMultiNode": (definition(bc.EcsMultiNodeParallelJobDefinition), keywords.ECS_MULTI_NODE),
    "MultiNode": (definition(bc.MultiNodeParallelJobDefinition), keywords.MULTI_NODE),
    "Eks": (lambda stack, arguments: bc.EksJobDefinition(stack, "Made", **arguments), keywords.EKS),
    "EksMultiNode": (
        lambda stack, arguments: bc.EksMultiNodeParallelJobDefinition(stack, "Made", **arguments),
        keywords.EKS_MULTI_NODE,
    ),
}


@pytest.mark.parametrize("name", KINDS)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(data=st.data())
def test_botocore_takes_what_constructs_render(name: str, data: st.DataObject) -> None:
    """For any legal keywords botocore accepts the request, and no rule refuses it."""
    make, strategy = KINDS[name]
    made = make(new_stack(), data.draw(strategy))
    document = after_a_deploy(made.to_cli_json())
    assert botocore_says(made._operation, document) == ""
    again = type(made).from_cli_json(new_stack(), "Again", document)
    assert again.to_cli_json() == document
