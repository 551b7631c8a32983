"""Elastic Fabric Adapters in launch templates: instance types, security groups, placement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import is_known, is_one_of, literals
from batch_constructs.assembly.template.members import linked
from batch_constructs.assembly.template.resources import SecurityGroup
from batch_constructs.facts import instance_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeResources, LaunchTemplate
    from batch_constructs.assembly.template.resources.launch_templates import NetworkInterface
    from batch_constructs.facts.instance_types import InstanceType

CHAPTER = "Elastic Fabric Adapter"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_RESERVATION = "CapacityReservationSpecification"


def adapters_of(template: LaunchTemplate) -> list[NetworkInterface]:
    """Return the interfaces of a launch template that are Elastic Fabric Adapters."""
    return [i for i in template.data.network_interfaces if is_one_of(i.interface_type, "EFA", "EFA-ONLY")]


def _templates(resources: ComputeResources) -> Iterator[tuple[LaunchTemplate, str, Sequence[InstanceType]]]:
    """Yield each launch template of the assembly with an entry of the instance types and the types in that entry."""
    specification = resources.launch_template
    names = literals(resources.instance_types)
    targeted: set[str] = set()
    open_targets = not specification.overrides.complete
    for override in specification.overrides:
        targets = override.target_instance_types
        open_targets |= not targets.complete or len(literals(targets)) < len(targets)
        for target in literals(targets):
            types = instance_types.members(target)
            targeted.update(type_.name for type_ in types)
            if override.launch_template is not None:
                yield override.launch_template, target, types
    if specification.launch_template is None or open_targets:
        return
    for name in names:
        left = tuple(type_ for type_ in instance_types.members(name) if type_.name not in targeted)
        yield specification.launch_template, name, left


@rule(
    "EFA-01",
    severity=ERROR,
    remedy="list only instance types with an Elastic Fabric Adapter, and no more adapters than each of them has",
    prevents="instances that EC2 refuses to start, and so jobs that wait in RUNNABLE",
)
def types_have_the_adapters(resources: ComputeResources) -> Iterator[Finding]:
    """All instance types of an environment must have the adapters that the launch template asks for."""
    for template, name, types in _templates(resources):
        adapters = adapters_of(template)
        problems = {why for type_ in types if (why := _missing(type_, adapters))} if adapters else set()
        if not problems:
            continue
        missing = sum(_missing(type_, adapters) is not None for type_ in types)
        if missing == len(types):
            message = f"{min(problems)} in {template.label}"
            yield Finding(resources, message, at="InstanceTypes")
        else:
            message = f"not all sizes of {name} have the adapters of {template.label}: {min(problems)}"
            yield Finding(resources, message, at="InstanceTypes", severity=WARNING)


def _missing(type_: InstanceType, adapters: list[NetworkInterface]) -> str | None:
    """Return the reason why an instance type does not have these adapters; ``None`` if it has them."""
    most, cards = type_.max_efa_interfaces, {card.index for card in type_.network_cards}
    if not most:
        return f"{type_.name} has no Elastic Fabric Adapter, got {len(adapters)}"
    if len(adapters) > most:
        return f"{type_.name} supports {most} Elastic Fabric Adapter{'' if most == 1 else 's'}, got {len(adapters)}"
    for index in literals(adapter.network_card_index for adapter in adapters):
        if cards and index not in cards:
            return f"{type_.name} has no network card {index}, got an adapter for it"
    return None


@rule(
    "EFA-02",
    severity=ERROR,
    remedy="add rules for all protocols from the security group to itself, one for incoming and one for outgoing traffic",
    prevents="nodes that cannot reach each other",
)
def security_group_allows_itself(template: LaunchTemplate, batch: BatchModel) -> Iterator[Finding]:
    """The security group of an adapter must allow all traffic from itself and to itself."""
    seen: set[frozenset[int]] = {frozenset()}
    for adapter in adapters_of(template):
        groups = adapter.groups
        # The largest types have 32 adapters, all with the same groups.
        key = frozenset(map(id, groups))
        if not groups.complete or key in seen or any(group.conditional for group in groups):
            continue
        seen.add(key)
        names = ", ".join(group.label for group in groups)
        for direction, way in (("in", "incoming"), ("out", "outgoing")):
            reach = _reach(batch, list(groups), direction)
            if reach is None:
                message = (
                    f"{names} must allow all {way} traffic of an Elastic Fabric Adapter, got no rule for it"
                )
                yield Finding(adapter, message, at="Groups")
            elif not reach:
                words = "from the group itself" if direction == "in" else "to the group itself"
                message = (
                    f"{names} must allow all traffic {words}, got a rule for addresses, which does not count"
                )
                yield Finding(adapter, message, at="Groups", severity=WARNING)


def _reach(batch: BatchModel, groups: list[SecurityGroup], direction: str) -> bool | None:
    """Return whether a rule allows all traffic between the groups, or only for addresses; ``None``: no rule does."""
    found: bool | None = None
    for group in groups:
        inline = group.ingress if direction == "in" else group.egress
        rules = batch.networks.ingress(group) if direction == "in" else batch.networks.egress(group)
        if not inline.complete:
            return True
        if direction == "out" and not rules:
            # EC2 adds a rule that allows all outgoing traffic to a group without outgoing rules.
            found = False
        member = "SourceSecurityGroupId" if direction == "in" else "DestinationSecurityGroupId"
        for each in rules:
            if is_known(each.protocol) and each.protocol != "-1":
                continue
            peer = each.raw(member)
            other = linked(each, peer, SecurityGroup)
            if not is_known(each.protocol) or other in groups or (other is None and peer is not None):
                return True
            if other is None:
                found = False
    return found


@rule(
    "EFA-03",
    severity=WARNING,
    remedy="give the environment a placement group with the strategy cluster",
    prevents="nodes that are far from each other, and so a slow network",
)
def instances_share_a_placement_group(resources: ComputeResources) -> Iterator[Finding]:
    """Instances with an Elastic Fabric Adapter should be in one cluster placement group."""
    template = resources.launch_template.launch_template
    if template is None or not adapters_of(template):
        return
    group, placement = resources.placement_group_resource, template.data.placement
    if group is not None and is_known(group.strategy) and group.strategy != "CLUSTER":
        message = f"the strategy of {group.label} should be cluster, got {group.strategy.lower()}"
        yield Finding(resources, message, at="PlacementGroup")
    # A capacity reservation determines the placement of its instances.
    elsewhere = placement.raw("GroupName"), placement.raw("GroupId"), template.data.raw(_RESERVATION)
    if resources.raw("PlacementGroup") is None and all(value is None for value in elsewhere):
        message = (
            f"instances with the adapters of {template.label} should be in one placement group, got none"
        )
        yield Finding(resources, message)
