"""VPCs, subnets, routes, endpoints and security groups."""

from __future__ import annotations

from batch_constructs.assembly.template.members import (
    Boolean,
    Integer,
    Keyword,
    Link,
    Links,
    Struct,
    Structs,
    Text,
    Texts,
)
from batch_constructs.assembly.template.resources.roles import PolicyDocument
from batch_constructs.assembly.template.unknown import Unknown, WrongType
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

    @property
    def only_ipv4(self) -> bool:
        """Return whether it certainly has no IPv6 addresses."""
        return isinstance(self.node, dict) and not any(name.startswith("Ipv6") for name in self.node)


class VpcCidrBlock(Resource):
    """A further range of addresses of a VPC."""

    TYPES = ("AWS::EC2::VPCCidrBlock",)

    vpc_id = Text("VpcId")
    vpc = Link("VpcId", Vpc)


class InternetGateway(Resource):
    """An internet gateway."""

    TYPES = ("AWS::EC2::InternetGateway",)


class GatewayAttachment(Resource):
    """The attachment of an internet gateway, or a VPN gateway, to a VPC."""

    TYPES = ("AWS::EC2::VPCGatewayAttachment",)

    vpc_id = Text("VpcId")
    vpc = Link("VpcId", Vpc)
    internet_gateway_id = Text("InternetGatewayId")
    internet_gateway = Link("InternetGatewayId", InternetGateway)


class NatGateway(Resource):
    """A NAT gateway."""

    TYPES = ("AWS::EC2::NatGateway",)

    connectivity_type = Keyword("ConnectivityType")
    subnet_id = Text("SubnetId")
    subnet = Link("SubnetId", Subnet)


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


class RoutePropagation(Resource):
    """The setting that copies the routes of a VPN gateway into route tables."""

    TYPES = ("AWS::EC2::VPNGatewayRoutePropagation",)

    route_table_ids = Texts("RouteTableIds")
    route_tables = Links("RouteTableIds", RouteTable)


class NetworkAcl(Resource):
    """A network access control list."""

    TYPES = ("AWS::EC2::NetworkAcl",)


class PortRange(View):
    """The ports of an entry of a network ACL."""

    low = Integer("From")
    high = Integer("To")


class NetworkAclEntry(Resource):
    """An entry of a network ACL; protocol -1 means all, 6 TCP."""

    TYPES = ("AWS::EC2::NetworkAclEntry",)

    acl_id = Text("NetworkAclId")
    acl = Link("NetworkAclId", NetworkAcl)
    of_default = Link("NetworkAclId", Vpc)
    egress = Boolean("Egress")
    protocol = Integer("Protocol")
    rule_action = Keyword("RuleAction")
    rule_number = Integer("RuleNumber")
    cidr_block = Text("CidrBlock")
    port_range = Struct("PortRange", PortRange)


class SubnetNetworkAclAssociation(Resource):
    """The network ACL of a subnet, in place of the VPC's default ACL."""

    TYPES = ("AWS::EC2::SubnetNetworkAclAssociation",)

    acl = Link("NetworkAclId", NetworkAcl)
    subnet_id = Text("SubnetId")
    subnet = Link("SubnetId", Subnet)


class HostedZone(Resource):
    """A hosted zone of Route 53."""

    TYPES = ("AWS::Route53::HostedZone",)

    name = Text("Name")


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
    of_default = Link("GroupId", Vpc)


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
    subnet_ids = Texts("SubnetIds")
    security_group_ids = Texts("SecurityGroupIds")
    route_tables = Links("RouteTableIds", RouteTable)
    route_table_ids = Texts("RouteTableIds")

    @property
    def policy(self) -> PolicyDocument:
        """The endpoint's policy; absent means that everything is allowed."""
        # Not a part, because the rules about statements are for roles.
        node = self.raw("PolicyDocument")
        known = node is None or isinstance(node, dict | Unknown)
        return PolicyDocument(self, ("PolicyDocument",), node if known else WrongType(node))
