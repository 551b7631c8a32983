"""The images that Batch provides, by ``imageType``. Guide: Compute Resource AMIs."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from batch_constructs.facts._data import load
from batch_constructs.facts._instance_type import Architecture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_constructs.facts._instance_type import InstanceType

ROOT_DEVICE_NAME = "/dev/xvda"
"""The device name of the root disk of Amazon Linux 2 and 2023, for a block device mapping."""


ROOT_VOLUME_GIB: Mapping[str, int] = MappingProxyType({"ECS": 30, "EKS": 20})
"""The size of the root disk of Batch's images by kind of environment, from the guides of ECS (2026) and of EKS's images
(2026). EC2 starts no instance with a smaller one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageType:
    """A family of images that Batch chooses from.

    Attributes:
        name: The value of ``imageType``.
        orchestration: The kind of environment that accepts it (AMI-04).
        os: The name of its operating system.
        nvidia: Whether it has the driver of NVIDIA; such images do not run on Graviton (AMI-05).
        default: Whether it is the default for types with (``nvidia``) or without GPUs.
        support_ends: The last day of support, ``YYYY-MM-DD``; ``None`` while none is announced (AMI-08).
        creation_blocked: The day from which new environments cannot have it; ``None`` if none is announced.
        families_refused: Instance families that it does not run on (AMI-06, AMI-07).
        successor: The image type to use instead.
    """

    name: str
    orchestration: Literal["ECS", "EKS"]
    os: str
    nvidia: bool
    default: bool
    support_ends: str | None
    creation_blocked: str | None
    families_refused: tuple[str, ...]
    successor: str | None

    @property
    def architectures(self) -> frozenset[Architecture]:
        """The architectures that it runs on."""
        if self.nvidia:
            return frozenset({Architecture.X86_64})
        return frozenset({Architecture.X86_64, Architecture.ARM64})


OTHER_DEVICE_NAMES = ("/dev/sda1", "/dev/xvdcz")
"""The root disk of other distributions, and the Docker volume of Amazon Linux 1; on newer images extra disks."""

_DATA = load("image_types.json")

IMAGE_TYPES: Mapping[str, ImageType] = MappingProxyType(
    {
        row["name"]: ImageType(**row | {"families_refused": tuple(row["families_refused"])})
        for row in _DATA["image_types"]
    }
)
"""The image types by name. A missing name may be newer than the data, and is no error."""


def default_image_type(orchestration: Literal["ECS", "EKS"], *, nvidia: bool) -> ImageType:
    """Return the image type that Batch uses by default."""
    return next(
        image
        for image in IMAGE_TYPES.values()
        if image.default and image.orchestration == orchestration and image.nvidia == nvidia
    )


NEURON_PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron/recommended/image_id"
"""The public SSM parameter with the newest image for ECS with the driver of AWS Neuron devices."""


OLD_PATHS: Mapping[str, str] = MappingProxyType(
    {
        "/aws/service/ecs/optimized-ami/amazon-linux/": "Amazon Linux 1",
        "/aws/service/ecs/optimized-ami/amazon-linux-2/": "Amazon Linux 2",
    }
)
"""Public SSM parameters of images whose support has ended, by the beginning of their path. Source: Amazon ECS Developer Guide,
"Retrieving Amazon ECS-optimized Linux AMI metadata", read 2026-12-01."""


def architecture_of_parameter(path: str) -> Architecture | None:
    """Return the architecture of the image in a public SSM parameter, such as the ECS-optimised one; ``None`` if unknown.

    The names contain ``arm64``; names of ECS images for x86_64 contain no architecture.
    """
    if not path.startswith("/aws/service/"):
        return None
    if "arm64" in path:
        return Architecture.ARM64
    if "x86_64" in path or path.startswith("/aws/service/ecs/optimized-ami/amazon-linux"):
        return Architecture.X86_64
    return None


def ecs_parameter(type_: InstanceType) -> str | None:
    """Return the public SSM parameter with the ID of the newest Amazon Linux 2023 image for ECS for an instance type.

    It is ``None`` if there is no image, as for GPUs of NVIDIA with a Graviton. Source: Amazon ECS Developer Guide,
    "Retrieving Amazon ECS-optimized Linux AMI metadata", and the releases of amazon-ecs-ami, read 2026-11-28.
    """
    variant = "" if Architecture.X86_64 in type_.architectures else "arm64/"
    if type_.neuron_devices:
        return NEURON_PARAMETER
    if any(gpu.manufacturer == "NVIDIA" for gpu in type_.gpus):
        if variant:
            return None
        variant = "gpu/"
    return f"/aws/service/ecs/optimized-ami/amazon-linux-2023/{variant}recommended/image_id"


def metadata() -> tuple[str, str]:
    """Return the source of the image types, and its day as ``YYYY-MM-DD``."""
    return _DATA["source"], _DATA["date"]
