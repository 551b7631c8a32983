"""The groups and subnets of an environment belong to its network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import aws_ec2 as ec2

import batch_constructs as bc

if TYPE_CHECKING:
    from aws_cdk import Stack

KINDS: dict[Any, dict[str, Any]] = {
    bc.Ec2ComputeEnvironment: {},
    bc.SpotComputeEnvironment: {},
    bc.GpuComputeEnvironment: {"instance_types": ["g6"], "max_vcpus": 8},
    bc.FargateComputeEnvironment: {},
    bc.ManagedInstancesComputeEnvironment: {},
}


def network(stack: Stack, number: int) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(
        stack,
        f"Vpc{number}",
        vpc_id=f"vpc-{number}",
        availability_zones=["a"],
        private_subnet_ids=[f"subnet-{number}"],
    )


def networks(stack: Stack, which: str) -> tuple[ec2.IVpc, ec2.IVpc]:
    """Two networks: made in this app, imported, or one of each."""
    first = ec2.Vpc(stack, "Made1") if "made" in which else network(stack, 1)
    second = ec2.Vpc(stack, "Made2") if which == "made" else network(stack, 2)
    return first, second


@pytest.mark.parametrize("which", ["made", "imported", "made and imported"])
@pytest.mark.parametrize("kind", KINDS)
def test_fails_when_a_group_is_of_another_vpc(stack: Stack, kind: Any, which: str) -> None:
    """aws-samples/aws-genomics-workflows#129, hashicorp/terraform#16978: the environment becomes INVALID."""
    home, other = networks(stack, which)
    group = ec2.SecurityGroup(stack, "Group", vpc=other)
    with pytest.raises(
        ValueError, match=r"security_groups must belong to the environment's VPC, .*'Stack/Group'"
    ):
        kind(stack, "It", vpc=home, security_groups=[group], **KINDS[kind])


@pytest.mark.parametrize("which", ["made", "imported"])
def test_groups_of_the_same_vpc_are_fine(stack: Stack, which: str) -> None:
    """A group made in the environment's network passes, and so does one imported by its id."""
    home, _ = networks(stack, which)
    groups = [
        ec2.SecurityGroup(stack, "Group", vpc=home),
        ec2.SecurityGroup.from_security_group_id(stack, "Imported", "sg-1"),
    ]
    bc.SpotComputeEnvironment(stack, "It", vpc=home, security_groups=groups)


def test_fails_when_a_subnet_is_of_another_vpc(stack: Stack) -> None:
    """A selection of subnets may name subnets of any network."""
    home, other = networks(stack, "made")
    subnets = ec2.SubnetSelection(subnets=other.private_subnets)
    with pytest.raises(ValueError, match=r"vpc_subnets must belong to the environment's VPC, 'Stack/Made1'"):
        bc.FargateComputeEnvironment(stack, "It", vpc=home, vpc_subnets=subnets)


def test_a_network_that_nobody_knows_passes(stack: Stack) -> None:
    """The id of a network may be a parameter of the stack."""
    from aws_cdk import CfnParameter

    parameter = CfnParameter(stack, "VpcId").value_as_string
    home = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id=parameter, availability_zones=["a"], private_subnet_ids=["subnet-1"]
    )
    group = ec2.SecurityGroup(stack, "Group", vpc=network(stack, 1))
    bc.FargateComputeEnvironment(stack, "It", vpc=home, security_groups=[group])


def test_fails_when_a_launch_template_names_interfaces_beside_the_groups(stack: Stack) -> None:
    """aws/aws-cdk#21577: groups of the environment and network interfaces of the template exclude each other."""
    home = network(stack, 1)
    template = bc.BatchLaunchTemplate(
        stack,
        "Template",
        network_interfaces=bc.efa_interfaces("c7gn.16xlarge"),
        security_groups=[ec2.SecurityGroup(stack, "Group", vpc=home)],
    )
    with pytest.raises(ValueError, match="launch_template must not name network_interfaces"):
        bc.Ec2ComputeEnvironment(stack, "It", vpc=home, launch_template=template)
