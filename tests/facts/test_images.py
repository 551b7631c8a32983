"""The image types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.facts import images, instance_types
from batch_constructs.facts.images import IMAGE_TYPES
from batch_constructs.facts.instance_types import Architecture

if TYPE_CHECKING:
    from batch_constructs.facts.memory import Orchestration


def test_the_api_names_every_image_type_but_the_oldest(batch_shapes: dict[str, Any]) -> None:
    """Only ECS_AL1 is missing in the API's text."""
    text = batch_shapes["Ec2Configuration"]["members"]["imageType"]["documentation"]
    named = set(re.findall(r"\b(?:ECS|EKS)_AL\w+", text))
    assert set(IMAGE_TYPES) - {"ECS_AL1"} == named


@pytest.mark.parametrize("name", IMAGE_TYPES)
def test_a_name_tells_its_orchestration_and_driver(name: str) -> None:
    """The data agree with the name."""
    image = IMAGE_TYPES[name]
    assert name.startswith(image.orchestration)
    assert image.nvidia is name.endswith("_NVIDIA")


@pytest.mark.parametrize("name", IMAGE_TYPES)
def test_an_image_without_support_has_a_successor_with_support(name: str) -> None:
    """The successor is of the same kind and supported."""
    image = IMAGE_TYPES[name]
    assert (image.successor is None) is (image.support_ends is None)
    if image.successor:
        successor = IMAGE_TYPES[image.successor]
        assert (successor.support_ends, successor.nvidia, successor.orchestration) == (
            None,
            image.nvidia,
            image.orchestration,
        )


@pytest.mark.parametrize(
    ("orchestration", "nvidia", "name"),
    [
        ("ECS", False, "ECS_AL2023"),
        ("ECS", True, "ECS_AL2023_NVIDIA"),
        ("EKS", False, "EKS_AL2023"),
        ("EKS", True, "EKS_AL2023_NVIDIA"),
    ],
)
def test_amazon_linux_2023_is_the_default(orchestration: Orchestration, nvidia: bool, name: str) -> None:
    """Also on ECS since 2026-01-12."""
    assert images.default_image_type(orchestration, nvidia=nvidia).name == name


def test_what_an_image_does_not_run_on() -> None:
    """NVIDIA images not on Graviton, AL2023 not on a1, its GPU variant for ECS not on p3 or g3."""
    assert IMAGE_TYPES["ECS_AL2023_NVIDIA"].architectures == {Architecture.X86_64}
    assert IMAGE_TYPES["ECS_AL2023"].architectures == {Architecture.X86_64, Architecture.ARM64}
    assert "a1" in IMAGE_TYPES["ECS_AL2023"].families_refused
    assert {"p3", "g3"} <= set(IMAGE_TYPES["ECS_AL2023_NVIDIA"].families_refused)
    assert IMAGE_TYPES["ECS_AL2_NVIDIA"].families_refused == ()


def test_refused_families_exist() -> None:
    """An unknown family would never match."""
    refused = {family for image in IMAGE_TYPES.values() for family in image.families_refused}
    assert all(instance_types.is_known(family) for family in refused)


def test_the_ends_of_support_are_those_of_the_guide() -> None:
    """AL2 on ECS ends on 2026-06-30, on EKS it ended on 2025-11-26."""
    assert IMAGE_TYPES["ECS_AL2"].support_ends == "2026-06-30"
    assert IMAGE_TYPES["EKS_AL2_NVIDIA"].support_ends == "2025-11-26"
    assert images.metadata()[1] == "2026-11-17"


@pytest.mark.parametrize(
    ("path", "architecture"),
    [
        ("/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id", Architecture.X86_64),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2/gpu/recommended", Architecture.X86_64),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended", Architecture.ARM64),
        ("/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id", Architecture.X86_64),
        (
            "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/arm64/standard/recommended",
            Architecture.ARM64,
        ),
        ("/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ami-id", None),
        ("/golden-images/arm64", None),
    ],
)
def test_public_parameters_name_an_architecture(path: str, architecture: Architecture | None) -> None:
    """Only AWS's own names are evaluated."""
    assert images.architecture_of_parameter(path) is architecture
