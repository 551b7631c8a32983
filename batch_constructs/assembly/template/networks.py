"""Finds where subnets route to, and what security groups allow."""

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
from batch_constructs.assembly.template.unknown import PartialText, Unknown, is_known

if TYPE_CHECKING:
    from batch_constructs.assembly.template.resources.networks import RouteTable, SecurityGroupRule
    from batch_constructs.assembly.template.views import Views

_ANYWHERE = "0.0.0.0/0"


class Reach(StrEnum):
    """The destination of a subnet's default route."""

    PUBLIC = "public"
    """To an internet gateway: instances need a public IP address to use it."""
    NAT = "private"
    """To a NAT gateway."""
    ISOLATED = "isolated"
    """Nowhere: the subnet's route table is in the assembly and has no route out."""
    UNKNOWN = "unknown"
    """The assembly does not say, or the route leads elsewhere, such as to a transit gateway."""


class Networks:
    """The networks of an assembly.

    Attributes:
        any_group_may_be_open: whether a separate ingress rule opens an unknown security group, which may be any of them.
    """

    def __init__(self, model: Views) -> None:
        self._tables: dict[Subnet, list[RouteTable | None]] = defaultdict(list)
        self._routes: dict[RouteTable, list[Route]] = defaultdict(list)
        self._reaches: dict[Subnet, Reach] = {}
        self._endpoints: dict[Vpc, list[VpcEndpoint]] = defaultdict(list)
        # An endpoint of an unknown VPC may be in any VPC.
        self._in_unknown_vpc: list[VpcEndpoint] = []
        self._services: dict[Vpc, frozenset[str] | None] = {}
        self._ingress: dict[SecurityGroup | None, list[SecurityGroupIngress]] = defaultdict(list)
        self._egress: dict[SecurityGroup | None, list[SecurityGroupEgress]] = defaultdict(list)
        for endpoint in model.of(VpcEndpoint):
            if endpoint.vpc is not None:
                self._endpoints[endpoint.vpc].append(endpoint)
            elif isinstance(endpoint.vpc_id, Unknown):
                self._in_unknown_vpc.append(endpoint)
        self.any_group_may_be_open = any(
            ingress.group is None and isinstance(ingress.group_id, Unknown)
            for ingress in model.of(SecurityGroupIngress)
        )
        for ingress in model.of(SecurityGroupIngress):
            self._ingress[ingress.group].append(ingress)
        for egress in model.of(SecurityGroupEgress):
            self._egress[egress.group].append(egress)
        for association in model.of(SubnetRouteTableAssociation):
            if association.subnet is not None:
                self._tables[association.subnet].append(association.route_table)
        for route in model.of(Route):
            if route.route_table is not None:
                self._routes[route.route_table].append(route)

    def reach(self, subnet: Subnet) -> Reach:
        """Return the destination of a subnet's default route."""
        if subnet not in self._reaches:
            tables = self._tables.get(subnet, [])
            # Without an association the VPC's main route table applies, which templates cannot describe.
            only = tables[0] if len(tables) == 1 else None
            self._reaches[subnet] = Reach.UNKNOWN if only is None else self._table_reach(only)
        return self._reaches[subnet]

    def _table_reach(self, table: RouteTable) -> Reach:
        reaches = {_route_reach(route) for route in self._routes.get(table, [])} - {Reach.ISOLATED}
        # Routes next to a default route only lead to nearby networks.
        ways_out = reaches - {Reach.UNKNOWN} or reaches
        if len(ways_out) > 1:
            return Reach.UNKNOWN
        return ways_out.pop() if ways_out else Reach.ISOLATED

    def endpoints(self, vpc: Vpc) -> tuple[VpcEndpoint, ...]:
        """Return the endpoints of a VPC, including conditional ones."""
        return tuple(self._endpoints.get(vpc, ()))

    def endpoint_services(self, vpc: Vpc) -> frozenset[str] | None:
        """Return the services that a VPC has endpoints for, such as ``ecs-agent``; ``None`` if one is unknown."""
        if vpc not in self._services:
            names = {
                endpoint_service(each) for each in (*self._endpoints.get(vpc, ()), *self._in_unknown_vpc)
            }
            known_names = frozenset(name for name in names if name is not None)
            self._services[vpc] = None if None in names else known_names
        return self._services[vpc]

    def ingress(self, group: SecurityGroup) -> tuple[SecurityGroupRule | SecurityGroupIngress, ...]:
        """Return the rules for traffic into a group, both inline and separate ones."""
        return (*group.ingress, *self._ingress.get(group, ()))

    def egress(self, group: SecurityGroup) -> tuple[SecurityGroupRule | SecurityGroupEgress, ...]:
        """Return the rules for traffic out of a group, both inline and separate ones; without any, all traffic may leave."""
        return (*group.egress, *self._egress.get(group, ()))


def endpoint_service(endpoint: VpcEndpoint) -> str | None:
    """Return the part of the service's name after the region, such as ``ecr.dkr``; ``None`` if it is unknown."""
    name = endpoint.service_name
    if isinstance(name, PartialText):
        # com.amazonaws.${AWS::Region}.ecr.dkr
        return name.suffix.removeprefix(".") or None
    if not is_known(name):
        return None
    parts = name.removeprefix("cn.").split(".", 3)
    return parts[3] if len(parts) == 4 else name


def _route_reach(route: Route) -> Reach:
    """Return the destination of one route; a route to a nearby network counts as isolated."""
    gateway = route.gateway_id
    if is_known(gateway) and gateway.startswith("vpce-"):
        return Reach.ISOLATED
    if route.conditional or not (
        is_known(route.destination_cidr_block) and route.destination_cidr_block == _ANYWHERE
    ):
        # IPv6, another network, or a range from a parameter: its destination cannot be determined.
        return Reach.UNKNOWN
    if route.internet_gateway is not None or (is_known(gateway) and gateway.startswith("igw-")):
        return Reach.PUBLIC
    nat = route.nat_gateway
    if nat is not None and not (is_known(nat.connectivity_type) and nat.connectivity_type == "PRIVATE"):
        return Reach.NAT
    return Reach.UNKNOWN
