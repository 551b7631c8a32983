"""Checks of jobs on Fargate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.facts import fargate, patterns
from batch_constructs.facts.instance_types import Architecture

if TYPE_CHECKING:
    from aws_cdk import Size
    from jsii import Number

    from batch_constructs._border.problems import Problems

__all__ = ["check_size", "check_version", "check_windows", "smallest_memory"]


def check_version(problems: Problems, platform_version: str | None, storage: Size | None) -> None:
    """Add a problem if a platform version is none, or is too old for disk space of its own."""
    problems.matches("platform_version", platform_version, patterns.FARGATE_PLATFORM_VERSION)
    problems.check(
        storage is None or platform_version not in fargate.OLD_PLATFORM_VERSIONS,
        f"platform_version must be 1.4.0 or later with ephemeral_storage, got {platform_version}",
    )


def check_windows(problems: Problems, architecture: Architecture | None, linux_only: dict[str, bool]) -> None:
    """Add a problem for processors without Windows, and for features that only Linux has."""
    problems.check(
        architecture in {None, Architecture.X86_64},
        f"architecture must be X86_64 on Windows, got {architecture}",
    )
    given = [name for name, is_given in linux_only.items() if is_given]
    problems.check(not given, f"containers on Windows have no {', '.join(given)}: leave them out")


def smallest_memory(vcpus: Number) -> float | None:
    """Return the least memory, in MiB, that Fargate offers with these vCPUs."""
    options = fargate.memory_options_mib(vcpus) if known(vcpus) else ()
    return options[0] if options else None


def check_size(problems: Problems, vcpus: Number, memory_mib: float | None) -> None:
    """Add a problem for vCPUs and memory that Fargate does not offer together."""
    if not known(vcpus):
        problems.check(memory_mib is not None, "memory must be given if vcpus is a token")
        return
    options = fargate.memory_options_mib(vcpus)
    if not options:
        offered = ", ".join(f"{size:g}" for size in fargate.SIZES)
        problems.add(f"vcpus must be one of {offered} on Fargate, got {vcpus}")
    elif memory_mib is not None and known(memory_mib) and memory_mib not in options:
        better = next((option for option in options if option >= memory_mib), options[-1])
        problems.add(
            f"memory must be a size that Fargate offers with {vcpus:g} vCPU ({options[0]} to {options[-1]} MiB), "
            f"got {memory_mib:g} MiB: take {better} MiB, or other vcpus"
        )
