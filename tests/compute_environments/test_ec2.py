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
    """Idle it is empty, its image is current, its disk encrypted, its metadata guarded, and nothing comes in."""
    construct(stack, "Environment", vpc=vpc)
    capacity = resources(only)
    assert capacity["MinvCpus"] == 0
    assert capacity["Ec2Configuration"] == [{"ImageType": "ECS_AL2023"}]
    assert capacity["Subnets"] == ["subnet-1", "subnet-2"]
    assert "SecurityGroupIngress" not in only("AWS::EC2::SecurityGroup")
    data = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}


@BOTH
def test_every_environment_can_be_updated_in_place(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Pain 4 (terraform-provider-aws#38695): the service-linked role, and a strategy other than BEST_FIT."""
    construct(stack, "Environment", vpc=vpc)
    environment = only(ENVIRONMENT)
    assert "ServiceRole" not in environment
    assert environment["ReplaceComputeEnvironment"] is False
    assert environment["ComputeResources"]["AllocationStrategy"] != "BEST_FIT"
    assert environment["ComputeResources"]["UpdateToLatestImageVersion"] is True


@BOTH
def test_a_change_of_the_launch_template_is_a_change_of_the_environment(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Pain 1 (aws-cdk#28137): the version is that of the template, never ``$Default``."""
    environment = construct(stack, "Environment", vpc=vpc)
    template = stack.get_logical_id(environment.launch_template)
    assert resources(only)["LaunchTemplate"] == {
        "LaunchTemplateId": {"Ref": template},
        "Version": {"Fn::GetAtt": [template, "LatestVersionNumber"]},
    }


@BOTH
def test_stack_tags_never_replace_the_environment(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Pain 5 (cfn-coverage-roadmap#2270): tags of an environment are create-only, so a stack-wide tag stays off it."""
    from aws_cdk import Tags

    construct(stack, "Environment", vpc=vpc, instance_tags={"cost": "genomics"})
    Tags.of(stack).add("team", "a")
    environment = only(ENVIRONMENT)
    assert "Tags" not in environment
    assert environment["ComputeResources"]["Tags"] == {"cost": "genomics"}


@BOTH
def test_desired_vcpus_are_never_rendered(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Pain 24 (terraform-provider-aws#4671): AWS Batch moves the number, and a template that sets it fails later."""
    construct(stack, "Environment", vpc=vpc, min_vcpus=4)
    assert "DesiredvCpus" not in resources(only)


@BOTH
def test_nothing_has_a_physical_name(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]], construct: Any
) -> None:
    """Pains 3 and 26 (awslabs/LISA#1007): a fixed name can neither be replaced nor deployed twice."""
    construct(stack, "Environment", vpc=vpc)
    names = [key for each in synth().values() for key in each["Properties"] if key.endswith("Name")]
    assert names == []


def test_an_environment_outlives_neither_its_role_nor_its_policies(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Pain 7 (terraform-provider-aws#8549): an environment whose role lost its rights first sticks in DELETING."""
    from aws_cdk import aws_iam as iam

    role = EcsInstanceRole(stack, "Role")
    role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"]))
    environment = Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, instance_role=role)
    found = synth()
    policy = next(name for name, each in found.items() if each["Type"] == "AWS::IAM::Policy")
    depends = found[stack.get_logical_id(environment.cfn)]["DependsOn"]
    assert policy in depends
    assert stack.get_logical_id(cast("CfnElement", role.node.default_child)) in depends


def test_spot_environment_never_creates_a_fleet_role(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Pain 9 (aws-cdk#25256): a Spot environment needs no fleet role, since its strategy is never BEST_FIT."""
    SpotComputeEnvironment(stack, "Spot", vpc=vpc)
    trusted = [
        each["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
        for each in synth().values()
        if each["Type"] == "AWS::IAM::Role"
    ]
    assert trusted == ["ec2.amazonaws.com"]


def test_spot_is_priced_and_placed_as_aws_recommends(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """Price and risk of interruption decide; there is no bid unless one is given."""
    SpotComputeEnvironment(stack, "Spot", vpc=vpc)
    capacity = resources(only)
    assert capacity["Type"] == "SPOT"
    assert capacity["AllocationStrategy"] == "SPOT_PRICE_CAPACITY_OPTIMIZED"
    assert "BidPercentage" not in capacity


@pytest.mark.parametrize(
    ("types", "images"),
    [
        (["c7i"], ["ECS_AL2023"]),
        (["g5"], ["ECS_AL2023_NVIDIA"]),
        (["g5.xlarge", "c7i.large"], ["ECS_AL2023", "ECS_AL2023_NVIDIA"]),
        (["c7g", "default_arm64"], ["ECS_AL2023"]),
        (["z99z.large"], ["ECS_AL2023"]),
    ],
)
def test_the_image_fits_the_instance_types(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], types: list[str], images: list[str]
) -> None:
    """Pain 20 (aws-cdk#35839): GPUs get the NVIDIA image, everything else the plain one, never Amazon Linux 2."""
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, instance_types=types)
    assert [each["ImageType"] for each in resources(only)["Ec2Configuration"]] == images


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"min_vcpus": 10, "max_vcpus": 5},
            "max_vcpus must be at least min_vcpus, got min_vcpus=10 and max_vcpus=5",
        ),
        ({"max_vcpus": 0}, "max_vcpus must be at least 1"),
        ({"min_vcpus": -1}, "min_vcpus must be at least 0"),
        ({"instance_types": []}, "instance_types must name at least one"),
        ({"instance_types": ["C6I.Larg!"]}, r"got 'C6I.Larg!' \(did you mean 'c6i.large'\?\)"),
        (
            {"instance_types": ["c7g", "optimal"]},
            r"share one architecture, got c7g \(arm64\) and optimal \(x86_64\)",
        ),
        ({"security_groups": []}, "security_groups must name at least one"),
        ({"image_types": []}, "the length of image_types must be from 1 to 2"),
        ({"compute_environment_name": "bad name!!"}, "compute_environment_name must be 1 to 128 letters"),
        ({"compute_environment_name": "a", "replace_compute_environment": True}, "needs a generated name"),
        ({"instance_tags": {"aws:x": "1"}}, "not begin with 'aws:'"),
        ({"instance_tags": {"key": "v" * 257}}, "the length of the tag 'key'"),
        ({"instance_tags": {str(n): "" for n in range(51)}}, "the number of instance_tags"),
    ],
)
@BOTH
def test_fails_when_arguments_are_impossible(
    stack: Stack, vpc: ec2.IVpc, construct: Any, arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS would refuse the value, before anything is in the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        construct(stack, "Environment", vpc=vpc, **arguments)
    assert len(stack.node.children) == before


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
        (SpotComputeEnvironment, {"bid_percentage": 0}, "bid_percentage must be at least 1 percent"),
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
    """Fails when the strategy is not one of the kind of environment, or a bid is no percentage."""
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
    """A type that AWS launched yesterday passes; a misspelt one is named with its nearest neighbour."""
    from aws_cdk.assertions import Annotations, Match

    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, instance_types=["c6i.larg", "c7i"])
    Annotations.from_stack(stack).has_warning(
        "/Stack/Environment",
        Match.string_like_regexp(r"do not know 'c6i.larg' \(did you mean 'c6i.large'\?\)"),
    )


def test_tokens_pass_untouched(stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]) -> None:
    """What only CloudFormation knows is no error, wherever it stands."""
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
    """What the user brings replaces what the environment would make."""
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
    # With a role of one's own there is no update in place that could take a newer image.
    assert "UpdateToLatestImageVersion" not in capacity
    assert capacity["Subnets"] == ["subnet-3", "subnet-4"]
    assert capacity["SecurityGroupIds"] == ["sg-1"]
    assert capacity["Ec2Configuration"] == [{"ImageType": "ECS_AL2"}]
    assert capacity["LaunchTemplate"]["LaunchTemplateId"] == {"Ref": "Template"}
    assert "Group" in str(capacity["PlacementGroup"])
    assert sum(each["Type"] == "AWS::EC2::SecurityGroup" for each in found.values()) == 0


@pytest.mark.parametrize(("minutes", "legal"), [(0, False), (1, True), (7200, True), (7201, False)])
def test_the_update_timeout_has_its_range(minutes: int, legal: bool) -> None:
    """1 to 7,200 minutes pass; what lies outside fails when the policy is born."""
    if legal:
        assert UpdatePolicy(job_execution_timeout_minutes=minutes).job_execution_timeout_minutes == minutes
    else:
        with pytest.raises(ValueError, match="job_execution_timeout_minutes must be from 1 to 7,200"):
            UpdatePolicy(job_execution_timeout_minutes=minutes)


def test_others_can_be_opened_to_an_environment(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """An environment is connectable, so that a file system can let its instances in."""
    from aws_cdk import aws_ec2

    environment = Ec2ComputeEnvironment(stack, "Environment", vpc=vpc)
    files = aws_ec2.SecurityGroup(stack, "Files", vpc=vpc)
    files.connections.allow_from(environment, aws_ec2.Port.tcp(2049))
    assert any(each["Type"] == "AWS::EC2::SecurityGroupIngress" for each in synth().values())
