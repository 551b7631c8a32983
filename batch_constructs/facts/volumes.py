"""The EBS volumes of an instance: sizes, IOPS and throughput by type. Guide: Launch Template Support.

EC2 looks at them only when an instance starts: a launch template with wrong ones is created without an error. Source: the
EC2 API as in botocore 1.44.5, LaunchTemplateEbsBlockDeviceRequest (2026-11-17).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from batch_constructs.facts.ranges import Range
from batch_constructs.facts.sources import EC2

if TYPE_CHECKING:
    from collections.abc import Mapping

# EBS raises its maximums every few years, so a rule only warns of them, and constructs do not check them.
VOLUME_GIB: Mapping[str, Range] = MappingProxyType(
    {
        "gp2": Range(1, 16_384, unit="GiB on gp2", source=EC2),
        "gp3": Range(1, 65_536, unit="GiB on gp3", source=EC2),
        "io1": Range(4, 16_384, unit="GiB on io1", source=EC2),
        "io2": Range(4, 65_536, unit="GiB on io2", source=EC2),
        "st1": Range(125, 16_384, unit="GiB on st1", source=EC2),
        "sc1": Range(125, 16_384, unit="GiB on sc1", source=EC2),
        "standard": Range(1, 1_024, unit="GiB on standard", source=EC2),
    }
)
"""The size by volume type."""

IOPS: Mapping[str, Range] = MappingProxyType(
    {
        "gp3": Range(3_000, 80_000, unit="IOPS on gp3", source=EC2, default=3_000),
        "io1": Range(100, 64_000, unit="IOPS on io1", source=EC2),
        "io2": Range(100, 256_000, unit="IOPS on io2", source=EC2),
    }
)
"""The provisioned IOPS by volume type; other types take none."""

IOPS_REQUIRED = ("io1", "io2")
"""The volume types without a default for IOPS."""

THROUGHPUT_MIB = Range(125, 2_000, unit="MiB/s", source=EC2, default=125)
"""The provisioned throughput, for gp3 only."""

IOPS_PER_MIB = 4
"""The IOPS that each MiB/s of throughput of a gp3 volume needs at least."""

NOT_FOR_ROOT = ("st1", "sc1")
"""The volume types that an instance cannot boot from."""
