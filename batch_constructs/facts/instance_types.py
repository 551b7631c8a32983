"""The EC2 instance types: what each offers to a job, families, bundles, and the nearest name to a misspelt one.

A type that the data do not know is never an error: AWS has new ones every month. ``find`` answers ``None`` then,
``members`` the empty tuple, and a rule stays silent. Chapters: Compute Environment Parameters, Compute Resource AMIs,
GPU Jobs, Elastic Fabric Adapter, Compute Resource Memory Management.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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


class Architecture(StrEnum):
    """What a processor runs, in EC2's words."""

    X86_64 = "x86_64"
    ARM64 = "arm64"
    I386 = "i386"
    ARM64_MAC = "arm64_mac"
    X86_64_MAC = "x86_64_mac"


class Hypervisor(StrEnum):
    """What stands between the instance and the machine."""

    NITRO = "nitro"
    XEN = "xen"


class UsageClass(StrEnum):
    """How an instance type can be bought."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"
    CAPACITY_BLOCK = "capacity-block"


class InterfaceType(StrEnum):
    """What can be attached to a network card: with IP addresses, with both, or for the fabric only."""

    INTERFACE = "interface"
    EFA = "efa"
    EFA_ONLY = "efa-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One kind of GPU of an instance type; ``memory_mib`` is that of each.

    A fractional GPU counts 0 as ``physical_count`` and 1 as ``count``: the driver shows it as one.
    """

    count: int
    physical_count: int
    manufacturer: str
    model: str
    memory_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronDevice:
    """One kind of Inferentia or Trainium device; ``cores`` and ``memory_mib`` are those of each."""

    count: int
    cores: int
    model: str
    memory_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCard:
    """A network card, the interfaces that it takes at most, and of which types."""

    index: int
    max_interfaces: int
    interface_types: tuple[InterfaceType, ...]

    @property
    def efa_supported(self) -> bool:
        """Whether an ``efa`` interface can be attached here."""
        return InterfaceType.EFA in self.interface_types


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceStore:
    """The disks that come with the instance and go with it; sizes in decimal gigabytes."""

    total_gb: int
    disk_count: int
    disk_type: str
    nvme: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceType:
    """What an instance type offers.

    Attributes:
        name: family, dot, size.
        vcpus: with the default number of threads per core.
        memory_mib: installed memory; jobs get less (``facts.memory``).
        architectures: several for the few types that also run 32-bit images.
        gpus: kinds of GPU; empty for most.
        neuron_devices: kinds of Inferentia and Trainium devices.
        network_cards: by index; the first carries the primary interface.
        max_efa_interfaces: 0 where there is no Elastic Fabric Adapter.
        ipv4_per_interface: IPv4 addresses that one interface can have.
        instance_store: ``None`` where there is only EBS.
        hypervisor: ``None`` on bare metal.
        bare_metal: Batch never picks such a size from a family.
        current_generation: whether AWS still counts it so.
        usage_classes: how it can be bought.
        placement_strategies: the placement groups that take it: ``cluster``, ``partition``, ``spread``.
    """

    name: str
    vcpus: int
    memory_mib: int
    architectures: tuple[Architecture, ...]
    gpus: tuple[Gpu, ...]
    neuron_devices: tuple[NeuronDevice, ...]
    network_cards: tuple[NetworkCard, ...]
    max_efa_interfaces: int
    ipv4_per_interface: int
    instance_store: InstanceStore | None
    hypervisor: Hypervisor | None
    bare_metal: bool
    current_generation: bool
    usage_classes: tuple[UsageClass, ...]
    placement_strategies: tuple[str, ...]

    @property
    def family(self) -> str:
        """What stands before the dot."""
        return self.name.partition(".")[0]

    @property
    def size(self) -> str:
        """What stands behind the dot."""
        return self.name.partition(".")[2]

    @property
    def gpu_count(self) -> int:
        """All GPUs that the driver shows."""
        return sum(gpu.count for gpu in self.gpus)

    @property
    def neuron_core_count(self) -> int:
        """All Neuron cores."""
        return sum(device.count * device.cores for device in self.neuron_devices)

    @property
    def efa_supported(self) -> bool:
        """Whether the type has an Elastic Fabric Adapter."""
        return self.max_efa_interfaces > 0

    @property
    def max_interfaces(self) -> int:
        """The network interfaces of all cards together."""
        return sum(card.max_interfaces for card in self.network_cards)

    @property
    def spot_supported(self) -> bool:
        """Whether it can be bought as Spot capacity."""
        return UsageClass.SPOT in self.usage_classes


class _Table:
    """The data file: a row holds, column by column, an index into the column's distinct values.

    Rows become objects when they are asked for: a template names a handful of 1,400 types.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.source: str = content["source"]
        self.date: str = content["date"]
        self.families: dict[str, dict[str, Sequence[int]]] = content["families"]
        self._columns: dict[str, Sequence[Any]] = content["columns"]

    def build(self, family: str, size: str) -> InstanceType | None:
        row = self.families.get(family, {}).get(size)
        if row is None:
            return None
        raw = {
            column: values[index] for (column, values), index in zip(self._columns.items(), row, strict=True)
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


def is_known(name: str) -> bool:
    """Whether the name is a type, a family or a bundle that the data know."""
    return name in BUNDLES or name in _table().families or find(name) is not None


def families() -> frozenset[str]:
    """All families, also those that have only bare metal."""
    return frozenset(_table().families)


def names() -> tuple[str, ...]:
    """All instance types, family by family, from small to large."""
    return tuple(f"{family}.{size}" for family, sizes in _table().families.items() for size in sizes)


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
    candidates = names() if dot else (*BUNDLES, *table.families, *names())
    near = get_close_matches(word, candidates, n=1, cutoff=_CLOSE_ENOUGH)
    return near[0] if near else None


def metadata() -> tuple[str, str]:
    """Where the data come from, and the day as ``YYYY-MM-DD``."""
    return _table().source, _table().date
