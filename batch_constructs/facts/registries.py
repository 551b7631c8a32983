"""Registries of images on the internet."""

from __future__ import annotations

DOCKER_HUB = "docker.io"

PUBLIC = frozenset(
    {
        DOCKER_HUB,
        "gcr.io",
        "ghcr.io",
        "mcr.microsoft.com",
        "nvcr.io",
        "public.ecr.aws",
        "quay.io",
        "registry.gitlab.com",
        "registry.k8s.io",
    }
)
"""Registries that have no endpoint in a VPC. Source: Amazon ECR User Guide, Interface VPC endpoints, for ``public.ecr.aws``."""


def public_registry(image: str) -> str | None:
    """Return the public registry of an image, such as ``public.ecr.aws``; ``None`` if its registry is another one.

    An image without a registry is on Docker Hub.
    """
    first, slash, _ = image.partition("/")
    registry = first if slash and ("." in first or ":" in first or first == "localhost") else DOCKER_HUB
    return registry if registry in PUBLIC else None
