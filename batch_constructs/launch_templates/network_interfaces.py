"""The network interfaces of instances with an Elastic Fabric Adapter, by instance type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs.facts import instance_types as types
from batch_constructs.facts.instance_types import InterfaceType

if TYPE_CHECKING:
    from batch_constructs.facts.instance_types import InstanceType, NetworkCard

__all__ = ["InterfaceType", "NetworkInterface", "efa_interfaces", "interfaces_of"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface:
    """A network interface that instances start with.

    Attributes:
        network_card_index: The index of the network card, from 0; by default 0.
        device_index: The index of the device on that card, from 0; by default 0. The primary interface has 0 on card 0.
        interface_type: Whether it has an address, an adapter for the fabric, or both. By default both: ``efa``.

    Raises:
        ValueError: an index is negative, or the primary interface would have no address.

    Guide: Elastic Fabric Adapter.
    """

    network_card_index: int = 0
    device_index: int = 0
    interface_type: InterfaceType = InterfaceType.EFA

    def __post_init__(self) -> None:
        if min(self.network_card_index, self.device_index) < 0:
            raise ValueError(
                "network_card_index and device_index must be at least 0, got "
                f"{self.network_card_index} and {self.device_index}"
            )
        if self.primary and self.interface_type == InterfaceType.EFA_ONLY:
            raise ValueError(
                "the primary network interface (card 0, device 0) must have an address, got efa-only: "
                "make it efa or interface"
            )

    @property
    def primary(self) -> bool:
        """Return whether this is the interface by which the instance reaches AWS."""
        return self.network_card_index == self.device_index == 0


@checked
def efa_interfaces(instance_type: str) -> tuple[NetworkInterface, ...]:
    """Return the interfaces that give an instance type all its Elastic Fabric Adapters and one address.

    The primary interface has the first adapter, if its network card takes one. Each further card gets an interface
    for the fabric only: it uses no address of the subnet, and does not disturb the routes of Linux.

    Args:
        instance_type: The type, such as ``"p5.48xlarge"``.

    Returns:
        One interface for each card that takes an adapter, ordered by card; the primary interface first.

    Raises:
        ValueError: the type has no adapter, or is not in the instance data.

    Guide: Elastic Fabric Adapter.
    """
    found = types.find(instance_type)
    if found is None:
        raise ValueError(
            f"the instance data of {types.metadata()[1]} have no {instance_type!r}: write its NetworkInterfaces"
        )
    if not found.efa_supported:
        raise ValueError(f"{instance_type} has no Elastic Fabric Adapter")
    return interfaces_of(found)


def interfaces_of(instance_type: InstanceType) -> tuple[NetworkInterface, ...]:
    """Return the interfaces of `efa_interfaces` for a type that has an adapter.

    Args:
        instance_type: The type.
    """
    first, *others = sorted(instance_type.network_cards, key=lambda card: card.index)
    primary = InterfaceType.EFA if first.efa_supported else InterfaceType.INTERFACE
    left = instance_type.max_efa_interfaces - first.efa_supported
    further = [card for card in others if card.efa_supported][:left]
    return (
        NetworkInterface(network_card_index=first.index, device_index=0, interface_type=primary),
        *(_further(card) for card in further),
    )


def _further(card: NetworkCard) -> NetworkInterface:
    fabric_only = InterfaceType.EFA_ONLY in card.interface_types
    return NetworkInterface(
        network_card_index=card.index,
        # A card that takes one interface has no device 1; EC2 would refuse to start the instance.
        device_index=min(1, card.max_interfaces - 1),
        interface_type=InterfaceType.EFA_ONLY if fabric_only else InterfaceType.EFA,
    )
