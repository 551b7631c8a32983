"""Elastic Fabric Adapters in launch templates: instance types, security groups, placement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.proofs import Question, Verdict
from batch_constructs.assembly.reach import End, Hop, Kind, Traffic, meet
from batch_constructs.assembly.template import is_known, is_one_of, literals
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


_EVERYTHING = Traffic(0, 65_535, "-1")


def _ends(template: LaunchTemplate) -> Iterator[End]:
    """Yield the adapters of a launch template as ends of a connection, once for each set of security groups."""
    seen: set[frozenset[int]] = {frozenset()}
    for adapter in adapters_of(template):
        groups = adapter.groups
        # The largest types have 32 adapters, all with the same groups.
        key = frozenset(map(id, groups))
        if groups.complete and key not in seen and not any(group.conditional for group in groups):
            seen.add(key)
            yield End(label="the group itself", where=adapter, at="Groups", groups=groups, only_groups=True)


def _asks(template: LaunchTemplate, batch: BatchModel) -> Iterator[Question]:
    for end in _ends(template):
        yield Question(
            "can adapters with the same groups reach each other by all protocols?",
            meet(batch, end, _EVERYTHING),
        )


@rule(
    "EFA-02",
    severity=ERROR,
    remedy="add rules for all protocols from the security group to itself, one for incoming and one for outgoing traffic",
    prevents="nodes that cannot reach each other",
    asks=_asks,
)
def security_group_allows_itself(template: LaunchTemplate, batch: BatchModel) -> Iterator[Finding]:
    """The security group of an adapter must allow all traffic from itself and to itself."""
    for end in _ends(template):
        answer = meet(batch, end, _EVERYTHING)
        by_address = meet(batch, replace(end, only_groups=False), _EVERYTHING)
        for step, other in zip(answer.steps, by_address.steps, strict=True):
            if not isinstance(step, Hop) or step.verdict is not Verdict.NO:
                continue
            way, word = ("outgoing", "to") if step.kind is Kind.EGRESS else ("incoming", "from")
            message = (
                f"{step.place} must allow all {way} traffic of an Elastic Fabric Adapter, got no rule for it"
            )
            severity = ERROR
            if other.verdict is not Verdict.NO:
                message = f"{step.place} must allow all traffic {word} the group itself, got a rule for addresses, which does not count"
                severity = WARNING
            yield Finding(end.where, message, at=end.at, severity=severity, proof=answer)


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
