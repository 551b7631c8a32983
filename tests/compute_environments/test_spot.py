"""Environments on Spot, with the price and strategy that AWS recommends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs import SpotComputeEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def resources(only: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = only(ENVIRONMENT)["ComputeResources"]
    return found


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
