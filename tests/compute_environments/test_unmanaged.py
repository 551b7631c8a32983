"""Environments whose instances the user starts."""

from __future__ import annotations

import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_autoscaling as autoscaling

import batch_constructs as bc
from batch_constructs.testing import assert_no_findings


def test_it_has_what_aws_asks_of_it(stack, synth) -> None:
    """It has a service role, which managed ones do not need, and no compute resources."""
    bc.UnmanagedComputeEnvironment(stack, "Own", unmanaged_vcpus=64)
    resources = synth()
    [environment] = [each for each in resources.values() if each["Type"] == "AWS::Batch::ComputeEnvironment"]
    role = environment["Properties"].pop("ServiceRole")["Fn::GetAtt"][0]
    assert environment["Properties"] == {
        "Type": "UNMANAGED",
        "State": "ENABLED",
        "UnmanagedvCpus": 64,
        "ReplaceComputeEnvironment": False,
    }
    assert resources[role]["Type"] == "AWS::IAM::Role"
    assert role in environment["DependsOn"]


def test_nobody_asks_for_the_cluster_unless_it_is_needed(stack, synth) -> None:
    """The first reading makes the custom resource and its function, once."""
    environment = bc.UnmanagedComputeEnvironment(stack, "Own")
    assert not [each for each in synth().values() if "Lambda" in each["Type"] or "Custom" in each["Type"]]
    assert environment.ecs_cluster_arn == environment.ecs_cluster_arn
    resources = synth()
    [asked] = [each for each in resources.values() if each["Type"] == "Custom::BatchEcsCluster"]
    call = asked["Properties"]["Update"]
    assert asked["Properties"]["Create"] == call
    text = json.dumps(call)
    assert "DescribeComputeEnvironments" in text
    assert "computeEnvironments.0.ecsClusterArn" in text
    policies = [each for each in resources.values() if each["Type"] == "AWS::IAM::Policy"]
    actions = {s["Action"] for p in policies for s in p["Properties"]["PolicyDocument"]["Statement"]}
    assert actions == {"batch:DescribeComputeEnvironments"}


def test_instances_of_the_template_join(stack, vpc, only) -> None:
    """The agent's file names the cluster; the template has the role and the security group."""
    from aws_cdk import aws_ec2 as ec2

    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    environment = bc.UnmanagedComputeEnvironment(stack, "Own")
    template = environment.instance_template("Instances", security_groups=[group])
    autoscaling.CfnAutoScalingGroup(
        stack,
        "Scaling",
        min_size="0",
        max_size="4",
        vpc_zone_identifier=["subnet-1"],
        launch_template=autoscaling.CfnAutoScalingGroup.LaunchTemplateSpecificationProperty(
            launch_template_id=template.ref, version=template.attr_latest_version_number
        ),
    )
    data = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert "IamInstanceProfile" in data
    assert len(data["SecurityGroupIds"]) == 1
    text = json.dumps(data["UserData"])
    assert "echo ECS_CLUSTER=" in text
    assert "ecsClusterArn" in text
    assert "multipart/mixed" in text
    assert data["MetadataOptions"]["HttpTokens"] == "required"


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("c7i.4xlarge", ""),
        ("c8g.4xlarge", "arm64/"),
        ("g6.xlarge", "gpu/"),
        ("inf2.xlarge", "neuron/"),
    ],
)
def test_instances_of_a_type_have_the_image_that_fits(stack, only, name, variant) -> None:
    """The parameter is resolved when an instance starts, in the form that EC2 takes in templates."""
    bc.UnmanagedComputeEnvironment(stack, "Own").instance_template("Instances", instance_type=name)
    data = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["InstanceType"] == name
    path = f"/aws/service/ecs/optimized-ami/amazon-linux-2023/{variant}recommended/image_id"
    assert data["ImageId"] == f"resolve:ssm:{path}"


def test_an_image_of_ones_own_needs_no_known_type(stack, only) -> None:
    """With an image, the type is not looked up, so it may be newer than the data."""
    environment = bc.UnmanagedComputeEnvironment(stack, "Own")
    environment.instance_template("Instances", instance_type="z99i.large", image_id="ami-0123456789abcdef0")
    data = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert (data["InstanceType"], data["ImageId"]) == ("z99i.large", "ami-0123456789abcdef0")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"instance_type": "c7i"},
            "instance_type must be a type such as 'c7i.large', not a family, got 'c7i'",
        ),
        ({"instance_type": "c7i.larg"}, "did you mean 'c7i.large'"),
        ({"instance_type": "g5g.xlarge"}, "image_id must be given"),
        ({"instance_type": "z99i.large"}, "image_id must be given"),
    ],
)
def test_types_and_images_that_cannot_be(stack, arguments, message) -> None:
    """Fails at the line that names them, and no template is made."""
    environment = bc.UnmanagedComputeEnvironment(stack, "Own")
    with pytest.raises(ValueError, match=message):
        environment.instance_template("Instances", **arguments)
    assert environment.node.try_find_child("Instances") is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"unmanaged_vcpus": -1}, "unmanaged_vcpus"),
        ({"compute_environment_name": "?"}, "compute_environment_name"),
    ],
)
def test_what_aws_refuses_is_refused_before(stack, arguments, message) -> None:
    """Fails with nothing in the tree."""
    with pytest.raises(ValueError, match=message):
        bc.UnmanagedComputeEnvironment(stack, "Own", **arguments)
    assert not stack.node.children


def test_a_queue_of_it_passes_the_rules() -> None:
    """There is no finding or warning."""
    stack = cdk.Stack(cdk.App(), "Stack")
    environment = bc.UnmanagedComputeEnvironment(stack, "Own", unmanaged_vcpus=8)
    bc.JobQueue(stack, "Queue", compute_environments=[environment])
    assert_no_findings(stack, warnings=True)


@pytest.mark.parametrize("role", [{}, {"serviceRole": ""}])
def test_a_document_without_a_role_is_refused_in_words(role: dict[str, str]) -> None:
    """AWS's own skeletons have an empty role, which AWS refuses for an unmanaged environment."""
    stack = cdk.Stack(cdk.App(), "Stack")
    document = {"computeEnvironmentName": "own", "type": "UNMANAGED", "state": "ENABLED", **role}
    with pytest.raises(ValueError, match=r"needs ServiceRole, got none \(CE-02\)"):
        bc.UnmanagedComputeEnvironment.from_cli_json(stack, "Own", document)
    assert stack.node.children == []
