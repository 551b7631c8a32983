"""Environments from the CLI's JSON, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    BlueGreen,
    Ec2ComputeEnvironment,
    EfaComputeEnvironment,
    EksComputeEnvironment,
    FargateComputeEnvironment,
    GpuComputeEnvironment,
    JobQueue,
    ManagedInstancesComputeEnvironment,
    SpotComputeEnvironment,
    UnmanagedComputeEnvironment,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Synth = Callable[[], dict[str, dict[str, Any]]]

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
PROFILE = "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole"
ROLE = "arn:aws:iam::123456789012:role/service-role/AWSBatchServiceRole"


def document(kind: str = "EC2", /, **members: Any) -> dict[str, Any]:
    """Return an environment in the form of the guide's template; members are those of its compute resources."""
    instances = {"minvCpus": 0, "instanceTypes": ["c7i"], "instanceRole": PROFILE}
    return {
        "computeEnvironmentName": "main",
        "type": "MANAGED",
        "state": "ENABLED",
        "computeResources": {
            "type": kind,
            "maxvCpus": 128,
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1", "sg-2"],
            **({} if kind.startswith("FARGATE") else {"allocationStrategy": "BEST_FIT_PROGRESSIVE"}),
            **({} if kind.startswith("FARGATE") else instances),
            **members,
        },
    }


# Every member of the guide's template that an on-demand environment takes, except the tags of the environment.
FULL = {
    **document(
        desiredvCpus=4,
        imageId="ami-0123456789abcdef0",
        ec2KeyPair="me",
        placementGroup="near",
        tags={"team": "genomics"},
        launchTemplate={
            "launchTemplateId": "lt-0123456789abcdef0",
            "version": "3",
            "overrides": [
                {
                    "launchTemplateName": "disks",
                    "version": "$Latest",
                    "targetInstanceTypes": ["c7i.metal-24xl"],
                }
            ],
        },
        ec2Configuration=[{"imageType": "ECS_AL2023"}],
        scalingPolicy={"minScaleDownDelayMinutes": 20},
    ),
    "serviceRole": ROLE,
    "context": "reserved",
    "ecsSettings": {"containerInsights": "ENABLED"},
}
MANAGED = {
    "computeEnvironmentName": "managed",
    "type": "MANAGED",
    "computeResources": {
        "type": "ECS_MANAGED_INSTANCES",
        "maxvCpus": 64,
        "managedInstancesProvider": {
            "infrastructureRoleArn": ROLE,
            "instanceLaunchTemplate": {
                "ec2InstanceProfileArn": PROFILE,
                "networkConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]},
            },
        },
    },
}
ON_EKS = {
    **document(ec2Configuration=[{"imageType": "EKS_AL2023", "imageKubernetesVersion": "1.34"}]),
    "eksConfiguration": {
        "eksClusterArn": "arn:aws:eks:eu-west-1:123456789012:cluster/research",
        "kubernetesNamespace": "jobs",
        "accessEntry": {"desiredState": "ENABLED"},
    },
}
UNMANAGED = {
    "computeEnvironmentName": "own",
    "type": "UNMANAGED",
    "unmanagedvCpus": 4,
    "serviceRole": ROLE,
}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        pytest.param(Ec2ComputeEnvironment, FULL, id="full"),
        pytest.param(Ec2ComputeEnvironment, {**document(), "tags": {"team": "a"}}, id="tags"),
        pytest.param(GpuComputeEnvironment, document(instanceTypes=["g6"]), id="gpu"),
        pytest.param(EfaComputeEnvironment, document(instanceTypes=["hpc7a.96xlarge"]), id="efa"),
        pytest.param(EksComputeEnvironment, ON_EKS, id="eks"),
        pytest.param(FargateComputeEnvironment, document("FARGATE_SPOT"), id="fargate"),
        pytest.param(ManagedInstancesComputeEnvironment, MANAGED, id="managed"),
        pytest.param(UnmanagedComputeEnvironment, UNMANAGED, id="unmanaged"),
    ],
)
def test_nothing_is_made_but_the_environment(stack: Stack, synth: Synth, kind: Any, given: Any) -> None:
    """The document comes back equal although the stack has tags, and changes of it are made in place."""
    from aws_cdk import Tags

    environment = kind.from_cli_json(stack, "Environment", given)
    Tags.of(stack).add("stack-wide", "true")
    assert isinstance(environment, kind)
    assert environment.to_cli_json() == given
    [resource] = synth().values()
    assert resource["Properties"]["ReplaceComputeEnvironment"] is False
    assert resource["Properties"].get("Tags") == given.get("tags")


