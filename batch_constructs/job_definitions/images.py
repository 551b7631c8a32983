"""The string that a definition has for an image, from any image that a user gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.cdk import data_of
from batch_constructs.facts import patterns
from batch_constructs.facts.instance_types import Architecture
from batch_constructs.job_definitions.throwaway import throwaway_container
from batch_constructs.roles import allow_pull

if TYPE_CHECKING:
    from collections.abc import Collection

    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from batch_constructs._border.problems import Problems

__all__ = [
    "ResolvedImage",
    "brings_credentials",
    "check_image",
    "check_no_credentials",
    "check_platform",
    "may_be_private",
    "resolve_image",
]


ResolvedImage = tuple[str, str | None]
"""The image's address, and the ARN of the secret with its private registry's credentials."""


def check_image(problems: Problems, image: str | ecs.ContainerImage) -> None:
    """Add a problem if AWS would refuse an image that is given as a string."""
    if isinstance(image, str):
        problems.matches("image", image, patterns.IMAGE)


def check_platform(
    problems: Problems, image: str | ecs.ContainerImage, architectures: Collection[Architecture]
) -> None:
    """Add a problem if the CDK builds the image for another processor than that of the jobs.

    Args:
        problems: Where to add it.
        image: The image. Its processor is known only for an asset that names its platform.
        architectures: The processors of the jobs.
    """
    if type(image).__name__ != "AssetImage":
        return
    built_for = data_of(image).get("props", {}).get("platform", {}).get("platform")
    wanted = "linux/arm64" if Architecture.ARM64 in architectures else "linux/amd64"
    problems.check(
        built_for is None or not built_for.startswith("linux/") or built_for.startswith(wanted),
        f"image must be built for the processor that the jobs run on, {wanted}, got an asset for {built_for}: change "
        "its platform, or what the jobs run on",
    )


def may_be_private(image: str | ecs.ContainerImage) -> bool:
    """Return whether an image may need the secret of a private registry: ``ContainerImage.from_registry``."""
    return type(image).__name__ == "RepositoryImage"


def brings_credentials(image: str | ecs.ContainerImage) -> bool:
    """Return whether an image has the secret of a private registry: only then its data cannot be read.

    Never bind such an image without a real role: the fake role would get into the policy of the secret's key.
    """
    return not isinstance(image, str) and may_be_private(image) and not data_of(image)


def check_no_credentials(problems: Problems, image: str | ecs.ContainerImage) -> None:
    """Add a problem if an image has credentials of its registry, which work on ECS only."""
    problems.check(
        not brings_credentials(image),
        "the credentials of a registry are for ECS: on EKS name secrets of Kubernetes in image_pull_secrets of the "
        "pod, got an image with credentials",
    )


def resolve_image(scope: Construct, image: str | ecs.ContainerImage, role: iam.IRole | None) -> ResolvedImage:
    """Return the address of an image; the role gets the right to pull it, if there is one.

    Args:
        scope: The definition; assets are built in it.
        image: An address, or any of the CDK's container images (asset, ECR repository, registry with credentials).
        role: The execution role; ``None`` if the instance role pulls.
    """
    if isinstance(image, str):
        if role is not None:
            allow_pull(role, image)
        return image, None
    return _bind(scope, image, role)


def _bind(scope: Construct, image: ecs.ContainerImage, role: iam.IRole | None) -> ResolvedImage:
    # The CDK binds images only to ECS container definitions.
    config = image.bind(scope, throwaway_container(role))
    credentials = config.repository_credentials
    return config.image_name, credentials.credentials_parameter if credentials is not None else None
