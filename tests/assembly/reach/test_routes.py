"""Where the routes of subnets lead."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.reach import Exit, exit_of
from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.resources import Subnet

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


def exit_with(*routes: dict[str, Any], link: bool = True, **entry: Any) -> Exit:
    resources = {
        f"Route{i}": {
            "Type": "AWS::EC2::Route",
            "Properties": {"RouteTableId": {"Ref": "Table"}, **route},
            **entry,
        }
        for i, route in enumerate(routes)
    }
    model = model_of({"Resources": {**BASE, **({"Link": LINK} if link else {}), **resources}})
    return exit_of(model, model.of(Subnet)[0])


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([], Exit.ISOLATED),
        ([{**ANYWHERE, "GatewayId": {"Ref": "Gateway"}}], Exit.PUBLIC),
        ([{**ANYWHERE, "GatewayId": "igw-1"}], Exit.PUBLIC),
        ([{**ANYWHERE, "NatGatewayId": {"Ref": "Nat"}}], Exit.NAT),
        ([{**ANYWHERE, "NatGatewayId": {"Ref": "PrivateNat"}}], Exit.UNKNOWN),
        ([{**ANYWHERE, "TransitGatewayId": "tgw-1"}], Exit.UNKNOWN),
        ([{**ANYWHERE, "GatewayId": {"Ref": "Parameter"}}], Exit.UNKNOWN),
        ([{"DestinationCidrBlock": {"Ref": "P"}, "GatewayId": {"Ref": "Gateway"}}], Exit.UNKNOWN),
        ([{"DestinationIpv6CidrBlock": "::/0", "GatewayId": {"Ref": "Gateway"}}], Exit.UNKNOWN),
        (
            [
                {**ANYWHERE, "NatGatewayId": {"Ref": "Nat"}},
                {"DestinationCidrBlock": "10.0.0.0/8", "VpcPeeringConnectionId": "p"},
            ],
            Exit.NAT,
        ),
        (
            [{**ANYWHERE, "NatGatewayId": {"Ref": "Nat"}}, {**ANYWHERE, "GatewayId": {"Ref": "Gateway"}}],
            Exit.UNKNOWN,
        ),
        ([{"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"}], Exit.ISOLATED),
    ],
)
def test_the_default_route_decides(routes: list[dict[str, Any]], expected: Exit) -> None:
    """The default route decides; other destinations are unknown."""
    assert exit_with(*routes) is expected


def test_an_unknown_table_leaves_it_open() -> None:
    """Without an association the VPC's main table decides, to which a template cannot add a route; a conditional route may not
    exist."""
    assert exit_with(link=False) is Exit.ISOLATED
    assert exit_with({**ANYWHERE, "NatGatewayId": {"Ref": "Nat"}}, Condition="C") is Exit.UNKNOWN
