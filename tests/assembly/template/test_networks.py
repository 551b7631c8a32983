"""Routes of subnets, and endpoints of VPCs."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.networks import Reach
from batch_constructs.assembly.template.resources import SecurityGroup, Subnet, Vpc

BASE: dict[str, Any] = {
    "Vpc": {"Type": "AWS::EC2::VPC"},
    "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
    "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
    "Gateway": {"Type": "AWS::EC2::InternetGateway"},
    "Nat": {"Type": "AWS::EC2::NatGateway"},
    "PrivateNat": {"Type": "AWS::EC2::NatGateway", "Properties": {"ConnectivityType": "private"}},
}
LINK = {
    "Type": "AWS::EC2::SubnetRouteTableAssociation",
    "Properties": {"SubnetId": {"Ref": "Subnet"}, "RouteTableId": {"Ref": "Table"}},
}
ANYWHERE = {"DestinationCidrBlock": "0.0.0.0/0"}


def reach(*routes: dict[str, Any], link: bool = True, **entry: Any) -> Reach:
    resources = {
        f"Route{i}": {
            "Type": "AWS::EC2::Route",
            "Properties": {"RouteTableId": {"Ref": "Table"}, **route},
            **entry,
        }
        for i, route in enumerate(routes)
    }
    model = model_of({"Resources": {**BASE, **({"Link": LINK} if link else {}), **resources}})
    return model.networks.reach(model.of(Subnet)[0])


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([], Reach.ISOLATED),
        ([{**ANYWHERE, "GatewayId": {"Ref": "Gateway"}}], Reach.PUBLIC),
        ([{**ANYWHERE, "GatewayId": "igw-1"}], Reach.PUBLIC),
        ([{**ANYWHERE, "NatGatewayId": {"Ref": "Nat"}}], Reach.NAT),
        ([{**ANYWHERE, "NatGatewayId": {"Ref": "PrivateNat"}}], Reach.UNKNOWN),
        ([{**ANYWHERE, "TransitGatewayId": "tgw-1"}], Reach.UNKNOWN),
        ([{**ANYWHERE, "GatewayId": {"Ref": "Parameter"}}], Reach.UNKNOWN),
        ([{"DestinationCidrBlock": {"Ref": "P"}, "GatewayId": {"Ref": "Gateway"}}], Reach.UNKNOWN),
        ([{"DestinationIpv6CidrBlock": "::/0", "GatewayId": {"Ref": "Gateway"}}], Reach.UNKNOWN),
        (
            [
                {**ANYWHERE, "NatGatewayId": {"Ref": "Nat"}},
                {"DestinationCidrBlock": "10.0.0.0/8", "VpcPeeringConnectionId": "p"},
            ],
            Reach.NAT,
        ),
        (
            [{**ANYWHERE, "NatGatewayId": {"Ref": "Nat"}}, {**ANYWHERE, "GatewayId": {"Ref": "Gateway"}}],
            Reach.UNKNOWN,
        ),
        ([{"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"}], Reach.ISOLATED),
    ],
)
def test_reach(routes: list[dict[str, Any]], expected: Reach) -> None:
    """The default route decides; other destinations are unknown."""
    assert reach(*routes) is expected


def test_reach_of_what_is_not_shown() -> None:
    """Without an association the VPC's main table decides; a conditional route may not exist."""
    assert reach(link=False) is Reach.UNKNOWN
    assert reach({**ANYWHERE, "NatGatewayId": {"Ref": "Nat"}}, Condition="C") is Reach.UNKNOWN


@pytest.mark.parametrize(
    ("name", "services"),
    [
        ("com.amazonaws.eu-west-1.ecr.dkr", {"ecr.dkr"}),
        ("cn.com.amazonaws.cn-north-1.batch", {"batch"}),
        ({"Fn::Sub": "com.amazonaws.${AWS::Region}.ecs-agent"}, {"ecs-agent"}),
        ({"Ref": "Service"}, None),
        ({"Fn::Sub": "com.amazonaws.eu-west-1.${Service}"}, None),
    ],
)
def test_endpoint_services(name: Any, services: set[str] | None) -> None:
    """A service is the part of the name after the Region; one unknown name makes the set unknown."""
    properties = {"VpcId": {"Ref": "Vpc"}, "ServiceName": name}
    model = model_of(
        {"Resources": {**BASE, "E": {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties}}}
    )
    [vpc] = model.of(Vpc)
    assert model.networks.endpoint_services(vpc) == services
    assert len(model.networks.endpoints(vpc)) == 1


def test_endpoints_of_another_vpc_do_not_count() -> None:
    """An endpoint counts for its own VPC; one of an unknown VPC counts for any."""
    other = {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {"VpcId": "vpc-2", "ServiceName": "com.amazonaws.x.logs"},
    }
    model = model_of({"Resources": {**BASE, "E": other}})
    assert model.networks.endpoint_services(model.of(Vpc)[0]) == frozenset()
    other["Properties"] = {"VpcId": {"Ref": "P"}, "ServiceName": "com.amazonaws.x.logs"}
    model = model_of({"Resources": {**BASE, "E": other}})
    assert model.networks.endpoint_services(model.of(Vpc)[0]) == frozenset({"logs"})


def test_rules_of_a_security_group() -> None:
    """Inline rules and separate rules both count."""
    group = {"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 22}], "SecurityGroupEgress": []}
    rule = {"GroupId": {"Fn::GetAtt": ["Group", "GroupId"]}, "IpProtocol": "-1"}
    model = model_of(
        {
            "Resources": {
                "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": group},
                "In": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": rule},
                "Out": {"Type": "AWS::EC2::SecurityGroupEgress", "Properties": rule},
                "Other": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {"GroupId": "sg-1"}},
            }
        }
    )
    [found] = model.of(SecurityGroup)
    assert [ingress.protocol for ingress in model.networks.ingress(found)] == ["tcp", "-1"]
    assert [egress.protocol for egress in model.networks.egress(found)] == ["-1"]
