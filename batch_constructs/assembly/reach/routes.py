"""Follows routes from a subnet to the internet: route table, NAT gateway, internet gateway, public address."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from batch_constructs.assembly.reach import acls
from batch_constructs.assembly.reach.hops import Kind, hop
from batch_constructs.assembly.reach.matching import NO, UNKNOWN, YES, is_private
from batch_constructs.assembly.reach.strangers import strangers_touch
from batch_constructs.assembly.template import Unknown, is_known, is_one_of
from batch_constructs.assembly.template.resources.networks import RouteTable, Vpc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.reach.hops import End, Hop, Traffic
    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources.networks import (
        InternetGateway,
        NatGateway,
        Route,
        Subnet,
    )

_ANYWHERE = "0.0.0.0/0"


class Exit(StrEnum):
    """The destination of a subnet's default route."""

    PUBLIC = "public"
    """An internet gateway: instances need a public IP address to use it."""
    NAT = "private"
    """A NAT gateway."""
    ISOLATED = "isolated"
    """None: its route table is in the assembly and leads nowhere."""
    UNKNOWN = "unknown"
    """The assembly does not say, or the route leads elsewhere, such as to a transit gateway."""


def exit_of(batch: BatchModel, subnet: Subnet) -> Exit:
    """Return the destination of a subnet's default route."""
    table = table_of(batch, subnet)
    route = default_route(batch, table) if isinstance(table, RouteTable) else None
    if table is None or isinstance(route, Unknown):
        return Exit.UNKNOWN
    if route is None:
        return Exit.UNKNOWN if strangers_touch(batch, subnet, subnet.vpc, table) else Exit.ISOLATED
    if route.nat_gateway is not None:
        return Exit.NAT if is_one_of(route.nat_gateway.connectivity_type, "PUBLIC", None) else Exit.UNKNOWN
    return Exit.PUBLIC if _is_internet_gateway(route) else Exit.UNKNOWN


def _is_internet_gateway(route: Route) -> bool:
    gateway = route.gateway_id
    return route.internet_gateway is not None or (is_known(gateway) and gateway.startswith("igw-"))


def way_out(
    batch: BatchModel, subnet: Subnet, address: Verdict, traffic: Traffic, internet: End
) -> Iterator[Hop]:
    """Yield the hops from a subnet to the internet, up to the first that stops the traffic.

    Args:
        batch: the assembly.
        subnet: where the traffic starts.
        address: whether the start has a public IPv4 address.
        traffic: the protocol and the ports.
        internet: the destination.
    """
    yield from acls.passes(batch.networks, subnet, traffic, internet, outgoing=True)
    table = table_of(batch, subnet)
    route = default_route(batch, table) if isinstance(table, RouteTable) else None
    if table is None:
        yield hop(Kind.ROUTE, UNKNOWN, subnet, "its route table is not in the template")
    elif isinstance(route, Unknown):
        yield hop(Kind.ROUTE, UNKNOWN, table, route.reason)
    elif route is not None:
        yield from _through(batch, route, subnet, address, traffic, internet)
    elif strangers_touch(batch, subnet, subnet.vpc, table):
        yield hop(Kind.ROUTE, UNKNOWN, subnet, "a custom resource or another stack may add a route")
    elif isinstance(table, Vpc):
        # CloudFormation cannot add a route to the main table, since no attribute of a VPC names it.
        says = f"has no route table of its own, and the main one of {table.label} leads nowhere"
        yield hop(Kind.ROUTE, NO, subnet, says)
    else:
        yield hop(Kind.ROUTE, NO, subnet, f"has only routes of {table.label}, none of which leads out")


def table_of(batch: BatchModel, subnet: Subnet) -> RouteTable | Vpc | None:
    """Return the route table of a subnet, its VPC if that is the main one; ``None`` if it is unknown."""
    networks = batch.networks
    found = networks.associations.of(subnet)
    if len(found) == 1:
        return None if found[0].conditional else found[0].route_table
    unknown = found or networks.associations.loose or networks.routes.loose
    return None if unknown else subnet.vpc


