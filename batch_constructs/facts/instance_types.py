"""The EC2 instance types: what each offers to a job, families, bundles, and the nearest name to a misspelt one.

A type that the data do not know is never an error: AWS has new ones every month. ``find`` answers ``None`` then,
``members`` the empty tuple, and a rule stays silent. Chapters: Compute Environment Parameters, Compute Resource AMIs,
GPU Jobs, Elastic Fabric Adapter, Compute Resource Memory Management.
"""

from __future__ import annotations

from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import load
from batch_constructs.facts._instance_type import (
    Architecture,
    Gpu,
    Hypervisor,
    InstanceStore,
    InstanceType,
    InterfaceType,
    NetworkCard,
    NeuronDevice,
    UsageClass,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "BUNDLES",
    "Architecture",
    "Gpu",
    "Hypervisor",
    "InstanceStore",
    "InstanceType",
    "InterfaceType",
    "NetworkCard",
    "NeuronDevice",
    "UsageClass",
    "architectures_of",
    "closest",
    "families",
    "find",
    "has_facts",
    "is_known",
    "members",
    "metadata",
    "names",
    "sizes_in_mib",
]

DATA_FILE = "instance_types.json.gz"

# "optimal" has meant the same as default_x86_64 since 2025-11-01.
_X86_64_FAMILIES = ("m6i", "c6i", "r6i", "c7i")
BUNDLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "optimal": _X86_64_FAMILIES,
        "default_x86_64": _X86_64_FAMILIES,
        "default_arm64": ("m6g", "c6g", "r6g", "c7g"),
    }
)
"""The names that leave the choice to Batch, with the families that each stands for."""

_CLOSE_ENOUGH = 0.75


class _Table:
    """The data file: a row holds, column by column, an index into the column's distinct values.

    Rows become objects when they are asked for: a template names a handful of 1,400 types.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.source: str = content["source"]
        self.date: str = content["date"]
        self.families: dict[str, dict[str, Sequence[int]]] = content["families"]
        self.columns: dict[str, Sequence[Any]] = content["columns"]
        # EC2 has these, but the region or account that was asked is not offered them.
        self.names_only = frozenset(content["names_only"])
        self.families_only = frozenset(name.partition(".")[0] for name in self.names_only).difference(
            self.families
        )

    def build(self, family: str, size: str) -> InstanceType | None:
        row = self.families.get(family, {}).get(size)
        if row is None:
            return None
        raw = {
            column: values[index] for (column, values), index in zip(self.columns.items(), row, strict=True)
        }
        store, hypervisor = raw["instance_store"], raw["hypervisor"]
        return InstanceType(
            name=f"{family}.{size}",
            vcpus=raw["vcpus"],
            memory_mib=raw["memory_mib"],
            architectures=tuple(map(Architecture, raw["architectures"])),
            gpus=tuple(Gpu(**gpu) for gpu in raw["gpus"]),
            neuron_devices=tuple(NeuronDevice(**device) for device in raw["neuron_devices"]),
            network_cards=tuple(
                NetworkCard(
                    index=index, max_interfaces=count, interface_types=tuple(map(InterfaceType, kinds))
                )
                for index, count, kinds in raw["network_cards"]
            ),
            max_efa_interfaces=raw["max_efa_interfaces"],
            ipv4_per_interface=raw["ipv4_per_interface"],
            instance_store=None if store is None else InstanceStore(**store),
            hypervisor=None if hypervisor is None else Hypervisor(hypervisor),
            bare_metal=raw["bare_metal"],
            current_generation=raw["current_generation"],
            usage_classes=tuple(map(UsageClass, raw["usage_classes"])),
            placement_strategies=tuple(raw["placement_strategies"]),
        )


@cache
def _table() -> _Table:
    return _Table(load(DATA_FILE))


# Bounded, since checks also look up what strangers' templates have in the place of a type.
@lru_cache(maxsize=4096)
def find(name: str) -> InstanceType | None:
    """The instance type of that exact name; ``None`` for families, bundles and what the data do not know."""
    family, _, size = name.partition(".")
    return _table().build(family, size)


@lru_cache(maxsize=1024)
def members(name: str) -> tuple[InstanceType, ...]:
    """What Batch may launch for one entry of ``instanceTypes``.

    Args:
        name: a type stands for itself; a family for its sizes, from small to large and without bare metal, which
            Batch launches only when it is named; a bundle for the families behind it.

    Returns:
        Empty when the data do not know the name, and for families that have only bare metal.
    """
    if name in BUNDLES:
        return tuple(member for family in BUNDLES[name] for member in members(family))
    sizes = _table().families.get(name)
    if sizes is None:
        exact = find(name)
        return () if exact is None else (exact,)
    types = (find(f"{name}.{size}") for size in sizes)
    return tuple(type_ for type_ in types if type_ is not None and not type_.bare_metal)


def has_facts(name: str) -> bool:
    """Whether ``members`` answers for the name: where it does not, nothing may be concluded from its silence."""
    return name in BUNDLES or name in _table().families or find(name) is not None


def is_known(name: str) -> bool:
    """Whether the name is a type, a family or a bundle that EC2 has.

    Of some, the data know no more than the name (``p3``, ``g4ad.xlarge``): ``find`` answers ``None`` for them.
    """
    table = _table()
    return has_facts(name) or name in table.names_only or name in table.families_only


def families() -> frozenset[str]:
    """All families of which the data know more than the name, also those that have only bare metal."""
    return frozenset(_table().families)


def names() -> tuple[str, ...]:
    """All instance types that ``find`` knows, family by family, from small to large."""
    return tuple(f"{family}.{size}" for family, sizes in _table().families.items() for size in sizes)


@cache
def sizes_in_mib() -> frozenset[int]:
    """Every amount of memory that some instance type has installed."""
    return frozenset(_table().columns["memory_mib"])


def architectures_of(names: Iterable[str]) -> frozenset[Architecture]:
    """The architectures that a job can meet on these types, families and bundles.

    The few old types that also run 32-bit images count as x86_64 only, as Batch's images are 64-bit; unknown names
    contribute nothing. More than one element is what Batch refuses in an environment.
    """
    found = {
        architecture for name in names for type_ in members(name) for architecture in type_.architectures
    }
    return frozenset(found - {Architecture.I386} if Architecture.X86_64 in found else found)


@lru_cache(maxsize=256)
def closest(name: str) -> str | None:
    """The known type, family or bundle that a misspelt name most likely means; ``None`` when none is near.

    Sizes of the same family come first, so that ``c6i.9xlarge`` is answered with a size of ``c6i``.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error message

    word = name.strip().lower()
    family, dot, size = word.partition(".")
    if is_known(word):
        return word
    table = _table()
    if family in table.families and dot:
        near = get_close_matches(size, table.families[family], n=1, cutoff=0.6)
        if near:
            return f"{family}.{near[0]}"
    types = (*names(), *table.names_only)
    candidates = types if dot else (*BUNDLES, *table.families, *table.families_only, *types)
    near = get_close_matches(word, candidates, n=1, cutoff=_CLOSE_ENOUGH)
    return near[0] if near else None


def nearest(name: str) -> str:
    """`` (did you mean 'c7i.large'?)`` for an unknown name that is near a known one, else nothing."""
    close = closest(name)
    return f" (did you mean {close!r}?)" if close not in {None, name} else ""


def metadata() -> tuple[str, str]:
    """Where the data come from, and the day as ``YYYY-MM-DD``."""
    return _table().source, _table().date
