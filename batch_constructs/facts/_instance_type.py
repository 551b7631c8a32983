"""What an EC2 instance type offers to a job, as value objects. ``instance_types`` finds them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Architecture(StrEnum):
    """What a processor runs, in EC2's words.

    Guide: Compute Resource AMIs; Job Definition Parameters (runtimePlatform).
    """

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
    """What can be attached to a network card: with IP addresses, with both, or for the fabric only.

    Guide: Elastic Fabric Adapter.
    """

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
