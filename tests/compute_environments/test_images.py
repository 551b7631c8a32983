"""The images of instances: AWS's and your own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import Ec2ComputeEnvironment, ImageType

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"

AL2023, NVIDIA, AL2 = ImageType.ECS_AL2023, ImageType.ECS_AL2023_NVIDIA, ImageType.ECS_AL2


def resources(only: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = only(ENVIRONMENT)["ComputeResources"]
    return found


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
    """Pain 20 (aws-cdk#35839): GPUs get the NVIDIA image, everything else the standard one, never Amazon Linux 2."""
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, instance_types=types)
    assert [each["ImageType"] for each in resources(only)["Ec2Configuration"]] == images


def test_an_image_of_your_own_stands_for_that_of_its_type(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """Only the instances of its type get it; the others run AWS's image."""
    Ec2ComputeEnvironment(
        stack,
        "Environment",
        vpc=vpc,
        instance_types=["g5.xlarge", "c7i.large"],
        image_ids={NVIDIA: "ami-1"},
    )
    capacity = resources(only)
    assert capacity["Ec2Configuration"] == [
        {"ImageType": "ECS_AL2023"},
        {"ImageType": "ECS_AL2023_NVIDIA", "ImageIdOverride": "ami-1"},
    ]


@pytest.mark.parametrize(
    ("arguments", "images"),
    [
        # An image of an older type replaces the newer one that would be chosen.
        ({"image_ids": {AL2: "ami-1"}}, [{"ImageType": "ECS_AL2", "ImageIdOverride": "ami-1"}]),
        (
            {"instance_types": ["z99z"], "image_ids": {NVIDIA: "ami-1"}},
            [{"ImageType": "ECS_AL2023_NVIDIA", "ImageIdOverride": "ami-1"}],
        ),
        (
            {"image_types": [AL2, NVIDIA], "image_ids": {NVIDIA: "{{resolve:ssm:/images/gpu}}"}},
            [
                {"ImageType": "ECS_AL2"},
                {"ImageType": "ECS_AL2023_NVIDIA", "ImageIdOverride": "{{resolve:ssm:/images/gpu}}"},
            ],
        ),
    ],
)
def test_own_images_and_types_go_together(
    stack: Stack,
    vpc: ec2.IVpc,
    only: Callable[[str], dict[str, Any]],
    arguments: dict[str, Any],
    images: list[dict[str, str]],
) -> None:
    """It works for types that are missing from the data, and by a dynamic reference."""
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, **arguments)
    assert resources(only)["Ec2Configuration"] == images


def test_an_image_of_your_own_is_not_updated_to_the_latest(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """AWS Batch would ignore the flag, so it is not rendered."""
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, image_ids={AL2023: "ami-1"})
    assert "UpdateToLatestImageVersion" not in resources(only)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_types": []}, "the length of image_types must be from 1 to 2"),
        (
            {"image_types": [AL2], "image_ids": {AL2023: "ami-1"}},
            "image_ids must be for image_types, got ECS_AL2023 with image_types=ECS_AL2",
        ),
        ({"image_ids": {AL2023: "mine"}}, "must hold ids such as .* got 'mine' for ECS_AL2023"),
        (
            {"image_ids": dict.fromkeys([AL2, AL2023, NVIDIA], "ami-1")},
            "image_ids must hold from 1 to 2 EC2 configurations, got 3",
        ),
    ],
)
def test_fails_when_images_contradict_each_other(
    stack: Stack, vpc: ec2.IVpc, arguments: dict[str, Any], message: str
) -> None:
    """Fails when there are too many, an id is malformed, or it is for an image type that is not there."""
    with pytest.raises(ValueError, match=message):
        Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, **arguments)
