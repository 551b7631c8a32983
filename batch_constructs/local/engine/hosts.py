"""Hosts, and the host that has room for a job: found by the rooms that differ, not by a look at each host."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from batch_constructs.local.engine.jobs import Attempt
    from batch_constructs.local.engine.work import Need

Room = tuple[float, float, int]
"""The free vCPUs, memory in MiB and GPUs of a host."""


@dataclass(slots=True, eq=False)
class Host:
    """An instance, a Fargate task's place, or this machine.

    Only `take` and `give_back` change what is free: they keep the hosts of its environments in order.

    Attributes:
        id: The instance's id.
        vcpus: The vCPUs that are free.
        memory: The memory that is free, in MiB.
        gpus: The GPUs that are free.
        exclusive: Whether a node of a multi-node job needs the whole host, as on Amazon EC2.
        attempts: The attempts that have a place there, in the order of their starts.
    """

    id: str
    vcpus: float
    memory: float
    gpus: int = 0
    exclusive: bool = False
    attempts: dict[Attempt, None] = field(default_factory=dict, repr=False)
    _members_of: list[Hosts] = field(default_factory=list, repr=False)

    def take(self, need: Need) -> None:
        """Reserve what a job needs."""
        self.vcpus -= need.vcpus
        self.memory -= need.memory
        self.gpus -= need.gpus
        for hosts in self._members_of:
            hosts.changed[self] = None

    def give_back(self, need: Need) -> None:
        """Free what a job needed."""
        self.vcpus += need.vcpus
        self.memory += need.memory
        self.gpus += need.gpus
        for hosts in self._members_of:
            hosts.changed[self] = None

    def join(self, hosts: Hosts) -> None:
        """Keep some hosts informed about the room of this one."""
        self._members_of.append(hosts)

    def leave(self, hosts: Hosts) -> None:
        """Inform these hosts no longer."""
        self._members_of.remove(hosts)


class Hosts:
    """The hosts of a compute environment, grouped by their room.

    Hosts of the same type with the same jobs have the same room. So there are far fewer rooms than hosts, and a search
    for a place goes through the rooms.

    Attributes:
        changed: The hosts whose room may have changed since the last search.
    """

    def __init__(self, hosts: Iterable[Host] = ()) -> None:
        self.changed: dict[Host, None] = {}
        # Each host with the room under which it is found.
        self._found_at: dict[Host, Room] = {}
        self._by_room: dict[Room, dict[Host, None]] = {}
        # The rooms in ascending order, so that the first that fits leaves the least vCPUs free.
        self._rooms: list[Room] = []
        for host in hosts:
            self.append(host)

    def __iter__(self) -> Iterator[Host]:
        return iter(self._found_at)

    def __len__(self) -> int:
        return len(self._found_at)

    def __contains__(self, host: object) -> bool:
        return host in self._found_at

    def append(self, host: Host) -> None:
        """Add a host; several environments may have the same one."""
        self._put(host, (host.vcpus, host.memory, host.gpus))
        host.join(self)

    def remove(self, host: Host) -> None:
        """Remove a host.

        Raises:
            KeyError: It is not one of these.
        """
        self._drop(host, self._found_at.pop(host))
        self.changed.pop(host, None)
        host.leave(self)

    def best(self, need: Need, taken: Collection[Host] = (), *, fullest: bool = True) -> Host | None:
        """Return a host that has room for a need, or ``None``.

        Args:
            need: What a job reserves.
            taken: The hosts of other nodes of the same job; one that is exclusive is passed over.
            fullest: Take a host that has the least vCPUs free, so that others stay free for larger jobs; otherwise
                one that has the most.
        """
        if self.changed:
            self._follow()
        rooms = self._rooms
        fitting = range(bisect_left(rooms, (need.vcpus,)), len(rooms))
        for index in fitting if fullest else reversed(fitting):
            room = rooms[index]
            if room[1] < need.memory or room[2] < need.gpus:
                continue
            for host in self._by_room[room]:
                if not (taken and host.exclusive and host in taken):
                    return host
        return None

    def _follow(self) -> None:
        """Group the hosts that have changed by the room that they have now."""
        for host in self.changed:
            room, before = (host.vcpus, host.memory, host.gpus), self._found_at[host]
            # Often the next job has taken what the last one gave back.
            if room != before:
                self._drop(host, before)
                self._put(host, room)
        self.changed.clear()

    def _put(self, host: Host, room: Room) -> None:
        self._found_at[host] = room
        group = self._by_room.get(room)
        if group is None:
            self._by_room[room] = {host: None}
            insort(self._rooms, room)
        else:
            group[host] = None

    def _drop(self, host: Host, room: Room) -> None:
        group = self._by_room[room]
        del group[host]
        if not group:
            del self._by_room[room]
            del self._rooms[bisect_left(self._rooms, room)]
