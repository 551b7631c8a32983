"""The proof agrees with a walk through the same network that follows one packet."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import networkx as nx
from hypothesis import event, given, settings
from hypothesis import strategies as st

from batch_constructs.assembly.proofs import Verdict
from batch_constructs.assembly.reach import places_of, reach
from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.resources import ComputeEnvironment
from batch_constructs.facts import network_needs

ANYWHERE, VPC, JOBS, PUBLIC = "0.0.0.0/0", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24"
INSTANCE, ENDPOINT = "10.0.0.5", "10.0.1.10"
SERVICES = {"logs": "52.94.0.1", "s3": "52.216.0.1"}
REPLY_PORT = 40_000
PEERS = (ANYWHERE, VPC, JOBS, PUBLIC, "192.168.0.0/16", "JobsGroup", "EndpointGroup", "OtherGroup")


@dataclass(frozen=True)
class Hole:
    """A value that the template takes from a parameter: the proof does not see it, the walk does."""

    value: Any


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return values of which every sixth is hidden from the proof."""
    return st.tuples(st.integers(0, 5), values).map(lambda pair: Hole(pair[1]) if pair[0] == 0 else pair[1])


def real(value: Any) -> Any:
    return value.value if isinstance(value, Hole) else value


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of a security group."""

    protocol: Any
    ports: tuple[int, int]
    peer: Any

    def allows(self, port: int, address: str, group: str | None) -> bool:
        peer = real(self.peer)
        fits = real(self.protocol) == "-1" or (
            real(self.protocol) == "tcp" and self.ports[0] <= port <= self.ports[1]
        )
        inside = peer == group if "Group" in peer else ip_address(address) in ip_network(peer)
        return fits and inside

    def written(self, side: str) -> dict[str, Any]:
        peer = real(self.peer)
        member = f"{side}SecurityGroupId" if "Group" in peer else "CidrIp"
        named = {"Fn::GetAtt": [peer, "GroupId"]} if "Group" in peer else peer
        return {
            "IpProtocol": written(self.protocol),
            "FromPort": self.ports[0],
            "ToPort": self.ports[1],
            member: {"Ref": "Parameter"} if isinstance(self.peer, Hole) else named,
        }


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of the network ACL."""

    egress: bool
    action: Any
    block: Any
    ports: tuple[int, int] | None

    def matches(self, egress: bool, port: int, address: str) -> bool:
        fits = self.ports is None or self.ports[0] <= port <= self.ports[1]
        return self.egress is egress and fits and ip_address(address) in ip_network(real(self.block))


@dataclass(frozen=True, kw_only=True)
class World:
    """A VPC with two subnets: one for jobs, and one that may be public."""

    table: Any  # whether the jobs' subnet has a table of its own
    route: Any  # of that table: where its default route leads
    elsewhere: bool  # whether a gateway that the template does not describe leads out
    nat_in_jobs: bool
    public_route: bool
    attached: Any
    address: Any
    egress: tuple[Rule, ...]
    ingress: tuple[Rule, ...]
    endpoint: bool
    private_dns: Any
    gateway_table: str | None
    layers: bool | None  # whether a policy of the S3 endpoint allows the layers; without a policy everything
    entries: tuple[Entry, ...] | None = field(default=None)


def written(value: Any) -> Any:
    """Return a value as the template has it."""
    return {"Ref": "Parameter"} if isinstance(value, Hole) else value


PORTS = st.sampled_from([(443, 443), (0, 65_535), (22, 22), (80, 8080)])
RULES = st.builds(
    Rule,
    protocol=maybe(st.sampled_from(["tcp", "tcp", "udp", "-1"])),
    ports=PORTS,
    peer=maybe(st.sampled_from(PEERS)),
)
ENTRIES = st.builds(
    Entry,
    egress=st.booleans(),
    action=maybe(st.sampled_from(["allow", "allow", "deny"])),
    block=maybe(st.sampled_from([ANYWHERE, ANYWHERE, VPC, "192.168.0.0/16"])),
    ports=st.sampled_from([None, None, (443, 443), (1024, 65_535), (0, 65_535), (22, 22)]),
)
WORLDS = st.builds(
    World,
    table=st.sampled_from([True, True, True, False]),
    route=st.sampled_from(["none", "internet", "nat", "nat", "nat", "transit", "hidden"]),
    elsewhere=st.booleans(),
    nat_in_jobs=st.sampled_from([False, False, False, True]),
    public_route=st.sampled_from([True, True, False]),
    attached=st.sampled_from([True, True, True, False, Hole(True), Hole(False)]),
    address=maybe(st.booleans()),
    egress=st.lists(RULES, max_size=3).map(tuple),
    ingress=st.lists(RULES, max_size=3).map(tuple),
    endpoint=st.booleans(),
    private_dns=maybe(st.sampled_from([True, True, False])),
    gateway_table=st.sampled_from([None, "Table", "PublicTable"]),
    layers=st.sampled_from([None, None, True, False]),
    entries=st.none() | st.none() | st.lists(ENTRIES, min_size=1, max_size=4).map(tuple),
)