def default_route(batch: BatchModel, table: RouteTable) -> Route | Unknown | None:
    """Return the route of a table for all addresses of the internet; ``None``: there is none, else an unknown."""
    routes = batch.networks.routes.of(table)
    defaults = [each for each in routes if is_one_of(each.destination_cidr_block, _ANYWHERE)]
    if len(defaults) == 1 and not defaults[0].conditional:
        return defaults[0]
    if defaults:
        return Unknown("its default route depends on a condition")
    if any(_may_lead_out(each) for each in routes):
        return Unknown("one of its routes may lead out")
    propagated = any(
        table in each.route_tables or not each.route_tables.complete for each in batch.networks.propagations
    )
    if batch.networks.routes.loose or propagated:
        return Unknown("a VPN gateway, or a route of an unknown table, may add a way out")
    return None


def _may_lead_out(route: Route) -> bool:
    """Return whether a route that is not a default route may be for addresses on the internet."""
    block, gateway = route.destination_cidr_block, route.gateway_id
    if is_known(gateway) and gateway.startswith("vpce-"):
        return False
    # Without it the route is for IPv6 or a prefix list.
    return not is_known(block) or not is_private(block)


def _through(
    batch: BatchModel, route: Route, subnet: Subnet, address: Verdict, traffic: Traffic, internet: End
) -> Iterator[Hop]:
    """Yield the hops after the route table: those of an internet gateway or a NAT gateway; others are unknown."""
    gateway, nat = route.internet_gateway, route.nat_gateway
    table = route.route_table or route
    leads = f"leads from {subnet.label} to"
    if nat is not None:
        yield hop(Kind.ROUTE, YES, table, f"{leads} the NAT gateway {nat.label}")
        yield from _nat(batch, nat, traffic, internet)
    elif _is_internet_gateway(route):
        yield hop(Kind.ROUTE, YES, table, f"{leads} an internet gateway")
        yield _attached(batch, gateway, subnet)
        has = {YES: "gives a", NO: "gives no", UNKNOWN: "may give a"}[address]
        yield hop(Kind.ADDRESS, address, subnet, f"{has} public IP address, which an internet gateway needs")
    else:
        yield hop(Kind.ROUTE, UNKNOWN, table, f"{leads} a gateway that the proof does not follow")


def _attached(batch: BatchModel, gateway: InternetGateway | None, subnet: Subnet) -> Hop:
    """Return the hop through an internet gateway, which must be attached to the subnet's VPC."""
    attachments, vpc = batch.networks.attachments, subnet.vpc
    if gateway is None or vpc is None:
        return hop(
            Kind.GATEWAY, UNKNOWN, gateway or subnet, "the attachment of the gateway is not in the template"
        )
    found = attachments.of(gateway)
    if any(each.vpc is vpc and not each.conditional for each in found):
        return hop(Kind.GATEWAY, YES, gateway, f"is attached to {vpc.label}")
    if attachments.loose or any(each.vpc in {vpc, None} for each in found):
        return hop(Kind.GATEWAY, UNKNOWN, gateway, f"may be attached to {vpc.label}")
    return hop(Kind.GATEWAY, NO, gateway, f"is not attached to {vpc.label}")


def _nat(batch: BatchModel, nat: NatGateway, traffic: Traffic, internet: End) -> Iterator[Hop]:
    """Yield the hops from a NAT gateway on: its own subnet must lead to an internet gateway."""
    subnet = nat.subnet
    if subnet is None or not is_one_of(nat.connectivity_type, "PUBLIC", None):
        yield hop(Kind.GATEWAY, UNKNOWN, nat, "its own way out is not in the template")
        return
    table = table_of(batch, subnet)
    route = default_route(batch, table) if isinstance(table, RouteTable) else None
    if route is not None and not isinstance(route, Unknown) and route.nat_gateway is not None:
        itself = route.nat_gateway is nat
        says = f"is in {subnet.label}, which leads to {'it' if itself else 'another NAT gateway'} again"
        yield hop(Kind.GATEWAY, NO if itself else UNKNOWN, nat, says)
        return
    for each in way_out(batch, subnet, YES, traffic, internet):
        if each.verdict is NO and each.kind is Kind.ROUTE:
            yield hop(Kind.GATEWAY, NO, nat, f"is in {subnet.label}, which {each.says}")
        elif each.kind is not Kind.ADDRESS:
            yield each