def test_it_is_an_environment_like_any_other(stack: Stack, synth: Synth) -> None:
    """A queue takes it, its security groups can be opened, and its parts can be read."""
    from aws_cdk import aws_ec2 as ec2

    environment = Ec2ComputeEnvironment.from_cli_json(stack, "Environment", FULL)
    JobQueue(
        stack,
        "Queue",
        compute_environments=BlueGreen(stack, "Moving", blue=environment).compute_environments,
    )
    environment.connections.allow_from(ec2.Peer.ipv4("10.0.0.0/8"), ec2.Port.tcp(22))
    resources = synth()
    opened = [each["Properties"] for each in resources.values() if each["Type"].endswith("Ingress")]
    assert [each["GroupId"] for each in opened] == ["sg-1", "sg-2"]
    assert environment.instance_role.instance_profile_arn == PROFILE
    assert environment.launch_template.launch_template_ref.launch_template_id == "lt-0123456789abcdef0"
    assert environment.placement_group is not None
    assert environment.placement_group.placement_group_name == "near"


def test_what_the_document_does_not_say_is_not_made_up(stack: Stack) -> None:
    """Fails when a launch template is read that the document does not name; no fake one is returned."""
    environment = SpotComputeEnvironment.from_cli_json(
        stack,
        "Environment",
        document("SPOT", instanceRole="ecsInstanceRole", allocationStrategy="SPOT_PRICE_CAPACITY_OPTIMIZED"),
    )
    assert environment.placement_group is None
    profile = stack.resolve(environment.instance_role.instance_profile_arn)
    assert profile["Fn::Join"][1][-1].endswith(":instance-profile/ecsInstanceRole")
    with pytest.raises(AttributeError, match="launch_template is unknown: the document"):
        _ = environment.launch_template


def test_roles_of_the_newer_kinds_are_those_of_the_document(stack: Stack) -> None:
    """The roles of newer kinds can be read, like those that a class makes."""
    managed = ManagedInstancesComputeEnvironment.from_cli_json(stack, "Managed", MANAGED)
    assert managed.infrastructure_role.role_arn == ROLE
    assert managed.instance_role.instance_profile_arn == PROFILE
    assert [each.security_group_id for each in managed.security_groups] == ["sg-1"]
    own = UnmanagedComputeEnvironment.from_cli_json(stack, "Own", UNMANAGED)
    assert own.service_role.role_arn == ROLE


def test_the_environment_can_be_any_token(stack: Stack) -> None:
    """A name that is a token passes."""
    from aws_cdk import CfnParameter

    subnets = CfnParameter(stack, "Subnets", type="List<AWS::EC2::Subnet::Id>").value_as_list
    kind = CfnParameter(stack, "Kind").value_as_string
    environment = Ec2ComputeEnvironment.from_cli_json(
        stack, "Environment", document(subnets=subnets, type=kind)
    )
    written = environment.to_cli_json()["computeResources"]
    assert (written["subnets"], written["type"]) == ("${Subnets}", "${Kind}")


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (SpotComputeEnvironment, document(), "for SpotComputeEnvironment, got one for Ec2ComputeEnvironment"),
        (Ec2ComputeEnvironment, document("FARGATE"), "got one for FargateComputeEnvironment"),
        (FargateComputeEnvironment, UNMANAGED, "got one for UnmanagedComputeEnvironment"),
        (Ec2ComputeEnvironment, MANAGED, "got one for ManagedInstancesComputeEnvironment"),
        (GpuComputeEnvironment, document(), "instance_types must have GPUs of NVIDIA, got c7i"),
        (EfaComputeEnvironment, document(instanceTypes=["c7i.large"]), "must have an Elastic Fabric Adapter"),
        (Ec2ComputeEnvironment, document(minvCpus=256), "CE-08"),
        (Ec2ComputeEnvironment, document(instanceRole=ROLE), "IAM-03"),
        (Ec2ComputeEnvironment, document(maxvCpu=1), r"got 'maxvCpu' \(did you mean 'maxvCpus'\?\)"),
        (Ec2ComputeEnvironment, {"computeEnvironmentName": "a", "type": "MANAGED"}, "CE-04"),
    ],
)
def test_fails_when_the_document_is_not_one_for_the_class(
    stack: Stack, kind: Any, given: dict[str, Any], message: str
) -> None:
    """Fails when it is for another class or AWS would refuse it, before anything is in the tree."""
    with pytest.raises(ValueError, match=message):
        kind.from_cli_json(stack, "Environment", given)
    assert stack.node.children == []
