"""The hops of a path through a network, and its two ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from batch_constructs.assembly.proofs import Step
from batch_constructs.assembly.template import Items
from batch_constructs.assembly.template.resources.networks import SecurityGroup, Vpc

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.template import View
    from batch_constructs.assembly.template.resources.networks import Subnet

Group: TypeAlias = SecurityGroup | Vpc
"""A security group; a VPC is its own default group."""


class Kind(StrEnum):
    """The kinds of hops."""

    EGRESS = "egress"
    """The security groups at the start."""
    INGRESS = "ingress"
    """The security groups at the destination."""
    ACL = "acl"
    """A network ACL."""
    ROUTE = "route"
    """The subnet's route table, or the endpoints that its VPC lacks."""
    GATEWAY = "gateway"
    """A gateway that a route names."""
    ADDRESS = "address"
    """The public IP address that an internet gateway needs."""
    DNS = "dns"
    """The names of an endpoint."""
    POLICY = "policy"
    """The policy of an endpoint."""
    TARGET = "target"
    """The destination itself, such as a file system without mount targets."""


@dataclass(frozen=True, slots=True)
class Hop(Step):
    """One hop of a path.

    Attributes:
        kind: its kind, by which a rule selects the hops that it reports.
        where: the structure that lets the traffic pass or stops it.
        at: the member below ``where``.
    """

    kind: Kind
    where: View
    at: str = ""

    @property
    def sentence(self) -> str:
        """The hop in words: ``Gateway is not attached to Vpc``."""
        return f"{self.place} {self.says}"


def hop(kind: Kind, verdict: Verdict, where: View, says: str, at: str = "", place: str = "") -> Hop:
    """Return a hop; its place is the label of the resource unless ``place`` says otherwise."""
    return Hop(place or where.home.label, says, verdict, kind, where, at)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Packets of one protocol to a range of ports.

    Attributes:
        low: the first port.
        high: the last port.
        protocol: ``tcp``, or ``-1`` for every protocol.
    """

    low: int
    high: int
    protocol: str = "tcp"

    def __str__(self) -> str:
        """Return the traffic in words: ``TCP port 443``."""
        if self.protocol == "-1":
            return "all traffic"
        ports = f"port {self.low}" if self.low == self.high else f"ports {self.low} to {self.high}"
        return f"{self.protocol.upper()} {ports}"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a connection, as security groups and network ACLs see it.

    Attributes:
        label: its name in questions: ``instances of Compute``.
        where: the structure that names its security groups.
        at: the member with them.
        groups: its security groups, as far as they are known.
        subnet: the subnet that it is in; ``None`` if that is unknown, or it is outside.
        vpc: the VPC that it is in; ``None`` likewise.
        blocks: the addresses that it may have; none if they are unknown.
        public: whether it is outside the VPC, such as the endpoint of a service on the internet.
        only_ipv4: whether it certainly does not use IPv6.
        only_groups: whether only rules that name a security group count, as for Elastic Fabric Adapters.
    """

    label: str
    where: View
    at: str = ""
    groups: Items[Group] = field(default_factory=Items)
    subnet: Subnet | None = None
    vpc: Vpc | None = None
    blocks: tuple[IPv4Network, ...] = ()
    public: bool = False
    only_ipv4: bool = False
    only_groups: bool = False

    @property
    def as_seen(self) -> tuple[object, ...]:
        """All that a rule of a security group looks at; ends that look the same get the same verdict."""
        return (
            tuple(self.groups),
            self.groups.complete,
            self.subnet,
            self.vpc,
            self.blocks,
            self.public,
            self.only_ipv4,
            self.only_groups,
        )
