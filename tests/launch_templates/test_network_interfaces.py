"""The network interfaces of every instance type with an Elastic Fabric Adapter."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.facts import instance_types as types
from batch_constructs.launch_templates.network_interfaces import (
    InterfaceType,
    NetworkInterface,
    efa_interfaces,
)

EFA_TYPES = [name for name in types.names() if (found := types.find(name)) and found.efa_supported]
# Counted by hand from AWS's pages about these types: adapters, and interfaces with and without an address.
PUBLISHED = {
    "c5n.18xlarge": (1, 1),
    "hpc6a.48xlarge": (1, 1),
    "hpc6id.32xlarge": (2, 2),
    "hpc7a.96xlarge": (2, 2),
    "p4d.24xlarge": (4, 4),
    "p5.4xlarge": (1, 1),
    "p5.48xlarge": (32, 32),
    "p5en.48xlarge": (16, 16),
    "p6-b200.48xlarge": (8, 8),
    "p6-b300.48xlarge": (16, 17),
    "trn1.32xlarge": (8, 8),
    "trn2.48xlarge": (16, 16),
}


def test_every_adapter_of_a_type_is_attached_where_its_cards_take_it() -> None:
    """Pain 12 (gardener#1832, eksctl#3467): count, card and device indices are right for each type with an adapter."""
    assert len(EFA_TYPES) > 300
    for name in EFA_TYPES:
        found = types.find(name)
        assert found is not None, name
        cards = {card.index: card for card in found.network_cards}
        interfaces = efa_interfaces(name)
        adapters = [each for each in interfaces if each.interface_type != InterfaceType.INTERFACE]

        assert len(adapters) == found.max_efa_interfaces, name
        # One for each card from the first one, and the primary interface has an address.
        assert [each.network_card_index for each in interfaces] == sorted(cards)[: len(interfaces)], name
        assert [each.primary for each in interfaces] == [True] + [False] * (len(interfaces) - 1), name
        assert interfaces[0].interface_type in {InterfaceType.EFA, InterfaceType.INTERFACE}, name
        for each in interfaces:
            card = cards[each.network_card_index]
            assert each.interface_type in card.interface_types, name
            assert each.device_index < card.max_interfaces, name
        # Only one interface uses an address of the subnet, since all cards allow adapters without one.
        assert {each.interface_type for each in interfaces[1:]} <= {InterfaceType.EFA_ONLY}, name


@pytest.mark.parametrize(("name", "counts"), PUBLISHED.items())
def test_the_counts_are_those_that_aws_publishes(name: str, counts: tuple[int, int]) -> None:
    """Adapters and interfaces of popular types are equal to AWS's pages, not derived from the data."""
    interfaces = efa_interfaces(name)
    adapters = [each for each in interfaces if each.interface_type != InterfaceType.INTERFACE]
    assert (len(adapters), len(interfaces)) == counts


def test_the_device_index_is_one_on_further_cards() -> None:
    """Device 0 of card 0 is the primary interface; interfaces of further cards are at device 1."""
    assert [(each.network_card_index, each.device_index) for each in efa_interfaces("p4d.24xlarge")] == [
        (0, 0),
        (1, 1),
        (2, 1),
        (3, 1),
    ]


def test_a_card_for_one_interface_has_device_0_only() -> None:
    """On hpc6id device 1 does not exist, and instances that ask for it never start (aws-parallelcluster#6089)."""
    assert [each.device_index for each in efa_interfaces("hpc6id.32xlarge")] == [0, 0]


def test_a_first_card_without_adapters_carries_the_address_only() -> None:
    """Card 0 of p6-b300 takes no adapter, and EC2 refuses one there (aws-parallelcluster#7143)."""
    first, *others = efa_interfaces("p6-b300.48xlarge")
    assert first.interface_type == InterfaceType.INTERFACE
    assert {each.interface_type for each in others} == {InterfaceType.EFA_ONLY}


@pytest.mark.parametrize(
    ("name", "message"),
    [("c7i.large", "has no Elastic Fabric Adapter"), ("z99.large", "have no 'z99.large'")],
)
def test_fails_when_there_is_no_answer(name: str, message: str) -> None:
    """Fails for types without an adapter, and for types that are missing from the data."""
    with pytest.raises(ValueError, match=message):
        efa_interfaces(name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"network_card_index": -1}, "must be at least 0"),
        ({"device_index": -1}, "must be at least 0"),
        ({"interface_type": InterfaceType.EFA_ONLY}, "must have an address"),
    ],
)
def test_fails_when_an_interface_is_impossible(arguments: dict[str, Any], message: str) -> None:
    """Fails when an index is negative or the primary interface has no address."""
    with pytest.raises(ValueError, match=message):
        NetworkInterface(**arguments)
