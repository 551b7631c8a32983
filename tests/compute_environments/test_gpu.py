"""Environments for jobs with GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    AllocationStrategy,
    BatchLaunchTemplate,
    CapacityReservation,
    GpuComputeEnvironment,
)
from batch_constructs.facts import instance_types as types

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
RESERVATION = CapacityReservation(reservation_id="cr-0123", capacity_block=True)


def resources(only: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = only(ENVIRONMENT)["ComputeResources"]
    return found


@pytest.mark.parametrize(
    ("spot", "kind", "strategy"),
    [
        (False, "EC2", "BEST_FIT_PROGRESSIVE"),
        (True, "SPOT", "SPOT_PRICE_CAPACITY_OPTIMIZED"),
    ],
)
def test_it_is_on_demand_or_spot(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], spot: bool, kind: str, strategy: str
) -> None:
    """Both have the strategy that AWS recommends, and the image with NVIDIA's driver (pain 20, aws-cdk#35839)."""
    GpuComputeEnvironment(stack, "Gpu", vpc=vpc, instance_types=["g6", "p5.48xlarge"], spot=spot)
    capacity = resources(only)
    assert (capacity["Type"], capacity["AllocationStrategy"]) == (kind, strategy)
    assert capacity["Ec2Configuration"] == [{"ImageType": "ECS_AL2023_NVIDIA"}]


def test_a_type_that_the_data_do_not_know_gets_the_gpu_image(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """A new family is no error, and in this class it surely has GPUs."""
    from aws_cdk import CfnParameter

    GpuComputeEnvironment(
        stack, "Gpu", vpc=vpc, instance_types=["p9", CfnParameter(stack, "Type").value_as_string]
    )
    assert resources(only)["Ec2Configuration"] == [{"ImageType": "ECS_AL2023_NVIDIA"}]


def test_a_capacity_block_is_targeted_by_the_launch_template(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """The launch template names the reservation and the market; the environment has no member for them."""
    GpuComputeEnvironment(
        stack, "Gpu", vpc=vpc, instance_types=["p5.48xlarge"], capacity_reservation=RESERVATION
    )
    data = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["InstanceMarketOptions"] == {"MarketType": "capacity-block"}
    assert data["CapacityReservationSpecification"] == {
        "CapacityReservationTarget": {"CapacityReservationId": "cr-0123"}
    }
    assert resources(only)["Type"] == "EC2"


@pytest.mark.parametrize(
    ("instance_types", "image_type"), [(["g6"], "ECS_AL2023_NVIDIA"), (["p3.2xlarge"], "ECS_AL2_NVIDIA")]
)
def test_an_image_of_your_own_runs_where_aws_has_none(
    stack: Stack,
    vpc: ec2.IVpc,
    only: Callable[[str], dict[str, Any]],
    instance_types: list[str],
    image_type: str,
) -> None:
    """p3 and g3 are too old for the driver of Amazon Linux 2023: with your own image they still run."""
    GpuComputeEnvironment(stack, "Gpu", vpc=vpc, instance_types=instance_types, image_id="ami-1")
    assert resources(only)["Ec2Configuration"] == [{"ImageType": image_type, "ImageIdOverride": "ami-1"}]


@pytest.mark.parametrize("name", ["g5g.2xlarge", "p6e-gb200"])
def test_arm_runs_with_an_image_of_your_own(stack: Stack, vpc: ec2.IVpc, name: str) -> None:
    """AWS supports GPU jobs on Arm with a custom AMI only."""
    GpuComputeEnvironment(stack, "Gpu", vpc=vpc, instance_types=[name], image_id="ami-12345678")


@pytest.mark.parametrize("name", ["g9x.large", "p7"])
def test_a_type_that_ec2_does_not_have_yet_passes(stack: Stack, vpc: ec2.IVpc, name: str) -> None:
    """An unknown is never an error."""
    GpuComputeEnvironment(stack, "Gpu", vpc=vpc, instance_types=[name])


def test_every_type_with_gpus_that_batch_schedules_passes(stack: Stack, vpc: ec2.IVpc) -> None:
    """No type that AWS Batch takes is refused."""
    names = [name for name in types.names() if (found := types.find(name)) and found.gpus]
    fit = [name for name in names if not name.startswith("g5g.")]
    assert {"g4dn.xlarge", "p5.48xlarge", "p6-b300.48xlarge", "g7e.2xlarge"} <= set(fit)
    GpuComputeEnvironment(stack, "Gpu", vpc=vpc, instance_types=fit)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"instance_types": []}, "must name at least one"),
        ({"instance_types": ["g4ad.xlarge"]}, "got g4ad.xlarge, which has AMD's GPUs"),
        ({"instance_types": ["dl1"]}, "got dl1, which has Gaudi accelerators: make an Ec2ComputeEnvironment"),
        ({"instance_types": ["f1.2xlarge", "g6"]}, "got f1.2xlarge, which has FPGAs"),
        ({"instance_types": ["trn2"]}, "got trn2, which has AWS Neuron devices"),
        ({"instance_types": ["u7ib-12tb"]}, "got u7ib-12tb without"),
        ({"instance_types": ["m9g.metal-24xl"]}, "got m9g.metal-24xl without"),
        ({"instance_types": ["p6e-gb200"]}, "p6e-gb200: its processor is Arm.*or give image_id"),
        ({"instance_types": ["g5g"]}, "got g5g: its processor is Arm"),
        ({"instance_types": ["g6", "c7i.large"]}, "must have GPUs of NVIDIA, got c7i.large without"),
        ({"instance_types": ["optimal"]}, "must have GPUs of NVIDIA, got optimal without"),
        ({"instance_types": ["p3.2xlarge"]}, "must run ECS_AL2023_NVIDIA, got p3.2xlarge"),
        ({"instance_types": ["g3s"]}, "must run ECS_AL2023_NVIDIA, got g3s"),
        ({"bid_percentage": 80}, "bid_percentage needs Spot, got 80 on demand"),
        ({"spot": True, "bid_percentage": 101}, "bid_percentage must be from 0 to 100"),
        ({"spot": True, "capacity_reservation": RESERVATION}, "is for capacity on demand, got spot=True"),
        (
            {"spot": True, "allocation_strategy": AllocationStrategy.BEST_FIT},
            "must be one of .* on Spot, got BEST_FIT",
        ),
        ({"image_id": "mine"}, "must hold ids such as"),
    ],
)
def test_fails_when_arguments_are_impossible(
    stack: Stack, vpc: ec2.IVpc, arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS Batch could not schedule the GPUs, before anything is in the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        GpuComputeEnvironment(stack, "Gpu", vpc=vpc, **{"instance_types": ["g6"], **arguments})
    assert len(stack.node.children) == before


def test_fails_when_a_template_of_ones_own_would_hide_the_reservation(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails when the reservation cannot be put into the given template."""
    template = BatchLaunchTemplate(stack, "Template")
    with pytest.raises(ValueError, match="give it to BatchLaunchTemplate instead"):
        GpuComputeEnvironment(
            stack,
            "Gpu",
            vpc=vpc,
            instance_types=["g6"],
            launch_template=template,
            capacity_reservation=RESERVATION,
        )