def walk(world: World, service: str) -> bool:
    """Return whether one packet, and its reply, gets through: a path through a graph of what lets it pass."""
    graph = nx.DiGraph()
    inside = service == "logs" and world.endpoint and real(world.private_dns)
    address = ENDPOINT if inside else SERVICES[service]
    group = "EndpointGroup" if inside else None
    if not world.egress or any(rule.allows(443, address, group) for rule in world.egress):
        graph.add_edge("instance", "group")
    if acl_passes(world, 443, address, egress=True) and acl_passes(world, REPLY_PORT, address, egress=False):
        graph.add_edge("group", "subnet")
    if inside:
        if any(rule.allows(443, INSTANCE, "JobsGroup") for rule in world.ingress):
            graph.add_edge("subnet", "service")
        return has_path(graph)
    graph.add_edge("subnet", ("table", "jobs") if world.table else ("table", "main"))
    add_routes(graph, world, service)
    return has_path(graph)


def has_path(graph: Any) -> bool:
    known = graph.has_node("instance") and graph.has_node("service")
    return bool(known and nx.has_path(graph, "instance", "service"))


def acl_passes(world: World, port: int, address: str, *, egress: bool) -> bool:
    for entry in world.entries or ():
        if entry.matches(egress, port, address):
            return bool(real(entry.action) == "allow")
    return world.entries is None


def add_routes(graph: Any, world: World, service: str) -> None:
    """Add what route tables and gateways lead to; a packet from a NAT gateway has a public address."""
    own = "Table" if world.table else None
    if service == "s3" and world.gateway_table is not None and world.gateway_table == own:
        if world.layers is not False:
            graph.add_edge(("table", "jobs"), "service")
        return
    attached = real(world.attached)
    if world.route in {"transit", "hidden"} and world.elsewhere:
        graph.add_edge(("table", "jobs"), "service")
    if world.route == "internet" and attached and real(world.address):
        graph.add_edge(("table", "jobs"), "service")
    if world.route == "nat":
        graph.add_edge(("table", "jobs"), "nat")
        home = ("jobs" if world.table else "main") if world.nat_in_jobs else "public"
        graph.add_edge("nat", ("table", home))
        # Where the jobs' subnet routes to the NAT gateway in itself, the packet goes round in a circle.
    if world.public_route and attached:
        graph.add_edge(("table", "public"), "service")


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": kind if "::" in kind.removeprefix("AWS::") else f"AWS::EC2::{kind}",
        "Properties": properties,
    }


def template(world: World) -> dict[str, Any]:
    """Return the world as a template."""
    vpc = {"Ref": "Vpc"}
    resources = {
        "Vpc": resource("VPC", CidrBlock=VPC, EnableDnsHostnames=True),
        "Jobs": resource("Subnet", VpcId=vpc, CidrBlock=JOBS, MapPublicIpOnLaunch=written(world.address)),
        "Public": resource("Subnet", VpcId=vpc, CidrBlock=PUBLIC),
        "Table": resource("RouteTable", VpcId=vpc),
        "PublicTable": resource("RouteTable", VpcId=vpc),
        "PublicLink": link("Public", "PublicTable"),
        "Gateway": resource("InternetGateway"),
        "Nat": resource("NatGateway", SubnetId={"Ref": "Jobs" if world.nat_in_jobs else "Public"}),
        "JobsGroup": resource(
            "SecurityGroup", VpcId=vpc, SecurityGroupEgress=[r.written("Destination") for r in world.egress]
        ),
        "EndpointGroup": resource(
            "SecurityGroup", VpcId=vpc, SecurityGroupIngress=[r.written("Source") for r in world.ingress]
        ),
        "OtherGroup": resource("SecurityGroup", VpcId=vpc),
        "Environment": environment(),
    }
    if world.table:
        resources["Link"] = link("Jobs", "Table")
    if isinstance(world.attached, Hole) or world.attached:
        where = {"Ref": "Parameter"} if isinstance(world.attached, Hole) else vpc
        resources["Attached"] = resource(
            "VPCGatewayAttachment", VpcId=where, InternetGatewayId={"Ref": "Gateway"}
        )
    if world.public_route:
        resources["PublicRoute"] = route("PublicTable", GatewayId={"Ref": "Gateway"})
    targets: dict[str, dict[str, Any]] = {
        "internet": {"GatewayId": {"Ref": "Gateway"}},
        "nat": {"NatGatewayId": {"Ref": "Nat"}},
        "transit": {"TransitGatewayId": "tgw-1"},
        "hidden": {"GatewayId": {"Ref": "Parameter"}},
    }
    if world.route in targets:
        resources["Route"] = route("Table", **targets[world.route])
    return {"Resources": resources | endpoints(world) | acl(world)}


