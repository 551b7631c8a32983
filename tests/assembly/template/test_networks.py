"""The parts of networks, by the resource that they belong to."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.networks import endpoint_service
from batch_constructs.assembly.template.resources import SecurityGroup, Vpc, VpcEndpoint


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("com.amazonaws.eu-west-1.ecr.dkr", "ecr.dkr"),
        ("cn.com.amazonaws.cn-north-1.batch", "batch"),
        ({"Fn::Sub": "com.amazonaws.${AWS::Region}.ecs-agent"}, "ecs-agent"),
        ({"Ref": "Service"}, None),
        ({"Fn::Sub": "com.amazonaws.eu-west-1.${Service}"}, None),
    ],
)
def test_the_service_of_an_endpoint(name: Any, service: str | None) -> None:
    """A service is the part of the name after the Region; ``None`` if that part is unknown."""
    endpoint = {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"ServiceName": name}}
    [found] = model_of({"Resources": {"E": endpoint}}).of(VpcEndpoint)
    assert endpoint_service(found) == service


@pytest.mark.parametrize(
    ("vpc", "own", "loose"), [({"Ref": "Vpc"}, 1, 0), ("vpc-2", 0, 0), ({"Ref": "Parameter"}, 0, 1)]
)
def test_an_entry_belongs_to_what_it_names(vpc: Any, own: int, loose: int) -> None:
    """An endpoint of this VPC is its own, one of another VPC is not, and one of an unknown VPC may be."""
    endpoint = {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": vpc}}
    model = model_of({"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}, "E": endpoint}})
    endpoints = model.networks.endpoints
    assert (len(endpoints.of(model.of(Vpc)[0])), len(endpoints.loose)) == (own, loose)


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
