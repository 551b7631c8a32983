"""The capacity of an environment on instances: its arguments, checked together without calls to Node.js."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.compute_environments.allocation import (
    ON_DEMAND_STRATEGIES,
    SPOT_STRATEGIES,
    AllocationStrategy,
)
from batch_constructs.compute_environments.images import check_images, images_for
from batch_constructs.compute_environments.templates import check_templates
from batch_constructs.facts import instance_types as types
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.allocation_strategies import STRATEGIES
from batch_constructs.facts.type_names import misspelt
from batch_constructs.facts.vocabulary import ResourceKind
from batch_constructs.launch_templates.overrides import check_overrides

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef
    from jsii import Number

    from batch_constructs.compute_environments.images import ImageType
    from batch_constructs.compute_environments.update_policy import UpdatePolicy
    from batch_constructs.facts.vocabulary import ContainerInsights, UserdataType
    from batch_constructs.launch_templates.overrides import LaunchTemplateOverride

__all__ = ["Capacity", "check_instance_types"]

# The form of a type, a family or a bundle. Any name of this form may exist tomorrow.
_NAME_FORM = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)?|optimal|default_(x86_64|arm64)")
_STRATEGIES = {ResourceKind.EC2: ON_DEMAND_STRATEGIES, ResourceKind.SPOT: SPOT_STRATEGIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The capacity of an environment on instances: every argument of its class that is not a construct."""

    kind: ResourceKind
    instance_types: Sequence[str]
    min_vcpus: Number
    max_vcpus: Number
    scale_down_delay: Number | None  # in minutes
    allocation_strategy: AllocationStrategy
    bid_percentage: Number | None
    image_types: Sequence[ImageType] | None
    image_ids: Mapping[ImageType, str] | None
    launch_template_overrides: Sequence[LaunchTemplateOverride]
    instance_tags: Mapping[str, str] | None
    container_insights: ContainerInsights | None
    update_policy: UpdatePolicy | None
    update_to_latest_image_version: bool | None
    replace_compute_environment: bool
    enabled: bool
    compute_environment_name: str | None
    context: str | None
    has_service_role: bool
    has_security_groups: bool
    on_eks: bool = False
    kubernetes_version: str | None = None
    userdata_type: UserdataType | None = None
    launch_template: ILaunchTemplateRef | None = None

    def problems(self) -> Problems:
        """Return a problem for each argument that AWS would refuse or that contradicts another."""
        problems = Problems()
        self._check_size(problems)
        self._check_price(problems)
        problems.check(
            self.has_security_groups,
            "security_groups must name at least one, or be omitted for a new one",
        )
        problems.matches("compute_environment_name", self.compute_environment_name, patterns.RESOURCE_NAME)
        check_instance_types(problems, self.instance_types, self.allocation_strategy)
        check_images(problems, self.image_types, self.image_ids or {}, on_eks=self.on_eks)
        check_overrides(problems, self.launch_template_overrides, self.instance_types)
        templates = [self.launch_template, *(each.launch_template for each in self.launch_template_overrides)]
        check_templates(problems, templates, self.images(), on_eks=self.on_eks)
        problems.matches("kubernetes_version", self.kubernetes_version, patterns.KUBERNETES_VERSION)
        problems.tags("instance_tags", self.instance_tags or {})
        self._check_updates(problems)
        return problems

    def images(self) -> dict[ImageType, str | None]:
        """Return the image types, each with the id of your own image if there is one."""
        own = self.image_ids or {}
        chosen = images_for(self.instance_types, self.image_types, own, on_eks=self.on_eks)
        return {each: own.get(each) for each in chosen}

    def latest_images(self) -> bool | None:
        """Return whether infrastructure updates install the newest image; by default yes if AWS allows it."""
        if self.update_to_latest_image_version is not None:
            return self.update_to_latest_image_version
        # AWS Batch knows no newer version of an image of your own.
        return True if self._updates_in_place() and not self.image_ids else None

    def unknown_types(self) -> list[str]:
        """Return types that are missing from the data and may be new; typos are reported by CE-18."""
        return [
            f"{name!r}{types.nearest(name)}"
            for name in filter(known, self.instance_types)
            if not types.is_known(name) and not misspelt(name)
        ]

    def _updates_in_place(self) -> bool:
        return not self.has_service_role and self.allocation_strategy != AllocationStrategy.BEST_FIT

    def _check_size(self, problems: Problems) -> None:
        problems.within("min_vcpus", self.min_vcpus, limits.MIN_VCPUS)
        problems.within("max_vcpus", self.max_vcpus, limits.MAX_VCPUS)
        problems.within("scale_down_delay", self.scale_down_delay, limits.SCALE_DOWN_DELAY_MINUTES)
        if known(self.min_vcpus) and known(self.max_vcpus):
            problems.check(
                self.min_vcpus <= self.max_vcpus,
                "max_vcpus must be at least min_vcpus, "
                f"got min_vcpus={self.min_vcpus} and max_vcpus={self.max_vcpus}",
            )

    def _check_price(self, problems: Problems) -> None:
        spot = self.kind is ResourceKind.SPOT
        strategies = _STRATEGIES[self.kind]
        problems.check(
            self.allocation_strategy in strategies,
            f"allocation_strategy must be one of {', '.join(sorted(strategies))} on "
            f"{'Spot' if spot else 'demand'}, got {self.allocation_strategy}",
        )
        problems.check(
            spot or self.bid_percentage is None,
            f"bid_percentage needs Spot, got {self.bid_percentage} on demand: leave it out",
        )
        problems.within("bid_percentage", self.bid_percentage, limits.BID_PERCENTAGE)
        problems.check(
            not self.on_eks or self.allocation_strategy != AllocationStrategy.BEST_FIT,
            "allocation_strategy must not be BEST_FIT on Amazon EKS, got BEST_FIT: leave it out",
        )

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


def check_instance_types(
    problems: Problems, instance_types: Sequence[str], strategy: AllocationStrategy | None = None
) -> None:
    """Add a problem for instance types that AWS would refuse, also with a strategy that needs an order of types."""
    names = list(filter(known, instance_types))
    problems.check(len(instance_types) > 0, "instance_types must name at least one type, family or bundle")
    for name in names:
        problems.check(
            _NAME_FORM.fullmatch(name) is not None,
            f"instance_types must hold types, families or bundles such as 'c7i.large', 'c7i' or "
            f"'default_x86_64', got {name!r}{types.nearest(name)}",
        )
    chosen = STRATEGIES.get(strategy or "")
    bundles = [name for name in names if name in types.BUNDLES]
    arm = any("arm64" in name for name in bundles)
    problems.check(
        chosen is None or not chosen.ordered or not bundles,
        f"instance_types must be types or families with {strategy}, since AWS refuses "
        f"bundles, which have no order, got {', '.join(bundles)}: write such as "
        f"{['c7g', 'm7g', 'r7g'] if arm else ['c7i', 'm7i', 'r7i']}",
    )
    by_architecture: dict[str, list[str]] = {}
    for name in names:
        found = types.architectures_of([name]) & {types.Architecture.X86_64, types.Architecture.ARM64}
        if len(found) == 1:
            by_architecture.setdefault(next(iter(found)), []).append(name)
    problems.check(
        len(by_architecture) <= 1,
        "instance_types must share one architecture, got "
        + " and ".join(f"{', '.join(names)} ({which})" for which, names in sorted(by_architecture.items()))
        + ": make one environment for each",
    )
