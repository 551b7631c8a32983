"""The capacity of an EC2 or Spot environment: the arguments that both share, checked together in pure Python."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from batch_constructs._problems import Problems
from batch_constructs._tokens import known
from batch_constructs.compute_environments.allocation import AllocationStrategy
from batch_constructs.facts import instance_types as types
from batch_constructs.facts import limits, patterns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jsii import Number

__all__ = ["Capacity", "ImageType"]

# What a type, a family or a bundle looks like. Whatever has this form may exist tomorrow.
_NAME_FORM = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)?|optimal|default_(x86_64|arm64)")


class ImageType(StrEnum):
    """The machine images that AWS Batch picks from for environments on ECS.

    Guide: Compute Resource AMIs.
    """

    ECS_AL2023 = "ECS_AL2023"
    """Amazon Linux 2023, for every type without a GPU but ``a1``."""

    ECS_AL2023_NVIDIA = "ECS_AL2023_NVIDIA"
    """Amazon Linux 2023 with NVIDIA drivers, for GPU types but ``p3`` and ``g3``."""

    ECS_AL2 = "ECS_AL2"
    """Amazon Linux 2, whose support ended on 2026-06-30."""

    ECS_AL2_NVIDIA = "ECS_AL2_NVIDIA"
    """Amazon Linux 2 with NVIDIA drivers, whose support ended on 2026-06-30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What an EC2 or Spot environment may launch, and how."""

    instance_types: Sequence[str]
    min_vcpus: Number
    max_vcpus: Number
    allocation_strategy: AllocationStrategy
    image_types: Sequence[ImageType] | None
    instance_tags: Mapping[str, str] | None
    compute_environment_name: str | None
    replace_compute_environment: bool
    update_to_latest_image_version: bool | None
    has_service_role: bool
    has_security_groups: bool

    def problems(self, strategies: frozenset[AllocationStrategy], kind: str) -> Problems:
        """Everything about these arguments that AWS would refuse, or that contradicts itself."""
        problems = Problems()
        problems.within("min_vcpus", self.min_vcpus, limits.MIN_VCPUS)
        problems.within("max_vcpus", self.max_vcpus, limits.MAX_VCPUS)
        if known(self.min_vcpus) and known(self.max_vcpus):
            problems.check(
                self.min_vcpus <= self.max_vcpus,
                "max_vcpus must be at least min_vcpus, "
                f"got min_vcpus={self.min_vcpus} and max_vcpus={self.max_vcpus}",
            )
        problems.check(
            self.allocation_strategy in strategies,
            f"allocation_strategy must be one of {', '.join(sorted(strategies))} on {kind}, "
            f"got {self.allocation_strategy}",
        )
        problems.check(
            self.has_security_groups,
            "security_groups must name at least one, or be omitted for one of its own",
        )
        problems.matches("compute_environment_name", self.compute_environment_name, patterns.RESOURCE_NAME)
        self._check_instance_types(problems)
        self._check_images(problems)
        self._check_tags(problems)
        self._check_updates(problems)
        return problems

    def images(self) -> list[ImageType]:
        """The images given, or those that fit the instance types: NVIDIA's for GPUs, the plain one for the rest."""
        if self.image_types is not None:
            return list(self.image_types)
        members = [each for name in self._known_types() for each in types.members(name)]
        wanted = {ImageType.ECS_AL2023_NVIDIA if each.gpus else ImageType.ECS_AL2023 for each in members}
        return sorted(wanted) or [ImageType.ECS_AL2023]

    def latest_images(self) -> bool | None:
        """Whether infrastructure updates take the newest image; on wherever AWS allows it."""
        if self.update_to_latest_image_version is not None:
            return self.update_to_latest_image_version
        return True if self._updates_in_place() else None

    def unfamiliar(self) -> list[str]:
        """Instance types that the data do not know, each with the nearest name that they do."""
        return [
            f"{name!r}" + (f" (did you mean {close!r}?)" if (close := types.closest(name)) else "")
            for name in self._known_types()
            if not types.is_known(name)
        ]

    def _known_types(self) -> list[str]:
        return [name for name in self.instance_types if known(name)]

    def _updates_in_place(self) -> bool:
        return not self.has_service_role and self.allocation_strategy != AllocationStrategy.BEST_FIT

    def _check_instance_types(self, problems: Problems) -> None:
        problems.check(
            len(self.instance_types) > 0, "instance_types must name at least one type, family or bundle"
        )
        for name in self._known_types():
            problems.check(
                _NAME_FORM.fullmatch(name) is not None,
                f"instance_types must hold types, families or bundles such as 'c7i.large', 'c7i' or "
                f"'default_x86_64', got {name!r}" + _nearest(name),
            )
        by_architecture: dict[str, list[str]] = {}
        for name in self._known_types():
            found = types.architectures_of([name]) & {types.Architecture.X86_64, types.Architecture.ARM64}
            if len(found) == 1:
                by_architecture.setdefault(next(iter(found)), []).append(name)
        problems.check(
            len(by_architecture) <= 1,
            "instance_types must share one architecture, got "
            + " and ".join(
                f"{', '.join(names)} ({which})" for which, names in sorted(by_architecture.items())
            )
            + ": make one environment for each",
        )

    def _check_images(self, problems: Problems) -> None:
        if self.image_types is not None:
            problems.within("the length of image_types", len(self.image_types), limits.EC2_CONFIGURATIONS)

    def _check_tags(self, problems: Problems) -> None:
        tags = self.instance_tags or {}
        problems.within("the number of instance_tags", len(tags), limits.TAGS)
        for key, value in tags.items():
            problems.matches(f"the tag key {key!r}", key, patterns.TAG_KEY)
            if known(value):
                problems.within(f"the length of the tag {key!r}", len(value), limits.TAG_VALUE_LENGTH)

    def _check_updates(self, problems: Problems) -> None:
        problems.check(
            not (self.compute_environment_name is not None and self.replace_compute_environment),
            "replace_compute_environment needs a generated name, since the new environment is made before the old "
            f"one goes, got compute_environment_name={self.compute_environment_name!r}: omit the name",
        )
        problems.check(
            not self.update_to_latest_image_version or self._updates_in_place(),
            "update_to_latest_image_version needs the service-linked role and a strategy other than BEST_FIT, "
            f"got service_role {'given' if self.has_service_role else 'omitted'} and "
            f"allocation_strategy={self.allocation_strategy}",
        )


def _nearest(name: str) -> str:
    close = types.closest(name.lower().strip())
    return f" (did you mean {close!r}?)" if close else ""
