"""The EC2 instance types with their resources, families and bundles, and the nearest name to a misspelt one.

A type that is missing in the data is never an error: AWS adds new ones every month. ``find`` then returns ``None``,
``members`` an empty tuple, and rules report nothing. Guide: Compute Environment Parameters, Compute Resource AMIs,
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
"""The names that leave the choice to Batch, with the families of each."""

_CLOSE_ENOUGH = 0.75


class _Table:
    """The data file: for each column, a row has an index into the column's distinct values.

    Rows become objects on demand: a template names only a few of 1,400 types.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.source: str = content["source"]
        self.date: str = content["date"]
        self.families: dict[str, dict[str, Sequence[int]]] = content["families"]
        self.columns: dict[str, Sequence[Any]] = content["columns"]
        # Types of EC2 that are not offered to the account or Region of the data.
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


# The cache is bounded, since templates may have anything in place of a type.
@lru_cache(maxsize=4096)
def find(name: str) -> InstanceType | None:
    """Return the instance type of that exact name; ``None`` for families, bundles and unknown types."""
    family, _, size = name.partition(".")
    return _table().build(family, size)


@lru_cache(maxsize=1024)
def members(name: str) -> tuple[InstanceType, ...]:
    """Return the types that Batch may launch for one entry of ``instanceTypes``.

    Args:
        name: A type, a family or a bundle. A family means its sizes, from small to large and without bare metal, which
            Batch launches only if it is named; a bundle means its families.

    Returns:
        The types; empty for unknown names, and for families that have only bare metal.
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
    """Return whether the data have facts about the name; if not, an empty result of ``members`` means nothing."""
    return name in BUNDLES or name in _table().families or find(name) is not None


def is_known(name: str) -> bool:
    """Return whether the name is a type, a family or a bundle of EC2.

    For some, the data have only the name (``p3``, ``g4ad.xlarge``): ``find`` returns ``None`` for them.
    """
    table = _table()
    return has_facts(name) or name in table.names_only or name in table.families_only


def families() -> frozenset[str]:
    """Return all families with facts, including those that have only bare metal."""
    return frozenset(_table().families)


def names() -> tuple[str, ...]:
    """Return all instance types that ``find`` knows, family by family, from small to large."""
    return tuple(f"{family}.{size}" for family, sizes in _table().families.items() for size in sizes)


@cache
def sizes_in_mib() -> frozenset[int]:
    """Return the installed memory of all instance types."""
    return frozenset(_table().columns["memory_mib"])


def architectures_of(names: Iterable[str]) -> frozenset[Architecture]:
    """Return the architectures of these types, families and bundles.

    The few old types that also run 32-bit images count as x86_64 only, as Batch's images are 64-bit; unknown names
    are ignored. Batch refuses more than one architecture in an environment.
    """
    found = {
        architecture for name in names for type_ in members(name) for architecture in type_.architectures
    }
    return frozenset(found - {Architecture.I386} if Architecture.X86_64 in found else found)


@lru_cache(maxsize=256)
def closest(name: str) -> str | None:
    """Return the known type, family or bundle that a misspelt name most likely means; ``None`` if none is similar.

    Sizes of the same family come first, so that the answer to ``c6i.9xlarge`` is a size of ``c6i``.
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
    """Return `` (did you mean 'c7i.large'?)`` for an unknown name that is similar to a known one, else an empty string."""
    close = closest(name)
    return f" (did you mean {close!r}?)" if close not in {None, name} else ""


def metadata() -> tuple[str, str]:
    """Return the source of the data, and its day as ``YYYY-MM-DD``."""
    return _table().source, _table().date
