"""What the examples do not show, but our constructs and the CDK's own L2 may write, deploys too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.deploy.cdk_cli import Clients
    from tests.deploy.moto_server import MotoServer


def _environment(**compute_resources: Any) -> dict[str, Any]:
    placed = {"Subnets": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}]}
    return {
        "Type": "AWS::Batch::ComputeEnvironment",
        "Properties": {
            "Type": "managed",
            "ComputeResources": {"MaxvCpus": 16, **placed, **compute_resources},
        },
    }


_ON_EC2 = {"Type": "EC2", "InstanceRole": {"Fn::GetAtt": ["Profile", "Arn"]}}
_CONTAINER = {
    "Image": "busybox",
    "ResourceRequirements": [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": "512"}],
}
TEMPLATE = {
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"},
        },
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "GroupDescription": "instances"},
        },
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}},
        "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}},
        "Default": _environment(**_ON_EC2, InstanceTypes=["default_arm64"], MinvCpus=4),
        "Newer": _environment(**_ON_EC2, InstanceTypes=["c99z.large"]),
        "Optimal": _environment(**_ON_EC2),
        "Fargate": _environment(Type="FARGATE_SPOT"),
        "Shares": {
            "Type": "AWS::Batch::SchedulingPolicy",
            "Properties": {"FairsharePolicy": {"ShareDecaySeconds": 600}},
        },
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {
                "Priority": 1,
                "SchedulingPolicyArn": {"Fn::GetAtt": ["Shares", "Arn"]},
                "ComputeEnvironmentOrder": [
                    {"Order": 1, "ComputeEnvironment": {"Fn::GetAtt": ["Default", "ComputeEnvironmentArn"]}}
                ],
            },
        },
        "Definition": {
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {
                "Type": "container",
                "Parameters": {"Input": "s3://bucket/key"},
                "ContainerProperties": _CONTAINER,
                "PlatformCapabilities": ["EC2"],
                "PropagateTags": True,
                "Tags": {"Team": "Genomics"},
                "Timeout": {"AttemptDurationSeconds": 3600},
            },
        },
        "Nodes": {
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {
                "Type": "multinode",
                "NodeProperties": {
                    "MainNode": 0,
                    "NumNodes": 2,
                    "NodeRangeProperties": [{"TargetNodes": "0:1", "Container": _CONTAINER}],
                },
            },
        },
    },
    "Outputs": {
        "Queue": {"Value": {"Fn::GetAtt": ["Queue", "JobQueueArn"]}},
        **{name: {"Value": {"Ref": name}} for name in ("Definition", "Nodes", "Shares")},
        **{
            name: {"Value": {"Fn::GetAtt": [name, "ComputeEnvironmentArn"]}}
            for name in ("Default", "Newer", "Optimal", "Fargate")
        },
    },
}


@pytest.fixture(scope="module")
def arns(server: MotoServer, aws: Clients) -> dict[str, str]:
    """The ARN of each Batch resource in the template above, by logical id."""

    def create() -> dict[str, str]:
        cloudformation = aws("cloudformation")
        cloudformation.create_stack(StackName="Corners", TemplateBody=json.dumps(TEMPLATE))
        [stack] = cloudformation.describe_stacks(StackName="Corners")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    created: dict[str, str] = server.once("corners", create)
    return created


@pytest.mark.parametrize(
    ("name", "instance_types", "min_vcpus"),
    [
        ("Default", ["default_arm64"], 4),
        ("Newer", ["c99z.large"], 0),
        ("Optimal", ["optimal"], 0),
        ("Fargate", None, None),
    ],
)
def test_environments_keep_what_was_written(
    arns: dict[str, str], aws: Clients, name: str, instance_types: list[str] | None, min_vcpus: int | None
) -> None:
    """An environment becomes valid with any instance type, any spelling of its type, and without a service role."""
    [found] = aws("batch").describe_compute_environments(computeEnvironments=[arns[name]])[
        "computeEnvironments"
    ]
    resources = found["computeResources"]
    assert (found["type"], found["status"]) == ("MANAGED", "VALID")
    assert found["serviceRole"].endswith("/AWSServiceRoleForBatch")
    assert (resources.get("instanceTypes"), resources.get("minvCpus")) == (instance_types, min_vcpus)


def test_queue_keeps_its_scheduling_policy(arns: dict[str, str], aws: Clients) -> None:
    """A fair-share queue points at its policy, and the policy has its numbers."""
    batch = aws("batch")
    [queue] = batch.describe_job_queues(jobQueues=[arns["Queue"]])["jobQueues"]
    [policy] = batch.describe_scheduling_policies(arns=[arns["Shares"]])["schedulingPolicies"]
    assert queue["schedulingPolicyArn"] == arns["Shares"]
    assert policy["fairsharePolicy"]["shareDecaySeconds"] == 600


def test_definition_keeps_what_was_written(arns: dict[str, str], aws: Clients) -> None:
    """Names of parameters and tags keep their capitals, and nothing is dropped."""
    [found] = aws("batch").describe_job_definitions(jobDefinitions=[arns["Definition"]])["jobDefinitions"]
    assert found["parameters"] == {"Input": "s3://bucket/key"}
    assert found["tags"] == {"Team": "Genomics"}
    assert found["timeout"] == {"attemptDurationSeconds": 3600}
    assert found["platformCapabilities"] == ["EC2"]
    assert found["propagateTags"] is True


def test_multi_node_definition_is_one(arns: dict[str, str], aws: Clients) -> None:
    """A multi-node definition is not registered as a container."""
    [found] = aws("batch").describe_job_definitions(jobDefinitions=[arns["Nodes"]])["jobDefinitions"]
    assert found["type"] == "multinode"
