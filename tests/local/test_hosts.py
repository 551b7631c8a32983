"""The hosts of an environment: which of them a job gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs.local.engine import Environment, Host, Hosts, Need

NEEDS = st.builds(Need, vcpus=st.integers(1, 4), memory=st.integers(0, 4), gpus=st.integers(0, 1))


def fits(host: Host, need: Need) -> bool:
    return host.vcpus >= need.vcpus and host.memory >= need.memory and host.gpus >= need.gpus


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(0, 1)), max_size=6), st.data())
def test_a_host_is_found_whenever_one_has_room(
    rooms: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    """It has room, and no other one that has room has fewer vCPUs free, whatever was taken and given back before."""
    all_hosts = [Host(f"i-{number}", *room) for number, room in enumerate(rooms)]
    hosts = Hosts(all_hosts)
    taken: list[tuple[Host, Need]] = []
    for need in data.draw(st.lists(NEEDS, max_size=30)):
        if data.draw(st.booleans()) and taken:
            host, earlier = taken.pop(data.draw(st.integers(0, len(taken) - 1)))
            host.give_back(earlier)
        least = min((each.vcpus for each in all_hosts if fits(each, need)), default=None)
        found = hosts.best(need)
        assert least == (found.vcpus if found else None)
        if found:
            assert fits(found, need)
            found.take(need)
            taken.append((found, need))


@pytest.mark.parametrize(("fullest", "expected"), [(True, "small"), (False, "large")])
def test_the_fullest_or_the_emptiest_host_is_taken(fullest: bool, expected: str) -> None:
    """A host without enough memory is no choice."""
    hosts = Hosts([Host("large", 8, 100), Host("small", 2, 100), Host("tight", 1, 1)])
    found = hosts.best(Need(vcpus=1, memory=50), fullest=fullest)
    assert found is not None
    assert found.id == expected


def test_two_nodes_do_not_share_a_host_of_amazon_ec2() -> None:
    """The second node gets another host, although the first one has room; without one there is no place."""
    environment = Environment("e", hosts=Hosts([Host("a", 8, 100, exclusive=True)]))
    assert environment.place([Need(), Need()]) is None
    environment.hosts.append(Host("b", 16, 100, exclusive=True))
    found = environment.place([Need(), Need()])
    assert found is not None
    assert [each.id for each in found] == ["a", "b"]


def test_a_host_that_is_gone_takes_nothing() -> None:
    """A host that two environments share is removed from one of them only."""
    host = Host("a", 8, 100)
    first, second = Hosts([host]), Hosts([host])
    host.take(Need())
    first.remove(host)
    host.give_back(Need())
    assert (first.best(Need()), len(first), host in first) == (None, 0, False)
    assert second.best(Need()) is host


def test_what_one_environment_takes_another_one_lacks() -> None:
    """A host that two environments share has its room once."""
    host = Host("a", 2, 100)
    first, second = Environment("1", hosts=Hosts([host])), Environment("2", hosts=Hosts([host]))
    assert first.place_one(Need(vcpus=2)) is host
    assert second.place_one(Need(vcpus=1)) is None
    first.release(host, Need(vcpus=2))
    assert second.place_one(Need(vcpus=1)) is host
