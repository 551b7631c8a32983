"""Every construct with a template of the AWS CLI can be made from JSON and written as JSON."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from batch_constructs import (
    ConsumableResource,
    Ec2ComputeEnvironment,
    Ec2JobDefinition,
    EcsMultiNodeParallelJobDefinition,
    EfaComputeEnvironment,
    EksComputeEnvironment,
    FairSharePolicy,
    FargateComputeEnvironment,
    FargateJobDefinition,
    GpuComputeEnvironment,
    JobQueue,
    ManagedInstancesComputeEnvironment,
    ManagedInstancesJobDefinition,
    MultiContainerJobDefinition,
    MultiNodeParallelJobDefinition,
    QuotaShare,
    QuotaSharePolicy,
    SageMakerJobQueue,
    ServiceEnvironment,
    SpotComputeEnvironment,
    UnmanagedComputeEnvironment,
)
from tests._border.cli_json import definition_strategies, strategies

CLIENT = boto3.client("batch", region_name="eu-west-1")
KINDS: dict[str, tuple[Any, strategies.Documents]] = {
    "JobQueue": (JobQueue, strategies.JOB_QUEUES),
    "SageMakerJobQueue": (SageMakerJobQueue, strategies.SAGEMAKER_QUEUES),
    "FairSharePolicy": (FairSharePolicy, strategies.FAIR_SHARE_POLICIES),
    "QuotaSharePolicy": (QuotaSharePolicy, strategies.QUOTA_SHARE_POLICIES),
    "ServiceEnvironment": (ServiceEnvironment, strategies.SERVICE_ENVIRONMENTS),
    "QuotaShare": (QuotaShare, strategies.QUOTA_SHARES),
    "ConsumableResource": (ConsumableResource, strategies.CONSUMABLE_RESOURCES),
    "Ec2": (Ec2ComputeEnvironment, strategies.EC2_ENVIRONMENTS),
    "Spot": (SpotComputeEnvironment, strategies.SPOT_ENVIRONMENTS),
    "Gpu": (GpuComputeEnvironment, strategies.GPU_ENVIRONMENTS),
    "Efa": (EfaComputeEnvironment, strategies.EFA_ENVIRONMENTS),
    "Eks": (EksComputeEnvironment, strategies.EKS_ENVIRONMENTS),
    "Fargate": (FargateComputeEnvironment, strategies.FARGATE_ENVIRONMENTS),
    "ManagedInstances": (ManagedInstancesComputeEnvironment, strategies.MANAGED_INSTANCES_ENVIRONMENTS),
    "Unmanaged": (UnmanagedComputeEnvironment, strategies.UNMANAGED_ENVIRONMENTS),
    "Ec2JobDefinition": (Ec2JobDefinition, definition_strategies.EC2_DEFINITIONS),
    "FargateJobDefinition": (FargateJobDefinition, definition_strategies.FARGATE_DEFINITIONS),
    "MultiContainer": (MultiContainerJobDefinition, definition_strategies.MULTI_CONTAINER_DEFINITIONS),
    "ManagedInstancesJob": (
        ManagedInstancesJobDefinition,
        definition_strategies.MANAGED_INSTANCES_DEFINITIONS,
    ),
    "MultiNode": (MultiNodeParallelJobDefinition, definition_strategies.MULTI_NODE_DEFINITIONS),
    "EcsMultiNode": (
        EcsMultiNodeParallelJobDefinition,
        definition_strategies.ECS_MULTI_NODE_DEFINITIONS,
    ),
}


def botocore_says(operation: str, document: dict[str, Any]) -> str:
    shape = CLIENT.meta.service_model.operation_model(operation).input_shape
    return str(ParamValidator().validate(document, shape).generate_report())


def new_stack() -> Any:
    import aws_cdk as cdk

    return cdk.Stack(cdk.App(context={"batch-constructs:checks": False}), "Stack")


@pytest.mark.parametrize("name", KINDS)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # Each example is its own app, so shrinking a failing one would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(data=st.data())
def test_what_comes_in_goes_out_equal(name: str, data: st.DataObject) -> None:
    """Any legal document comes back equal, and botocore accepts it before and after."""
    kind, documents = KINDS[name]
    document = data.draw(documents)
    assert botocore_says(kind._operation, document) == ""
    made = kind.from_cli_json(new_stack(), "Made", document)
    assert isinstance(made, kind)
    assert made.to_cli_json() == document


JOB_QUEUE: dict[str, Any] = {
    "jobQueueName": "high",
    "priority": 1,
    "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "spot"}],
}
SAGEMAKER_QUEUE: dict[str, Any] = {
    "jobQueueName": "training",
    "priority": 1,
    "jobQueueType": "SAGEMAKER_TRAINING",
    "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "training"}],
}
FAIR_SHARE_POLICY: dict[str, Any] = {
    "name": "shares",
    "fairsharePolicy": {"shareDistribution": [{"shareIdentifier": "User*"}]},
}
QUOTA_SHARE_POLICY: dict[str, Any] = {
    "name": "quotas",
    "quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"},
}


@pytest.mark.parametrize(
    ("kind", "document", "message"),
    [
        (JobQueue, SAGEMAKER_QUEUE, "for JobQueue, got one for SageMakerJobQueue"),
        (SageMakerJobQueue, JOB_QUEUE, "for SageMakerJobQueue, got one for JobQueue"),
        (FairSharePolicy, QUOTA_SHARE_POLICY, "for FairSharePolicy, got one for QuotaSharePolicy"),
        (QuotaSharePolicy, FAIR_SHARE_POLICY, "for QuotaSharePolicy, got one for FairSharePolicy"),
        (JobQueue, {**JOB_QUEUE, "priority": 1001}, "JQ-07"),
        (JobQueue, {**JOB_QUEUE, "priorty": 1}, r"got 'priorty' \(did you mean 'priority'\?\)"),
        (FairSharePolicy, {**FAIR_SHARE_POLICY, "fairsharePolicy": {"computeReservation": 100}}, "SP-03"),
        (ConsumableResource, {"consumableResourceName": "seats", "totalQuantity": -1}, "CR-01"),
    ],
)
def test_fails_when_the_document_is_not_one_for_the_class(
    kind: Any, document: dict[str, Any], message: str
) -> None:
    """Fails when it is of another kind or AWS would refuse it, before anything is in the tree."""
    stack = new_stack()
    with pytest.raises(ValueError, match=message):
        kind.from_cli_json(stack, "Made", document)
    assert stack.node.children == []


def test_a_queue_of_json_is_a_queue_like_any_other() -> None:
    """Submitters are granted the right, and its properties can be changed through the L1."""
    from aws_cdk import Stage
    from aws_cdk import aws_iam as iam

    from batch_constructs import JobQueueBlockedAlerts

    stack = new_stack()
    queue = JobQueue.from_cli_json(stack, "Queue", JOB_QUEUE)
    queue.cfn.state = "DISABLED"
    queue.grant_read(iam.Role(stack, "Reader", assumed_by=iam.AccountRootPrincipal()))
    JobQueueBlockedAlerts(stack, "Alerts", job_queues=[queue], emails=["ops@example.com"])
    stage = Stage.of(stack)
    assert stage is not None
    kinds = {each["Type"] for each in stage.synth().get_stack_by_name("Stack").template["Resources"].values()}
    assert {"AWS::IAM::Policy", "AWS::Events::Rule"} <= kinds
    assert queue.to_cli_json() == {**JOB_QUEUE, "state": "DISABLED"}


def test_tokens_pass() -> None:
    """A document may refer to resources of the app."""
    from aws_cdk import CfnParameter

    stack = new_stack()
    policy = FairSharePolicy.from_cli_json(stack, "Policy", FAIR_SHARE_POLICY)
    state = CfnParameter(stack, "State").value_as_string
    document = {**JOB_QUEUE, "schedulingPolicyArn": policy.scheduling_policy_arn, "state": state}
    assert JobQueue.from_cli_json(stack, "Queue", document).to_cli_json() == {
        **JOB_QUEUE,
        "schedulingPolicyArn": f"${{{stack.get_logical_id(policy.cfn)}.Arn}}",
        "state": "${State}",
    }
