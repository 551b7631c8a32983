"""The pairs of vCPUs and memory that Fargate offers. Guide: Job Definition Parameters."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import load

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATA = load("fargate_sizes.json")


def _options(row: Mapping[str, Any]) -> tuple[int, ...]:
    if "memory_mib" in row:
        return tuple(row["memory_mib"])
    return tuple(range(row["first_mib"], row["last_mib"] + 1, row["step_mib"]))


SIZES: Mapping[float, tuple[int, ...]] = MappingProxyType(
    {float(row["vcpus"]): _options(row) for row in _DATA["sizes"]}
)
"""The memory options in MiB by vCPUs, both from small to large."""

LINUX_PARAMETERS_REFUSED = ("devices", "maxSwap", "sharedMemorySize", "swappiness", "tmpfs")
"""Members of ``linuxParameters`` that only jobs on instances can have (FGT-03)."""

LOG_DRIVERS = frozenset({"awslogs", "splunk"})
"""The log drivers in the API's text. Its enum also has ``awsfirelens``, so a rule on others may only warn (FGT-05)."""

OLD_PLATFORM_VERSIONS = frozenset({"1.0.0", "1.1.0", "1.2.0", "1.3.0"})
"""Platform versions before 1.4.0, which EFS (VOL-05) and a larger disk (FGT-08) need; user guide, 2026."""


def _vcpus(value: float | str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _text(vcpus: float) -> str:
    return f"{vcpus:g} vCPU{'' if vcpus == 1 else 's'}"


def memory_options_mib(vcpus: float | str) -> tuple[int, ...]:
    """Return the memory options for a number of vCPUs, in MiB from small to large.

    Args:
        vcpus: A number, or the API's string for it: ``"0.25"``, ``"1"`` or ``"1.0"``.

    Returns:
        The options; empty if Fargate does not offer this number of vCPUs.
    """
    number = _vcpus(vcpus)
    return () if number is None else SIZES.get(number, ())


def is_valid_size(vcpus: float | str, memory_mib: float | str) -> bool:
    """Return whether Fargate offers this size."""
    return _vcpus(memory_mib) in memory_options_mib(vcpus)


def smallest_size(vcpus: float, memory_mib: float) -> tuple[float, int] | None:
    """Return the smallest size that holds both, fewest vCPUs first; ``None`` if no size is large enough."""
    for count, options in SIZES.items():
        large_enough = [memory for memory in options if memory >= memory_mib]
        if count >= vcpus and large_enough:
            return count, large_enough[0]
    return None


def why_invalid(vcpus: float | str, memory_mib: float | str) -> str | None:
    """Return why Fargate does not offer a size, with the nearest one; ``None`` if it offers it.

    Args:
        vcpus: A known number, or the API's string for it.
        memory_mib: A known number of MiB, or the API's string for it.
    """
    if is_valid_size(vcpus, memory_mib):
        return None
    cpu, memory = _vcpus(vcpus), _vcpus(memory_mib)
    counts = ", ".join(f"{count:g}" for count in SIZES)
    if cpu is None or memory is None:
        return f"Fargate takes {counts} as vCPUs and a number of MiB, got {vcpus!r} and {memory_mib!r}"
    nearest = smallest_size(cpu, memory)
    largest, most = max(SIZES), max(SIZES[max(SIZES)])
    remedy = (
        f"the largest size is {_text(largest)} with {most} MiB, more runs on EC2"
        if nearest is None
        else f"the smallest size that holds it is {_text(nearest[0])} with {nearest[1]} MiB"
    )
    if cpu not in SIZES:
        return f"Fargate takes {counts} as vCPUs, got {cpu:g}: {remedy}"
    return f"Fargate does not combine {_text(cpu)} with {memory:g} MiB: {remedy}"


def remedy(vcpus: float | str, memory_mib: float | str) -> str:
    """Return the members of the smallest size that holds a job; empty if no size does, or an amount is no number.

    Args:
        vcpus: A known number, or the API's string for it.
        memory_mib: A known number of MiB, or the API's string for it.
    """
    cpu, memory = _vcpus(vcpus), _vcpus(memory_mib)
    nearest = smallest_size(cpu, memory) if cpu is not None and memory is not None else None
    return "" if nearest is None else f"set VCPU to {nearest[0]:g} and MEMORY to {nearest[1]}"


def metadata() -> tuple[str, str]:
    """Return the source of the sizes, and its day as ``YYYY-MM-DD``."""
    return _DATA["source"], _DATA["date"]
