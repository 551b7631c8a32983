"""VPCs, subnets, routes, endpoints and security groups."""

from __future__ import annotations

from batch_constructs.assembly.template.members import (
    Boolean,
    Integer,
    Keyword,
    Link,
    Links,
    Structs,
    Text,
    Texts,
)
from batch_constructs.assembly.template.views import Resource, View


class Vpc(Resource):
    """A VPC."""

    TYPES = ("AWS::EC2::VPC",)

    cidr_block = Text("CidrBlock")
    enable_dns_hostnames = Boolean("EnableDnsHostnames")
    enable_dns_support = Boolean("EnableDnsSupport")


class Subnet(Resource):
    """A subnet; `Networks` of the assembly knows its routes."""

    TYPES = ("AWS::EC2::Subnet",)

    vpc_id = Text("VpcId")
    vpc = Link("VpcId", Vpc)
    cidr_block = Text("CidrBlock")
    availability_zone = Text("AvailabilityZone")
    map_public_ip_on_launch = Boolean("MapPublicIpOnLaunch")


class InternetGateway(Resource):
    """An internet gateway."""

    TYPES = ("AWS::EC2::InternetGateway",)


class NatGateway(Resource):
    """A NAT gateway."""

    TYPES = ("AWS::EC2::NatGateway",)

    connectivity_type = Keyword("ConnectivityType")


class RouteTable(Resource):
    """A route table."""

    TYPES = ("AWS::EC2::RouteTable",)

    vpc = Link("VpcId", Vpc)


class Route(Resource):
    """A route of a table."""

    TYPES = ("AWS::EC2::Route",)

    route_table = Link("RouteTableId", RouteTable)
    route_table_id = Text("RouteTableId")
    destination_cidr_block = Text("DestinationCidrBlock")
    gateway_id = Text("GatewayId")
    internet_gateway = Link("GatewayId", InternetGateway)
    nat_gateway_id = Text("NatGatewayId")
    nat_gateway = Link("NatGatewayId", NatGateway)


class SubnetRouteTableAssociation(Resource):
    """The route table of a subnet."""

    TYPES = ("AWS::EC2::SubnetRouteTableAssociation",)

    route_table = Link("RouteTableId", RouteTable)
    subnet_id = Text("SubnetId")
    subnet = Link("SubnetId", Subnet)


class SecurityGroupRule(View):
    """An inline rule of a security group."""

    protocol = Text("IpProtocol")
    from_port = Integer("FromPort")
    to_port = Integer("ToPort")
    cidr_ip = Text("CidrIp")
    cidr_ipv6 = Text("CidrIpv6")
    source_group_id = Text("SourceSecurityGroupId")
    destination_group_id = Text("DestinationSecurityGroupId")
    source_prefix_list_id = Text("SourcePrefixListId")
    destination_prefix_list_id = Text("DestinationPrefixListId")


class SecurityGroup(Resource):
    """A security group."""

    TYPES = ("AWS::EC2::SecurityGroup",)
    NAME = "GroupName"

    name = Text("GroupName")
    vpc_id = Text("VpcId")
    vpc = Link("VpcId", Vpc)
    ingress = Structs("SecurityGroupIngress", SecurityGroupRule)
    egress = Structs("SecurityGroupEgress", SecurityGroupRule)


class DefaultGroupRestriction(Resource):
    """The CDK's custom resource for ``restrict_default_security_group``: it removes all rules of a VPC's default group."""

    TYPES = ("Custom::VpcRestrictDefaultSG",)

    vpc = Link("DefaultSecurityGroupId", Vpc)


class _StandaloneRule(Resource):
    """A security group rule that is a separate resource."""

    protocol = Text("IpProtocol")
    from_port = Integer("FromPort")
    to_port = Integer("ToPort")
    cidr_ip = Text("CidrIp")
    cidr_ipv6 = Text("CidrIpv6")
    group_id = Text("GroupId")
    group = Link("GroupId", SecurityGroup)


class SecurityGroupIngress(_StandaloneRule):
    """A rule for incoming traffic."""

    TYPES = ("AWS::EC2::SecurityGroupIngress",)

    source_group_id = Text("SourceSecurityGroupId")
    source_group = Link("SourceSecurityGroupId", SecurityGroup)


class SecurityGroupEgress(_StandaloneRule):
    """A rule for outgoing traffic."""

    TYPES = ("AWS::EC2::SecurityGroupEgress",)

    destination_group_id = Text("DestinationSecurityGroupId")
    destination_group = Link("DestinationSecurityGroupId", SecurityGroup)


class VpcEndpoint(Resource):
    """An endpoint in a VPC for a service, whose name ends in ``.ecs``, ``.s3`` and so on."""

    TYPES = ("AWS::EC2::VPCEndpoint",)

    vpc_id = Text("VpcId")
    vpc = Link("VpcId", Vpc)
    service_name = Text("ServiceName")
    endpoint_type = Keyword("VpcEndpointType")
    private_dns_enabled = Boolean("PrivateDnsEnabled")
    subnets = Links("SubnetIds", Subnet)
    security_groups = Links("SecurityGroupIds", SecurityGroup)
    route_tables = Links("RouteTableIds", RouteTable)
    route_table_ids = Texts("RouteTableIds")
