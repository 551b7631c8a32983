"""Environments on ECS Managed Instances."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

import batch_constructs as bc
from batch_constructs.testing import assert_no_findings

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def test_a_network_is_enough(stack, vpc, only) -> None:
    """ECS chooses everything else, which stays out of the template."""
    bc.ManagedInstancesComputeEnvironment(stack, "Managed", vpc=vpc)
    properties = only(ENVIRONMENT)
    resources = properties["ComputeResources"]
    assert set(properties) == {"Type", "State", "ReplaceComputeEnvironment", "ComputeResources"}
    assert set(resources) == {"Type", "MaxvCpus", "ManagedInstancesProvider"}
    assert resources["Type"] == "ECS_MANAGED_INSTANCES"
    provider = resources["ManagedInstancesProvider"]
    assert set(provider) == {"InfrastructureRoleArn", "InstanceLaunchTemplate"}
    template = provider["InstanceLaunchTemplate"]
    assert set(template) == {"Ec2InstanceProfileArn", "NetworkConfiguration", "CapacityOptionType"}
    assert template["CapacityOptionType"] == "ON_DEMAND"
    assert template["NetworkConfiguration"]["Subnets"] == ["subnet-1", "subnet-2"]


def test_the_infrastructure_role_may_pass_the_instances_role(stack, vpc, synth) -> None:
    """AWS's policy passes only roles named ecsInstanceRole, and CloudFormation names ours differently."""
    bc.ManagedInstancesComputeEnvironment(stack, "Managed", vpc=vpc)
    [policy] = [each for each in synth().values() if each["Type"] == "AWS::IAM::Policy"]
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "iam:PassRole"
    assert statement["Condition"] == {"StringLike": {"iam:PassedToService": "ec2.*"}}
    [target] = statement["Resource"]["Fn::GetAtt"][:1]
    assert synth()[target]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
        "Service": "ec2.amazonaws.com"
    }


def test_roles_outlive_the_environment(stack, vpc, synth) -> None:
    """Pain 7 (terraform-provider-aws#8549): it is deleted before the roles and policies that its deletion needs."""
    bc.ManagedInstancesComputeEnvironment(stack, "Managed", vpc=vpc)
    resources = synth()
    [environment] = [each for each in resources.values() if each["Type"] == ENVIRONMENT]
    kinds = {resources[name]["Type"] for name in environment["DependsOn"]}
    assert kinds >= {"AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::InstanceProfile"}


def test_everything_of_the_schema(stack, vpc, only) -> None:
    """Each argument is rendered as its member."""
    bc.ManagedInstancesComputeEnvironment(
        stack,
        "Managed",
        vpc=vpc,
        max_vcpus=64,
        instance_types=["m7i", "c7i.large"],
        capacity_option=bc.CapacityOption.SPOT,
        reservation_group_arn="arn:aws:resource-groups:eu-west-1:111122223333:group/g",
        reservation_preference=bc.ReservationPreference.RESERVATIONS_FIRST,
        storage=cdk.Size.gibibytes(200),
        use_local_storage=True,
        scale_in_after=cdk.Duration.minutes(10),
        detailed_monitoring=True,
        fips_enabled=True,
        capacity_tags={"team": "genomics"},
        instance_metadata_tags=True,
        enabled=False,
    )
    properties = only(ENVIRONMENT)
    resources = properties["ComputeResources"]
    template = resources["ManagedInstancesProvider"]["InstanceLaunchTemplate"]
    assert properties["State"] == "DISABLED"
    assert resources["MaxvCpus"] == 64
    assert resources["CapacityTags"] == {"team": "genomics"}
    assert resources["ManagedInstancesProvider"]["PropagateTags"] == "CAPACITY_PROVIDER"
    assert resources["ManagedInstancesProvider"]["InfrastructureOptimization"] == {"ScaleInAfter": 600}
    del template["Ec2InstanceProfileArn"], template["NetworkConfiguration"]
    assert template == {
        "CapacityOptionType": "SPOT",
        "CapacityReservations": {
            "ReservationGroupArn": "arn:aws:resource-groups:eu-west-1:111122223333:group/g",
            "ReservationPreference": "RESERVATIONS_FIRST",
        },
        "FipsEnabled": True,
        "InstanceMetadataTagsPropagation": True,
        "InstanceRequirements": {"AllowedInstanceTypes": ["m7i", "c7i.large"]},
        "LocalStorageConfiguration": {"UseLocalStorage": True},
        "Monitoring": "DETAILED",
        "StorageConfiguration": {"StorageSizeGiB": 200},
    }


def test_instances_can_stay_for_ever(stack, vpc, only) -> None:
    """The API's value for that is minus one."""
    bc.ManagedInstancesComputeEnvironment(stack, "Managed", vpc=vpc, never_scale_in=True)
    provider = only(ENVIRONMENT)["ComputeResources"]["ManagedInstancesProvider"]
    assert provider["InfrastructureOptimization"] == {"ScaleInAfter": -1}


def test_roles_can_be_given(stack, vpc, synth) -> None:
    """Given roles are used, no others are made, and the user is responsible for their rights."""
    instances = bc.ManagedInstancesInstanceRole(stack, "Instances")
    infrastructure = bc.ManagedInstancesInfrastructureRole(stack, "Infra", instance_roles=[instances])
    environment = bc.ManagedInstancesComputeEnvironment(
        stack, "Managed", vpc=vpc, instance_role=instances, infrastructure_role=infrastructure
    )
    assert environment.infrastructure_role is infrastructure
    assert sum(each["Type"] == "AWS::IAM::Role" for each in synth().values()) == 2
    imported = iam.InstanceProfile.from_instance_profile_arn(
        stack, "Imported", "arn:aws:iam::111122223333:instance-profile/ecsInstanceRole"
    )
    bc.ManagedInstancesComputeEnvironment(stack, "Other", vpc=vpc, instance_role=imported)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_vcpus": 0}, "max_vcpus must be at least 1"),
        ({"scale_in_after": cdk.Duration.minutes(61)}, "scale_in_after must be"),
        (
            {"scale_in_after": cdk.Duration.minutes(1), "never_scale_in": True},
            "never_scale_in exclude each other",
        ),
        ({"security_groups": []}, "security_groups must name at least one"),
        ({"instance_types": []}, "instance_types must name at least one"),
        ({"capacity_tags": {"aws:x": "1"}}, "the tag key 'aws:x'"),
        ({"compute_environment_name": "a", "replace_compute_environment": True}, "needs a generated name"),
    ],
)
def test_what_aws_refuses_is_refused_before(stack, vpc, arguments, message) -> None:
    """Fails at the caller's line, with nothing in the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        bc.ManagedInstancesComputeEnvironment(stack, "Managed", vpc=vpc, **arguments)
    assert len(stack.node.children) == before


def test_a_queue_of_it_passes_the_rules() -> None:
    """There is no finding or warning in a network of this library."""
    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = bc.BatchNetwork(stack, "Network").vpc
    environment = bc.ManagedInstancesComputeEnvironment(stack, "Managed", vpc=vpc)
    environment.connections.allow_to_any_ipv4(ec2.Port.tcp(443))
    bc.JobQueue(stack, "Queue", compute_environments=[environment])
    assert_no_findings(stack, warnings=True)
