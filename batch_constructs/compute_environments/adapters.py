"""The Elastic Fabric Adapters that the instance types of an environment have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from batch_constructs._border.tokens import known
from batch_constructs.facts import instance_types as types
from batch_constructs.launch_templates.network_interfaces import interfaces_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs._border.problems import Problems
    from batch_constructs.facts.instance_types import InstanceType
    from batch_constructs.launch_templates.network_interfaces import NetworkInterface

__all__ = ["Layouts", "check_adapters", "check_layouts", "layouts_of", "may_cluster"]

Layouts: TypeAlias = "dict[tuple[NetworkInterface, ...], list[str]]"


def _members(instance_types: Sequence[str]) -> list[InstanceType]:
    return [each for name in instance_types if known(name) for each in types.members(name)]


def may_cluster(instance_types: Sequence[str]) -> bool:
    """Return whether all these types may be in a cluster placement group, as far as is known."""
    return all("cluster" in each.placement_strategies for each in _members(instance_types))


def layouts_of(instance_types: Sequence[str]) -> Layouts:
    """Return the network interfaces that give the types all their adapters, each with the types that they suit."""
    layouts: Layouts = {}
    for each in _members(instance_types):
        if each.efa_supported:
            layouts.setdefault(interfaces_of(each), []).append(each.name)
    return layouts


def check_adapters(problems: Problems, instance_types: Sequence[str]) -> None:
    """Add a problem if types have no adapter, and name those of their family that have one."""
    names = [name for name in instance_types if known(name)]
    without = [name for name in names if any(not each.efa_supported for each in types.members(name))]
    problems.check(
        not without,
        "instance_types must have an Elastic Fabric Adapter, got " + " and ".join(map(_without, without)),
    )


def _without(name: str) -> str:
    if name in types.BUNDLES:
        return f"{name}: name types instead"
    family = name.partition(".")[0]
    sizes = [each for each in types.names() if each.partition(".")[0] == family]
    having = [each for each in sizes if (found := types.find(each)) and found.efa_supported]
    among = f"only {' and '.join(having)} {'has' if len(having) == 1 else 'have'}" if having else "none has"
    return f"{name}, of whose family {among} one"


def check_layouts(problems: Problems, layouts: Layouts) -> None:
    """Add a problem if no single launch template suits the types, since their network cards differ."""
    problems.check(
        len(layouts) <= 1,
        "instance_types must have the same network cards, got "
        + " and ".join(
            f"{', '.join(names)} for {len(interfaces)} network interface{'s' * (len(interfaces) > 1)}"
            for interfaces, names in layouts.items()
        )
        + ": make one environment for each, or give network_interfaces that suit all",
    )
