"""Environments on EC2 and Spot: safe defaults, early refusals, updates in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from batch_constructs import (
    AllocationStrategy,
    BatchLaunchTemplate,
    BatchServiceRole,
    Ec2ComputeEnvironment,
    EcsInstanceRole,
    ImageType,
    SpotComputeEnvironment,
    UpdatePolicy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import CfnElement, Stack
    from aws_cdk import aws_ec2 as ec2

BOTH = pytest.mark.parametrize("construct", [Ec2ComputeEnvironment, SpotComputeEnvironment])
ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def resources(only: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = only(ENVIRONMENT)["ComputeResources"]
    return found


@BOTH
def test_the_defaults_are_what_a_reviewer_would_sign(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """By default it scales to zero, with a current image, an encrypted disk, IMDSv2 and no inbound rules."""
    construct(stack, "Environment", vpc=vpc)
    capacity = resources(only)
    assert capacity["MinvCpus"] == 0
    assert capacity["Ec2Configuration"] == [{"ImageType": "ECS_AL2023"}]
    assert capacity["Subnets"] == ["subnet-1", "subnet-2"]
    assert "SecurityGroupIngress" not in only("AWS::EC2::SecurityGroup")
    data = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}


def test_an_environment_outlives_neither_its_role_nor_its_policies(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Pain 7 (terraform-provider-aws#8549): an environment whose role loses its rights first sticks in DELETING."""
    from aws_cdk import aws_iam as iam

    role = EcsInstanceRole(stack, "Role")
    role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"]))
    environment = Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, instance_role=role)
    found = synth()
    policy = next(name for name, each in found.items() if each["Type"] == "AWS::IAM::Policy")
    depends = found[stack.get_logical_id(environment.cfn)]["DependsOn"]
    assert policy in depends
    assert stack.get_logical_id(cast("CfnElement", role.node.default_child)) in depends


@pytest.mark.parametrize(
    ("construct", "arguments", "message"),
    [
        (
            Ec2ComputeEnvironment,
            {"allocation_strategy": AllocationStrategy.SPOT_CAPACITY_OPTIMIZED},
            "on demand",
        ),
        (
            SpotComputeEnvironment,
            {"allocation_strategy": AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED},
            "on Spot",
        ),
        (SpotComputeEnvironment, {"allocation_strategy": AllocationStrategy.BEST_FIT}, "on Spot"),
        (SpotComputeEnvironment, {"bid_percentage": 101}, "bid_percentage must be from 0 to 100 percent"),
        (
            Ec2ComputeEnvironment,
            {"allocation_strategy": AllocationStrategy.BEST_FIT, "update_to_latest_image_version": True},
            "update_to_latest_image_version needs the service-linked role",
        ),
    ],
)
def test_fails_when_a_strategy_or_bid_does_not_fit(
    stack: Stack, vpc: ec2.IVpc, construct: Any, arguments: dict[str, Any], message: str
) -> None:
    """Fails when the strategy is not one of the kind of environment, or a bid is not a percentage."""
    with pytest.raises(ValueError, match=message):
        construct(stack, "Environment", vpc=vpc, **arguments)


