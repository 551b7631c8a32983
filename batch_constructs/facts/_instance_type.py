"""Value objects that describe EC2 instance types; ``instance_types`` finds them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Architecture(StrEnum):
    """The architectures of processors, in EC2's words.

    Guide: Compute Resource AMIs; Job Definition Parameters (runtimePlatform).
    """

    X86_64 = "x86_64"
    ARM64 = "arm64"
    I386 = "i386"
    ARM64_MAC = "arm64_mac"
    X86_64_MAC = "x86_64_mac"


class Hypervisor(StrEnum):
    """The hypervisors of instances."""

    NITRO = "nitro"
    XEN = "xen"


class UsageClass(StrEnum):
    """The ways to buy an instance type."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"
    CAPACITY_BLOCK = "capacity-block"


class InterfaceType(StrEnum):
    """The interfaces of a network card: with IP addresses, with IP addresses and EFA, or with EFA only.

    Guide: Elastic Fabric Adapter.
    """

    INTERFACE = "interface"
    EFA = "efa"
    EFA_ONLY = "efa-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One kind of GPU of an instance type; ``memory_mib`` is the memory of each GPU.

    For a fractional GPU, ``physical_count`` is 0 and ``count`` is 1: the driver shows it as one.
    """

    count: int
    physical_count: int
    manufacturer: str
    model: str
    memory_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronDevice:
    """One kind of Inferentia or Trainium device; ``cores`` and ``memory_mib`` are those of each device."""

    count: int
    cores: int
    model: str
    memory_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCard:
    """A network card, with the maximum number and the types of its interfaces."""

    index: int
    max_interfaces: int
    interface_types: tuple[InterfaceType, ...]

    @property
    def efa_supported(self) -> bool:
        """Return whether an ``efa`` interface can be attached here."""
        return InterfaceType.EFA in self.interface_types


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceStore:
    """The local disks of an instance, which are lost with it; sizes in decimal gigabytes."""

    total_gb: int
    disk_count: int
    disk_type: str
    nvme: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceType:
    """An EC2 instance type.

    Attributes:
        name: Family, dot, size.
        vcpus: vCPUs with the default number of threads per core.
        memory_mib: Installed memory; jobs get less (``facts.memory``).
        architectures: Its architectures; several only for types that also run 32-bit images.
        gpus: Kinds of GPU; empty for most types.
        neuron_devices: Kinds of Inferentia and Trainium devices.
        network_cards: Network cards by index; the first has the primary interface.
        max_efa_interfaces: 0 if it has no Elastic Fabric Adapter.
        ipv4_per_interface: The maximum number of IPv4 addresses of an interface.
        instance_store: Local disks; ``None`` if it has EBS only.
        hypervisor: ``None`` on bare metal.
        bare_metal: Whether it is bare metal, which Batch never picks from a family.
        current_generation: Whether AWS lists it as current generation.
        usage_classes: The ways to buy it.
        placement_strategies: The kinds of placement groups that accept it: ``cluster``, ``partition``, ``spread``.
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
        """The family: the part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def size(self) -> str:
        """The size: the part of the name after the dot."""
        return self.name.partition(".")[2]

    @property
    def gpu_count(self) -> int:
        """The number of GPUs that the driver shows."""
        return sum(gpu.count for gpu in self.gpus)

    @property
    def neuron_core_count(self) -> int:
        """The number of Neuron cores."""
        return sum(device.count * device.cores for device in self.neuron_devices)

    @property
    def efa_supported(self) -> bool:
        """Return whether the type has an Elastic Fabric Adapter."""
        return self.max_efa_interfaces > 0

    @property
    def max_interfaces(self) -> int:
        """The maximum number of network interfaces on all cards."""
        return sum(card.max_interfaces for card in self.network_cards)

    @property
    def spot_supported(self) -> bool:
        """Return whether it can be bought as Spot capacity."""
        return UsageClass.SPOT in self.usage_classes
