"""Where subnets lead to, and what security groups let through."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING

from batch_constructs.assembly.template.resources.networks import (
    Route,
    SecurityGroup,
    SecurityGroupEgress,
    SecurityGroupIngress,
    Subnet,
    SubnetRouteTableAssociation,
    Vpc,
    VpcEndpoint,
)
from batch_constructs.assembly.template.unknown import PartialText, Unknown, known

if TYPE_CHECKING:
    from batch_constructs.assembly.template.model import BatchModel
    from batch_constructs.assembly.template.resources.networks import RouteTable, SecurityGroupRule

_ANYWHERE = "0.0.0.0/0"


class Reach(StrEnum):
    """Where the default route of a subnet leads to."""

    PUBLIC = "public"
    """To an internet gateway: instances need a public IP address to use it."""
    NAT = "private"
    """To a NAT gateway."""
    ISOLATED = "isolated"
    """Nowhere: the subnet has a table in the assembly, and the table no route that leads out."""
    UNKNOWN = "unknown"
    """The assembly does not say, or it leads to something else, such as a transit gateway."""


class Networks:
    """The networks of an assembly.

    Attributes:
        strays_in: whether a rule of its own opens a security group that is not known, and may open any.
    """

    def __init__(self, model: BatchModel) -> None:
        self._tables: dict[int, list[RouteTable | None]] = defaultdict(list)
        self._routes: dict[int, list[Route]] = defaultdict(list)
        self._reaches: dict[int, Reach] = {}
        self._endpoints: dict[int, list[VpcEndpoint]] = defaultdict(list)
        # Endpoints of an unknown VPC may be in any.
        self._strays: list[VpcEndpoint] = []
        self._services: dict[int, frozenset[str] | None] = {}
        self._ingress: dict[int, list[SecurityGroupIngress]] = defaultdict(list)
        self._egress: dict[int, list[SecurityGroupEgress]] = defaultdict(list)
        for endpoint in model.of(VpcEndpoint):
            if endpoint.vpc is not None:
                self._endpoints[id(endpoint.vpc)].append(endpoint)
            elif isinstance(endpoint.vpc_id, Unknown):
                self._strays.append(endpoint)
        self.strays_in = any(
            ingress.group is None and isinstance(ingress.group_id, Unknown)
            for ingress in model.of(SecurityGroupIngress)
        )
        for ingress in model.of(SecurityGroupIngress):
            self._ingress[id(ingress.group)].append(ingress)
        for egress in model.of(SecurityGroupEgress):
            self._egress[id(egress.group)].append(egress)
        for association in model.of(SubnetRouteTableAssociation):
            if association.subnet is not None:
                self._tables[id(association.subnet)].append(association.route_table)
        for route in model.of(Route):
            if route.route_table is not None:
                self._routes[id(route.route_table)].append(route)

    def reach(self, subnet: Subnet) -> Reach:
        """Where the default route of a subnet leads to."""
        key = id(subnet)
        if key not in self._reaches:
            tables = self._tables.get(key, [])
            # Without an association the VPC's main table decides, which templates cannot describe.
            only = tables[0] if len(tables) == 1 else None
            self._reaches[key] = Reach.UNKNOWN if only is None else self._table_reach(only)
        return self._reaches[key]

    def _table_reach(self, table: RouteTable) -> Reach:
        reaches = {_route_reach(route) for route in self._routes.get(id(table), [])} - {Reach.ISOLATED}
        # Beside a default route, others only lead to places nearer by.
        ways_out = reaches - {Reach.UNKNOWN} or reaches
        if len(ways_out) > 1:
            return Reach.UNKNOWN
        return ways_out.pop() if ways_out else Reach.ISOLATED

    def endpoints(self, vpc: Vpc) -> tuple[VpcEndpoint, ...]:
        """The endpoints of a VPC, conditional ones too."""
        return tuple(self._endpoints.get(id(vpc), ()))

    def endpoint_services(self, vpc: Vpc) -> frozenset[str] | None:
        """The services that a VPC has endpoints for, such as ``ecs-agent``; ``None`` if one cannot be told."""
        if id(vpc) not in self._services:
            names = {endpoint_service(each) for each in (*self._endpoints.get(id(vpc), ()), *self._strays)}
            known_names = frozenset(name for name in names if name is not None)
            self._services[id(vpc)] = None if None in names else known_names
        return self._services[id(vpc)]

    def ingress(self, group: SecurityGroup) -> tuple[SecurityGroupRule | SecurityGroupIngress, ...]:
        """What a group lets in, by rules inside it and by rules of their own."""
        return (*group.ingress, *self._ingress.get(id(group), ()))

    def egress(self, group: SecurityGroup) -> tuple[SecurityGroupRule | SecurityGroupEgress, ...]:
        """What a group lets out, by rules inside it and by rules of their own; none at all means: everything."""
        return (*group.egress, *self._egress.get(id(group), ()))


def endpoint_service(endpoint: VpcEndpoint) -> str | None:
    """What follows the region in the service's name: ``ecr.dkr``; ``None`` if the name is unknown."""
    name = endpoint.service_name
    if isinstance(name, PartialText):
        # com.amazonaws.${AWS::Region}.ecr.dkr
        return name.suffix.removeprefix(".") or None
    if not known(name):
        return None
    parts = name.removeprefix("cn.").split(".", 3)
    return parts[3] if len(parts) == 4 else name


def _route_reach(route: Route) -> Reach:
    """Where one route leads to; a route to somewhere near leads nowhere."""
    gateway = route.gateway_id
    if known(gateway) and gateway.startswith("vpce-"):
        return Reach.ISOLATED
    if route.conditional or not (
        known(route.destination_cidr_block) and route.destination_cidr_block == _ANYWHERE
    ):
        # IPv6, another network, an address range from a parameter: what is behind it cannot be told.
        return Reach.UNKNOWN
    if route.internet_gateway is not None or (known(gateway) and gateway.startswith("igw-")):
        return Reach.PUBLIC
    nat = route.nat_gateway
    if nat is not None and not (known(nat.connectivity_type) and nat.connectivity_type == "PRIVATE"):
        return Reach.NAT
    return Reach.UNKNOWN
