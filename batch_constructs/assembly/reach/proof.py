"""Proves whether a place reaches a destination: a service of AWS, the internet, a mount target, another node."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from batch_constructs.assembly.proofs import along, every, whichever
from batch_constructs.assembly.reach import acls, endpoints, groups, routes
from batch_constructs.assembly.reach.hops import End, Kind, Traffic, hop
from batch_constructs.assembly.reach.matching import NO, UNKNOWN, YES
from batch_constructs.assembly.reach.places import inside
from batch_constructs.assembly.reach.strangers import strangers_touch
from batch_constructs.assembly.template import Items
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.networks import endpoint_service
from batch_constructs.assembly.template.resources.networks import VpcEndpoint
from batch_constructs.facts.endpoints import S3_GATEWAY
from batch_constructs.facts.network_needs import INTERNET, NFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.assembly.proofs import Answer
    from batch_constructs.assembly.reach.hops import Hop
    from batch_constructs.assembly.reach.places import Place
    from batch_constructs.assembly.template import BatchModel, Resource
    from batch_constructs.assembly.template.resources.file_systems import MountTarget
    from batch_constructs.assembly.template.resources.networks import Subnet, Vpc
    from batch_constructs.facts.network_needs import NetworkNeed
Ways: TypeAlias = "dict[tuple[Subnet, int, int], Answer]"
"""By subnet and ports, the way out to services that have no endpoint."""


def reach(batch: BatchModel, places: Iterable[Place], need: NetworkNeed, ways: Ways | None = None) -> Answer:
    """Return whether all places reach what is needed: an AWS service or the internet.

    Args:
        batch: the assembly.
        places: where the traffic starts.
        need: what must be reached.
        ways: the ways out that were found for earlier needs of the same places. One that passes serves every service
            without an endpoint, so it is not walked again; its steps name the first need.
    """
    return every(_from_place(batch, place, need, ways) for place in places)


def mounts(batch: BatchModel, places: Iterable[Place], system: Resource) -> Answer:
    """Return whether all places reach a mount target of a file system, at the port of NFS."""
    return every(_to_target(batch, place, system) for place in places)


def _to_target(batch: BatchModel, place: Place, system: Resource) -> Answer:
    found, vpc = batch.networks.mount_targets.of(system), place.end.vpc
    open_ = bool(batch.networks.mount_targets.loose) or strangers_touch(batch, system)
    near = [each for each in found if vpc is None or _vpc_of(each) in {vpc, None}]
    if not near:
        says = f"has mount targets only outside of {vpc.label}" if found and vpc else "has no mount target"
        return along([hop(Kind.TARGET, UNKNOWN if open_ else NO, system, says)])
    answers = [along(_hops_to_target(batch, place.end, each)) for each in near]
    if open_:
        answers.append(along([hop(Kind.TARGET, UNKNOWN, system, "may have other mount targets")]))
    return whichever(answers)


def _vpc_of(target: MountTarget) -> Vpc | None:
    return target.subnet.vpc if target.subnet is not None else None


def _hops_to_target(batch: BatchModel, start: End, target: MountTarget) -> Iterator[Hop]:
    """Yield the hops to a mount target, which is in the same VPC."""
    traffic = Traffic(NFS.port, NFS.port)
    end = End(label=target.label, where=target, at="SecurityGroups", groups=target.security_groups)
    end = inside(batch, end, *([target.subnet] if target.subnet is not None else []))
    yield groups.leaves(batch.networks, start, traffic, end)
    if start.subnet is not None:
        yield from acls.passes(batch.networks, start.subnet, traffic, end, outgoing=True)
    if target.subnet is not None and target.subnet is not start.subnet:
        yield from acls.passes(batch.networks, target.subnet, traffic, start, outgoing=False)
    if _vpc_of(target) is None or start.vpc is None:
        yield hop(Kind.TARGET, UNKNOWN, target, f"may be in another VPC than {start.label}")
    yield groups.enters(batch.networks, start, traffic, end)


def meet(batch: BatchModel, end: End, traffic: Traffic) -> Answer:
    """Return whether instances with the same security groups, such as the nodes of a job, reach each other."""
    passed = (
        groups.leaves(batch.networks, end, traffic, end),
        groups.enters(batch.networks, end, traffic, end),
    )
    return along(passed)


def _from_place(batch: BatchModel, place: Place, need: NetworkNeed, ways: Ways | None) -> Answer:
    start, traffic = place.end, Traffic(need.port, need.last_port or need.port)
    subnet, vpc = start.subnet, start.vpc
    if place.proxy:
        says = "start with user data that names a proxy, which may lead out"
        return along([hop(Kind.ROUTE, UNKNOWN, start.where, says, place=start.label)])
    if subnet is None or vpc is None:
        return whichever(along(path) for path in _unknown_ways(batch, start, traffic, need))
    if ways is not None and _has_plain_way(batch, vpc, need):
        key = subnet, traffic.low, traffic.high
        if key not in ways:
            ways[key] = along(_out(batch, place, subnet, vpc, traffic, need))
        if ways[key].verdict is YES:
            return ways[key]
    return whichever(along(path) for path in _ways(batch, place, subnet, vpc, traffic, need))


def _ways(
    batch: BatchModel, place: Place, subnet: Subnet, vpc: Vpc, traffic: Traffic, need: NetworkNeed
) -> list[Iterable[Hop]]:
    """Return the ways that traffic to a service may take.

    An endpoint that certainly serves it is the only one. Otherwise it may leave the VPC, or use an endpoint that may serve
    it.
    """
    found = endpoints.interface_endpoints(batch, vpc, need.to)
    doors = {each: endpoints.serves(batch, each) for each in found}
    sure = [each for each, verdict in doors.items() if verdict is YES]
    if sure:
        return [_through_endpoint(batch, place.end, subnet, vpc, sure[0], traffic, need)]
    paths: list[Iterable[Hop]] = [_out(batch, place, subnet, vpc, traffic, need)]
    paths += [
        _through_endpoint(batch, place.end, subnet, vpc, each, traffic, need)
        for each, verdict in doors.items()
        if verdict is UNKNOWN
    ]
    if need.to != INTERNET and (endpoints.others_may_serve(batch, vpc) or strangers_touch(batch, vpc)):
        paths.append(_unknown_endpoint(batch, place.end, traffic, need))
    return paths


def _has_plain_way(batch: BatchModel, vpc: Vpc, need: NetworkNeed) -> bool:
    """Return whether a service has no endpoint in a VPC, so that only the routes of the subnet lead to it."""
    return (
        need.to != INTERNET
        and not any(endpoint_service(each) == need.to for each in batch.networks.endpoints.of(vpc))
        and not endpoints.others_may_serve(batch, vpc)
        and not strangers_touch(batch, vpc)
    )


def _service(start: End, need: NetworkNeed) -> End:
    """Return a service outside of the VPC as the end of a path."""
    label = "the internet" if need.to == INTERNET else need.to
    return End(label=label, where=start.where, public=True, only_ipv4=start.only_ipv4)


def _unknown_ways(
    batch: BatchModel, start: End, traffic: Traffic, need: NetworkNeed
) -> Iterator[Iterable[Hop]]:
    """Yield the ways to a service from a subnet that is not in the template, of which only the groups are known."""
    unknown = hop(Kind.ROUTE, UNKNOWN, start.where, "its subnets are not in the template", place=start.label)
    yield groups.leaves(batch.networks, start, traffic, _service(start, need)), unknown
    # For the usual name of S3, an interface endpoint needs a setting that is rare.
    rare = need.to == S3_GATEWAY and not any(
        endpoint_service(each) in {S3_GATEWAY, None} and not endpoints.is_gateway(each)
        for each in batch.of(VpcEndpoint)
    )
    if need.to != INTERNET and not rare:
        yield _unknown_endpoint(batch, start, traffic, need)


def _unknown_endpoint(batch: BatchModel, start: End, traffic: Traffic, need: NetworkNeed) -> Iterable[Hop]:
    """Return the hops to an endpoint that the template does not show, but does not exclude."""
    end = End(label=f"an endpoint for {need.to}", where=start.where, groups=Items(complete=False))
    yield groups.leaves(batch.networks, start, traffic, end)
    yield hop(Kind.ROUTE, UNKNOWN, start.where, "may be in the VPC", place=end.label)


def _through_endpoint(
    batch: BatchModel,
    start: End,
    subnet: Subnet,
    vpc: Vpc,
    endpoint: VpcEndpoint,
    traffic: Traffic,
    need: NetworkNeed,
) -> Iterator[Hop]:
    """Yield the hops to an interface endpoint, which is in the same VPC."""
    ends = _ends(batch)
    if endpoint not in ends:
        ends[endpoint] = _end_of(batch, endpoint, vpc)
    end = ends[endpoint]
    yield groups.leaves(batch.networks, start, traffic, end)
    yield from acls.passes(batch.networks, subnet, traffic, end, outgoing=True)
    if end.subnet is not None and end.subnet is not subnet:
        yield from acls.passes(batch.networks, end.subnet, traffic, start, outgoing=False)
    yield endpoints.names(endpoint, vpc)
    yield groups.enters(batch.networks, start, traffic, end)
    yield from endpoints.policy(endpoint, need)


@once
def _ends(_: BatchModel) -> dict[VpcEndpoint, End]:
    return {}


def _end_of(batch: BatchModel, endpoint: VpcEndpoint, vpc: Vpc) -> End:
    """Return an interface endpoint as the end of a path."""
    listed = endpoint.security_groups
    groups_of = Items(listed, complete=listed.complete)
    end = End(label=endpoint.label, where=endpoint, at="SecurityGroupIds", groups=groups_of)
    end = replace(inside(batch, end, *endpoint.subnets), vpc=vpc)
    return replace(end, groups=Items([vpc])) if listed.empty else end


def _out(
    batch: BatchModel, place: Place, subnet: Subnet, vpc: Vpc, traffic: Traffic, need: NetworkNeed
) -> Iterator[Hop]:
    """Yield the hops to a service outside of the VPC: through a gateway endpoint, or along the subnet's routes."""
    outside = _service(place.end, need)
    yield groups.leaves(batch.networks, place.end, traffic, outside)
    table = routes.table_of(batch, subnet)
    gateways = endpoints.gateway_endpoints(batch, vpc, need.to)
    sure = [each for each in gateways if table in each.route_tables and not each.conditional]
    if sure:
        yield from acls.passes(batch.networks, subnet, traffic, outside, outgoing=True)
        yield hop(Kind.ROUTE, YES, sure[0], f"leads from {subnet.label} to {need.to}")
        yield from endpoints.policy(sure[0], need)
        return
    perhaps = any(not each.route_tables.complete or table in each.route_tables for each in gateways)
    for each in routes.way_out(batch, subnet, place.address, traffic, outside):
        if each.verdict is NO and perhaps:
            yield hop(Kind.ROUTE, UNKNOWN, subnet, f"may use the gateway endpoint for {need.to}")
        elif each.verdict is NO and each.kind is Kind.ROUTE:
            yield from _no_route(batch, each, vpc, need)
        else:
            yield each


def _no_route(batch: BatchModel, nowhere: Hop, vpc: Vpc, need: NetworkNeed) -> Iterator[Hop]:
    """Yield the hop of a subnet without a way out: the endpoint that could help, or that there is none."""
    deaf = endpoints.interface_endpoints(batch, vpc, need.to)
    apart = endpoints.gateway_endpoints(batch, vpc, need.to)
    yield nowhere
    for each in deaf:
        yield hop(
            Kind.DNS, NO, each, "needs private DNS to be found by the service's name", "PrivateDnsEnabled"
        )
    for each in apart:
        yield hop(Kind.ROUTE, NO, each, f"is not in the route table of {nowhere.place}", "RouteTableIds")
    if need.to != INTERNET and not deaf and not apart:
        yield hop(Kind.ROUTE, NO, vpc, f"has no endpoint for {need.to}")