def environment() -> dict[str, Any]:
    return resource(
        "AWS::Batch::ComputeEnvironment",
        Type="MANAGED",
        ComputeResources={
            "Type": "EC2",
            "InstanceTypes": ["optimal"],
            "MaxvCpus": 8,
            "Subnets": [{"Ref": "Jobs"}],
            "SecurityGroupIds": [{"Fn::GetAtt": ["JobsGroup", "GroupId"]}],
        },
    )


def link(subnet: str, table: str) -> dict[str, Any]:
    return resource("SubnetRouteTableAssociation", SubnetId={"Ref": subnet}, RouteTableId={"Ref": table})


def route(table: str, **target: Any) -> dict[str, Any]:
    return resource("Route", RouteTableId={"Ref": table}, DestinationCidrBlock=ANYWHERE, **target)


def endpoints(world: World) -> dict[str, Any]:
    found = {}
    vpc = {"Ref": "Vpc"}
    if world.endpoint:
        found["Logs"] = resource(
            "VPCEndpoint",
            VpcId=vpc,
            ServiceName="com.amazonaws.eu-west-1.logs",
            VpcEndpointType="Interface",
            PrivateDnsEnabled=written(world.private_dns),
            SubnetIds=[{"Ref": "Public"}],
            SecurityGroupIds=[{"Ref": "EndpointGroup"}],
        )
    if world.gateway_table:
        buckets = (
            "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*" if world.layers else "arn:aws:s3:::data/*"
        )
        statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": buckets}
        policy: dict[str, Any] = (
            {} if world.layers is None else {"PolicyDocument": {"Statement": [statement]}}
        )
        found["S3"] = resource(
            "VPCEndpoint",
            VpcId=vpc,
            ServiceName="com.amazonaws.eu-west-1.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=[{"Ref": world.gateway_table}],
            **policy,
        )
    return found


def acl(world: World) -> dict[str, Any]:
    if world.entries is None:
        return {}
    found = {
        "Acl": resource("NetworkAcl", VpcId={"Ref": "Vpc"}),
        "AclLink": resource(
            "SubnetNetworkAclAssociation", SubnetId={"Ref": "Jobs"}, NetworkAclId={"Ref": "Acl"}
        ),
    }
    for number, entry in enumerate(world.entries):
        ranged: dict[str, Any] = (
            {} if entry.ports is None else {"PortRange": {"From": entry.ports[0], "To": entry.ports[1]}}
        )
        found[f"Entry{number}"] = resource(
            "NetworkAclEntry",
            NetworkAclId={"Ref": "Acl"},
            RuleNumber=100 + number,
            Egress=entry.egress,
            Protocol=-1 if entry.ports is None else 6,
            RuleAction=written(entry.action),
            CidrBlock=written(entry.block),
            **ranged,
        )
    return found


NEEDS = {"logs": network_needs.service("logs"), "s3": network_needs.IMAGE_LAYERS}


@settings(max_examples=300, deadline=None)
@given(world=WORLDS, service=st.sampled_from(["logs", "s3"]))
def test_a_packet_takes_the_proven_path(world: World, service: str) -> None:
    """A *yes* lets the packet through and a *no* stops it, whatever the parameters are; *unknown* claims nothing."""
    batch = model_of(template(world))
    [environment] = batch.of(ComputeEnvironment)
    answer = reach(batch, places_of(environment, batch), NEEDS[service])
    event(str(answer.verdict))
    arrives = walk(world, service)
    steps = "\n".join(f"{step.verdict} {step}" for step in answer.steps)
    assert answer.verdict is not (Verdict.NO if arrives else Verdict.YES), steps
    holes = "Parameter" in str(template(world)) or world.route == "transit"
    assert holes or answer.verdict is not Verdict.UNKNOWN, steps
