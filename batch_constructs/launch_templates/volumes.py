"""Checks of an EBS volume's size, type, IOPS and throughput."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from aws_cdk import SizeRoundingBehavior

from batch_constructs._border.tokens import known
from batch_constructs.facts import volumes
from batch_constructs.facts.ranges import Range
from batch_constructs.facts.sources import EC2

if TYPE_CHECKING:
    from aws_cdk import Size

    from batch_constructs._border.problems import Problems

__all__ = ["VolumeType", "check_volume", "gibibytes"]

VolumeType = Literal["gp3", "gp2", "io2", "io1", "standard"]
"""The EBS volume types that an instance can boot from."""

# Only the deploy checks the maximums: see the facts.
_VOLUME_GIB = Range(1, None, unit="GiB", source=EC2)
_IOPS = {name: replace(each, maximum=None) for name, each in volumes.IOPS.items()}
_THROUGHPUT = replace(volumes.THROUGHPUT_MIB, maximum=None)


def gibibytes(size: Size) -> float:
    """Return a size in GiB for a template; a token stays a token."""
    # Without rounding, a size in MiB would fail inside Node.js, with a JavaScript traceback instead of a rule.
    return size.to_gibibytes(rounding=SizeRoundingBehavior.NONE)


def check_volume(
    problems: Problems,
    size: float,
    type_: str,
    iops: float | None,
    throughput: float | None,
    *,
    prefix: str = "",
) -> None:
    """Add a problem for each argument that EBS would refuse; the names of the arguments begin with ``prefix``."""
    problems.within(f"{prefix}size", size, _VOLUME_GIB)
    if not known(type_):
        return
    problems.check(
        type_ in get_args(VolumeType),
        f"{prefix}type must be one of {', '.join(get_args(VolumeType))}, got {type_!r}",
    )
    problems.check(
        iops is not None or type_ not in volumes.IOPS_REQUIRED, f"{prefix}type {type_} needs {prefix}iops"
    )
    problems.check(
        iops is None or type_ in _IOPS,
        f"{prefix}iops needs one of {', '.join(_IOPS)}, got {prefix}type={type_!r}: leave it out",
    )
    problems.check(
        throughput is None or type_ == "gp3",
        f"{prefix}throughput needs gp3, got {prefix}type={type_!r}: leave it out",
    )
    if type_ in _IOPS:
        problems.within(f"{prefix}iops", iops, _IOPS[type_])
    problems.within(f"{prefix}throughput", throughput, _THROUGHPUT)
    pace = _IOPS["gp3"].default if iops is None else iops
    if throughput is not None and known([throughput, pace]):
        problems.check(
            throughput * volumes.IOPS_PER_MIB <= (pace or 0),
            f"{prefix}throughput must be at most a quarter of {prefix}iops, got {throughput} MiB/s and "
            f"{pace} IOPS: ask for {throughput * volumes.IOPS_PER_MIB} IOPS",
        )