def test_all_contradictions_of_a_call_are_reported_together(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails when three things are wrong, and names all three."""
    with pytest.raises(ValueError, match="max_vcpus") as error:
        Ec2ComputeEnvironment(
            stack,
            "Environment",
            vpc=vpc,
            min_vcpus=10,
            max_vcpus=5,
            instance_types=[],
            compute_environment_name="?",
        )
    assert len(str(error.value).splitlines()) == 3


def test_fails_when_an_imported_launch_template_has_no_version(stack: Stack, vpc: ec2.IVpc) -> None:
    """Pain 1: fails when a later version of a template would never reach the instances; nothing is in the tree."""
    from aws_cdk import aws_ec2

    template = aws_ec2.LaunchTemplate.from_launch_template_attributes(
        stack, "Lt", launch_template_name="mine"
    )
    before = len(stack.node.children)
    with pytest.raises(ValueError, match="needs a version number"):
        Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, launch_template=template)
    assert len(stack.node.children) == before


def test_unfamiliar_instance_types_are_a_warning_at_most(stack: Stack, vpc: ec2.IVpc) -> None:
    """A new type passes with a warning that names its nearest neighbour; a typo is left to the rules."""
    from aws_cdk.assertions import Annotations, Match

    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, instance_types=["c7i.9xlarge", "c6i.larg", "c7i"])
    Annotations.from_stack(stack).has_warning(
        "/Stack/Environment",
        Match.string_like_regexp(r"have no 'c7i.9xlarge' \(did you mean 'c7i.xlarge'\?\) \[ack"),
    )


def test_tokens_pass_untouched(stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]) -> None:
    """A value that only CloudFormation knows is never an error."""
    from aws_cdk import CfnParameter

    number = CfnParameter(stack, "Number", type="Number").value_as_number
    text = CfnParameter(stack, "Text").value_as_string
    SpotComputeEnvironment(
        stack,
        "Environment",
        vpc=vpc,
        min_vcpus=number,
        max_vcpus=number,
        bid_percentage=number,
        instance_types=[text],
        instance_tags={"owner": text},
        compute_environment_name=text,
        update_policy=UpdatePolicy(job_execution_timeout_minutes=number),
    )
    environment = only(ENVIRONMENT)
    capacity = environment["ComputeResources"]
    assert capacity["MinvCpus"] == capacity["MaxvCpus"] == capacity["BidPercentage"] == {"Ref": "Number"}
    assert capacity["InstanceTypes"] == [{"Ref": "Text"}]
    assert environment["UpdatePolicy"]["JobExecutionTimeoutMinutes"] == {"Ref": "Number"}


def test_everything_that_can_be_given_is_rendered(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Constructs that the user gives replace those that the environment would make."""
    from aws_cdk import aws_ec2

    environment = Ec2ComputeEnvironment(
        stack,
        "Environment",
        vpc=vpc,
        vpc_subnets=aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PUBLIC),
        security_groups=[aws_ec2.SecurityGroup.from_security_group_id(stack, "Sg", "sg-1")],
        image_types=[ImageType.ECS_AL2],
        instance_role=EcsInstanceRole(stack, "Role"),
        launch_template=BatchLaunchTemplate(stack, "Template"),
        placement_group=aws_ec2.PlacementGroup(stack, "Group"),
        update_policy=UpdatePolicy(terminate_jobs_on_update=True),
        service_role=BatchServiceRole(stack, "ServiceRole"),
        enabled=False,
        compute_environment_name="mine",
    )
    found = synth()
    rendered = found[stack.get_logical_id(environment.cfn)]["Properties"]
    capacity = rendered["ComputeResources"]
    assert rendered["State"] == "DISABLED"
    assert rendered["ComputeEnvironmentName"] == "mine"
    assert rendered["UpdatePolicy"] == {"JobExecutionTimeoutMinutes": 30, "TerminateJobsOnUpdate": True}
    assert rendered["ServiceRole"]["Fn::GetAtt"][0].startswith("ServiceRole")
    # With a service role of your own, no update in place could install a newer image.
    assert "UpdateToLatestImageVersion" not in capacity
    assert capacity["Subnets"] == ["subnet-3", "subnet-4"]
    assert capacity["SecurityGroupIds"] == ["sg-1"]
    assert capacity["Ec2Configuration"] == [{"ImageType": "ECS_AL2"}]
    assert capacity["LaunchTemplate"]["LaunchTemplateId"] == {"Ref": "Template"}
    assert "Group" in str(capacity["PlacementGroup"])
    assert sum(each["Type"] == "AWS::EC2::SecurityGroup" for each in found.values()) == 0


def test_others_can_be_opened_to_an_environment(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """An environment is connectable, so a file system can allow its instances."""
    from aws_cdk import aws_ec2

    environment = Ec2ComputeEnvironment(stack, "Environment", vpc=vpc)
    files = aws_ec2.SecurityGroup(stack, "Files", vpc=vpc)
    files.connections.allow_from(environment, aws_ec2.Port.tcp(2049))
    assert any(each["Type"] == "AWS::EC2::SecurityGroupIngress" for each in synth().values())
