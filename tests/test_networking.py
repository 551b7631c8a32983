"""Networks, and the subnets of an environment in a network."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Environment, Fn, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Match, Template
from cfnlint.api import lint
from jsii._kernel.providers import process

from batch_constructs.networking import BatchNetwork, EnvironmentKind, Placement, placement

ECS_ON_EC2 = {"ecs", "ecs-agent", "ecs-telemetry"}
IMAGES_AND_LOGS = {"ecr.api", "ecr.dkr", "logs", "s3"}
EKS = {"ec2", "eks", "sts"}


@pytest.fixture
def crossings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the members that are read or called in Node.js, in order."""
    seen: list[str] = []
    send = process._NodeProcess.send

    def count(node: process._NodeProcess, request: Any, answer: Any) -> Any:
        seen.append(str(getattr(request, "property", None) or getattr(request, "method", None)))
        return send(node, request, answer)

    monkeypatch.setattr(process._NodeProcess, "send", count)
    return seen


def _endpoints(template: Template) -> set[str]:
    """Return the services of the endpoints in a template."""
    resources = template.find_resources("AWS::EC2::VPCEndpoint").values()
    names = [resource["Properties"]["ServiceName"]["Fn::Join"][1][-1].lstrip(".") for resource in resources]
    assert len(names) == len(set(names))
    return set(names)


def _prefixes(template: Template, kind: str) -> list[int]:
    tag = {"Key": "aws-cdk:subnet-type", "Value": kind}
    subnets = template.find_resources(
        "AWS::EC2::Subnet", {"Properties": {"Tags": Match.array_with([tag])}}
    ).values()
    return [IPv4Network(subnet["Properties"]["CidrBlock"]).prefixlen for subnet in subnets]


def test_the_network_of_the_tutorial(stack: Stack) -> None:
    """Two zones, a public and a private subnet in each, one NAT gateway, DNS."""
    BatchNetwork(stack, "Network")

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::EC2::Subnet", 4)
    template.resource_count_is("AWS::EC2::NatGateway", 1)
    template.resource_count_is("AWS::EC2::InternetGateway", 1)
    template.resource_count_is("AWS::EC2::FlowLog", 0)
    template.has_resource_properties(
        "AWS::EC2::VPC",
        {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": True, "EnableDnsSupport": True},
    )


@pytest.mark.parametrize(("nat_gateways", "tables"), [(None, 4), (0, 2)])
def test_what_jobs_read_from_s3_does_not_pass_through_nat(
    stack: Stack, nat_gateways: int | None, tables: int
) -> None:
    """Layers of images and objects come through a gateway endpoint, which is free, in every subnet."""
    network = BatchNetwork(stack, "Network", nat_gateways=nat_gateways)

    assert set(network.endpoints) == {"s3"}
    template = Template.from_stack(stack)
    assert _endpoints(template) == {"s3"}
    [endpoint] = template.find_resources("AWS::EC2::VPCEndpoint").values()
    assert endpoint["Properties"]["VpcEndpointType"] == "Gateway"
    assert len(endpoint["Properties"]["RouteTableIds"]) == tables


def test_environments_get_most_of_the_addresses(stack: Stack) -> None:
    """Rule NET-08: the public subnets for NAT gateways leave most addresses for jobs."""
    BatchNetwork(stack, "Network")

    template = Template.from_stack(stack)
    assert _prefixes(template, "Private") == [18, 18]
    assert _prefixes(template, "Public") == [24, 24]


def test_the_default_security_group_takes_no_lambda_function() -> None:
    """Apps with the CDK's recommended flags would get a custom resource for it."""
    app = App(context={"@aws-cdk/aws-ec2:restrictDefaultSecurityGroup": True})
    stack = Stack(app, "Test")
    BatchNetwork(stack, "Network")

    Template.from_stack(stack).resource_count_is("AWS::Lambda::Function", 0)


def test_a_network_without_nat_has_public_subnets_only(stack: Stack) -> None:
    """The cheap network: instances get public addresses, and there are no subnets without internet access."""
    network = BatchNetwork(stack, "Network", nat_gateways=0)

    assert placement(network.vpc, network.subnets).public is True
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::EC2::NatGateway", 0)
    assert _prefixes(template, "Public") == [17, 17]
    template.all_resources_properties("AWS::EC2::Subnet", {"MapPublicIpOnLaunch": True})


def test_zones_and_gateways_are_as_many_as_asked_for() -> None:
    """More zones give Spot more capacity, and each zone can have its own NAT gateway."""
    environment = Environment(account="123456789012", region="eu-west-1")
    stack = Stack(App(), "Test", env=environment)
    BatchNetwork(stack, "Network", cidr="10.4.0.0/20", max_azs=3, nat_gateways=3)

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::EC2::NatGateway", 3)
    assert _prefixes(template, "Private") == [22, 22, 22]


def test_an_isolated_network_has_no_way_out(stack: Stack) -> None:
    """No internet gateway, no NAT, no route to anywhere, and only isolated subnets."""
    network = BatchNetwork(stack, "Network", isolated=True)

    assert placement(network.vpc, network.subnets) == placement(network.vpc)
    template = Template.from_stack(stack)
    for kind in ("InternetGateway", "VPCGatewayAttachment", "NatGateway", "EIP", "Route"):
        template.resource_count_is(f"AWS::EC2::{kind}", 0)
    assert _prefixes(template, "Isolated") == [17, 17]
    template.resource_count_is("AWS::EC2::Subnet", 2)


@pytest.mark.parametrize(
    ("kinds", "services"),
    [
        (None, ECS_ON_EC2 | IMAGES_AND_LOGS),
        ({EnvironmentKind.EC2}, ECS_ON_EC2 | IMAGES_AND_LOGS),
        ({EnvironmentKind.FARGATE}, IMAGES_AND_LOGS),
        ({EnvironmentKind.EKS}, EKS | IMAGES_AND_LOGS),
        ({EnvironmentKind.FARGATE, EnvironmentKind.EC2}, ECS_ON_EC2 | IMAGES_AND_LOGS),
        (list(EnvironmentKind), ECS_ON_EC2 | EKS | IMAGES_AND_LOGS),
        (["fargate"], IMAGES_AND_LOGS),
    ],
)
def test_each_kind_of_environment_gets_exactly_its_endpoints(
    stack: Stack, kinds: set[EnvironmentKind] | None, services: set[str]
) -> None:
    """Pain 8 (batch jobs stuck RUNNABLE): the required endpoints exist, and no others, which would cost money."""
    network = BatchNetwork(stack, "Network", isolated=True, endpoints_for=kinds)

    assert _endpoints(Template.from_stack(stack)) == services == set(network.endpoints)


def test_extra_endpoints_are_added_once(stack: Stack) -> None:
    """Jobs can reach further services; an existing endpoint is not created twice."""
    services = ec2.InterfaceVpcEndpointAwsService
    network = BatchNetwork(
        stack,
        "Network",
        isolated=True,
        endpoints_for=[EnvironmentKind.FARGATE],
        extra_endpoints=[services.SECRETS_MANAGER, services.CLOUDWATCH_LOGS],
    )

    expected = IMAGES_AND_LOGS | {"secretsmanager"}
    assert _endpoints(Template.from_stack(stack)) == expected == set(network.endpoints)


def test_endpoints_share_one_group_that_takes_https_from_the_vpc_only(stack: Stack) -> None:
    """It has one inbound rule and no outbound one, for any number of endpoints."""
    network = BatchNetwork(stack, "Network", isolated=True)

    template = Template.from_stack(stack)
    ((group, resource),) = template.find_resources("AWS::EC2::SecurityGroup").items()
    (ingress,) = resource["Properties"]["SecurityGroupIngress"]
    vpc = stack.get_logical_id(network.vpc.node.default_child)  # type: ignore[arg-type]
    assert ingress["CidrIp"] == {"Fn::GetAtt": [vpc, "CidrBlock"]}
    assert (ingress["IpProtocol"], ingress["FromPort"], ingress["ToPort"]) == ("tcp", 443, 443)
    assert [rule["CidrIp"] for rule in resource["Properties"]["SecurityGroupEgress"]] == [
        "255.255.255.255/32"
    ]
    interfaces = template.find_resources(
        "AWS::EC2::VPCEndpoint", {"Properties": {"VpcEndpointType": "Interface"}}
    )
    assert {json.dumps(item["Properties"]["SecurityGroupIds"]) for item in interfaces.values()} == {
        json.dumps([{"Fn::GetAtt": [group, "GroupId"]}])
    }
    assert all(item["Properties"]["PrivateDnsEnabled"] for item in interfaces.values())
    assert network.endpoint_security_group is not None


def test_flow_logs_expire_and_their_role_writes_nowhere_else(stack: Stack) -> None:
    """Pain 17: a log group of our own, with retention, and a role for that group alone."""
    network = BatchNetwork(stack, "Network", flow_logs=True)

    template = Template.from_stack(stack)
    assert network.flow_log_group is not None
    ((group, resource),) = template.find_resources("AWS::Logs::LogGroup").items()
    assert resource["Properties"] == {"RetentionInDays": 30}
    template.has_resource_properties(
        "AWS::EC2::FlowLog", {"LogGroupName": {"Ref": group}, "TrafficType": "ALL"}
    )
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": Match.object_like(
                {"Statement": [Match.object_like({"Resource": {"Fn::GetAtt": [group, "Arn"]}})]}
            )
        },
    )


def test_flow_logs_live_as_long_as_the_user_says(stack: Stack) -> None:
    """The user chooses the retention."""
    BatchNetwork(stack, "Network", flow_logs=True, flow_log_retention=logs.RetentionDays.ONE_YEAR)

    Template.from_stack(stack).has_resource_properties("AWS::Logs::LogGroup", {"RetentionInDays": 365})


def test_what_is_not_there_is_none(stack: Stack) -> None:
    """A network with NAT has no interface endpoints, no group for them, and no flow logs."""
    network = BatchNetwork(stack, "Network")

    assert network.resource is network.vpc
    assert set(network.endpoints) == {"s3"}
    assert network.endpoint_security_group is None
    assert network.flow_log_group is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cidr": "10.0.0.0/15"}, "the prefix length of cidr must be from 16 to 28, got 15"),
        ({"cidr": "10.0.0.0/24", "max_azs": 0}, "max_azs must be at least 1, got 0"),
        ({"cidr": "10.0.0.1/16"}, "cidr must be an IPv4 block such as 10.0.0.0/16, got '10.0.0.1/16'"),
        ({"cidr": "fd00::/56"}, "cidr must be an IPv4 block such as 10.0.0.0/16, got 'fd00::/56'"),
        (
            {"cidr": "10.0.0.0/27"},
            "cidr must hold the subnets, at least 64 addresses with max_azs=2, got 10.0.0.0/27 with 32",
        ),
        (
            {"nat_gateways": 3},
            "nat_gateways must be between 0 and max_azs, one for each zone, got nat_gateways=3",
        ),
        ({"nat_gateways": -1}, "nat_gateways must be between 0 and max_azs"),
        ({"nat_gateways": 0, "isolated": True}, "isolated=True has no NAT gateways, got nat_gateways=0"),
        ({"endpoints_for": [EnvironmentKind.EC2]}, "endpoints_for and extra_endpoints need isolated=True"),
        ({"extra_endpoints": [object()]}, "endpoints_for and extra_endpoints need isolated=True"),
        (
            {"endpoints_for": ["spot"], "isolated": True},
            "endpoints_for[0] must be a bc.EnvironmentKind, one of ec2, fargate, eks, got 'spot'",
        ),
        ({"flow_log_retention": logs.RetentionDays.ONE_DAY}, "flow_log_retention needs flow_logs=True"),
    ],
)
def test_impossible_networks_are_refused_before_anything_is_made(
    stack: Stack, arguments: dict[str, Any], message: str
) -> None:
    """Fails for contradicting arguments, and adds nothing to the tree."""
    with pytest.raises(ValueError) as refusal:
        BatchNetwork(stack, "Network", **arguments)

    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)
    assert stack.node.try_find_child("Network") is None


def test_all_contradictions_are_told_at_once(stack: Stack) -> None:
    """One error has all problems of a call."""
    with pytest.raises(ValueError) as refusal:
        BatchNetwork(
            stack,
            "Network",
            cidr="10.0.0.0/8",
            nat_gateways=9,
            endpoints_for=[EnvironmentKind.EKS],
            flow_log_retention=logs.RetentionDays.ONE_DAY,
        )

    assert len(str(refusal.value).splitlines()) == 4


@pytest.mark.parametrize("argument", ["cidr", "max_azs", "nat_gateways"])
def test_what_the_cdk_divides_at_synth_must_be_literal(stack: Stack, argument: str) -> None:
    """Fails for tokens, which the CDK cannot divide at synth."""
    parameter = CfnParameter(stack, "Parameter", type="String" if argument == "cidr" else "Number")
    token = parameter.value_as_string if argument == "cidr" else parameter.value_as_number

    with pytest.raises(ValueError, match="cidr, max_azs and nat_gateways must be literal"):
        BatchNetwork(stack, "Network", **{argument: token})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "arguments",
    [
        {"cidr": "192.168.0.0/26"},
        {"cidr": "192.168.0.0/28", "max_azs": 1, "isolated": True},
        {"cidr": "192.168.0.0/27", "nat_gateways": 0},
        {"max_azs": 1},
        {"nat_gateways": 2},
        {"endpoints_for": [], "isolated": True},
    ],
)
def test_possible_networks_pass(stack: Stack, arguments: dict[str, Any]) -> None:
    """Valid networks are accepted, down to the smallest subnets of AWS."""
    BatchNetwork(stack, "Network", **arguments)

    Template.from_stack(stack).resource_count_is("AWS::EC2::VPC", 1)


def test_cfn_lint_finds_nothing(stack: Stack) -> None:
    """For both kinds of network."""
    BatchNetwork(stack, "Open", flow_logs=True)
    BatchNetwork(stack, "Isolated", isolated=True, endpoints_for=list(EnvironmentKind))

    assert lint(json.dumps(Template.from_stack(stack).to_json())) == []


def test_environments_go_to_the_private_subnets(stack: Stack) -> None:
    """By default an environment does not use the public subnets."""
    network = BatchNetwork(stack, "Network")

    answer = placement(network.vpc)

    assert answer == placement(network.vpc, network.subnets)
    assert answer.public is False
    assert answer.subnet_ids == tuple(subnet.subnet_id for subnet in network.vpc.private_subnets)


@pytest.mark.parametrize(
    ("arguments", "public"),
    [
        ({}, False),
        ({"nat_gateways": 0}, False),
        (
            {"subnet_configuration": [ec2.SubnetConfiguration(name="P", subnet_type=ec2.SubnetType.PUBLIC)]},
            True,
        ),
    ],
    ids=["private", "isolated", "public"],
)
def test_the_default_is_that_of_the_cdk(stack: Stack, arguments: dict[str, Any], public: bool) -> None:
    """Without a selection the subnets are those of ``vpc.select_subnets()``."""
    vpc = ec2.Vpc(stack, "Vpc", **arguments)

    expected = Placement(subnet_ids=tuple(vpc.select_subnets().subnet_ids), public=public)
    assert placement(vpc) == expected


def test_ten_environments_ask_for_the_subnets_once(stack: Stack, crossings: list[str]) -> None:
    """The first one reads the list and each subnet's id; the others make no calls to Node.js."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    crossings.clear()

    answers = {placement(vpc) for _ in range(10)}

    assert len(answers) == 1
    assert crossings == ["privateSubnets", "subnetId", "subnetId"]


def test_equal_selections_are_asked_once(stack: Stack, crossings: list[str]) -> None:
    """Selections are compared by value, not by identity."""
    vpc = ec2.Vpc(stack, "Vpc")
    public = [ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC) for _ in range(3)]

    answers = {placement(vpc, selection) for selection in public}

    assert [answer.public for answer in answers] == [True]
    assert crossings.count("selectSubnets") == 1


def test_networks_are_not_mixed_up(stack: Stack) -> None:
    """Each network has its own answer."""
    one, other = ec2.Vpc(stack, "One"), ec2.Vpc(stack, "Other")

    assert not set(placement(one).subnet_ids) & set(placement(other).subnet_ids)


def test_a_selection_is_followed(stack: Stack) -> None:
    """Any selection of the CDK works, such as one subnet in one zone."""
    vpc = ec2.Vpc(stack, "Vpc")
    zone = vpc.availability_zones[1]

    answer = placement(vpc, ec2.SubnetSelection(availability_zones=[zone]))

    assert answer.subnet_ids == (vpc.private_subnets[1].subnet_id,)


@pytest.mark.parametrize("group", ["private_subnets", "public_subnets"])
def test_own_subnets_are_known_to_be_public_or_not(stack: Stack, group: str) -> None:
    """Also if the subnets are listed one by one."""
    vpc = ec2.Vpc(stack, "Vpc")

    answer = placement(vpc, ec2.SubnetSelection(subnets=getattr(vpc, group)))

    assert answer.public is (group == "public_subnets")
    assert len(answer.subnet_ids) == 2


def test_named_subnets_can_be_filtered_still(stack: Stack) -> None:
    """The CDK applies criteria in addition to a list."""
    vpc = ec2.Vpc(stack, "Vpc")

    answer = placement(vpc, ec2.SubnetSelection(subnets=vpc.public_subnets, one_per_az=True))

    assert answer == placement(vpc, ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC))


def test_foreign_subnets_may_be_public_or_not(stack: Stack) -> None:
    """The routes of a subnet that is known only by its id are unknown."""
    vpc = ec2.Vpc(stack, "Vpc")
    foreign = ec2.Subnet.from_subnet_id(stack, "Foreign", "subnet-0123456789abcdef0")

    answer = placement(vpc, ec2.SubnetSelection(subnets=[foreign]))

    assert answer == Placement(subnet_ids=("subnet-0123456789abcdef0",), public=None)


def test_an_imported_network_works_like_one_of_ours(stack: Stack) -> None:
    """Literal ids stay unchanged."""
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Imported",
        vpc_id="vpc-1",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        public_subnet_ids=["subnet-1", "subnet-2"],
        private_subnet_ids=["subnet-3", "subnet-4"],
    )

    assert placement(vpc) == Placement(subnet_ids=("subnet-3", "subnet-4"), public=False)
    public = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
    assert placement(vpc, public) == Placement(subnet_ids=("subnet-1", "subnet-2"), public=True)


def test_subnets_of_an_imported_network_may_be_tokens(stack: Stack) -> None:
    """Exports of another stack stay unchanged."""
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Imported",
        vpc_id="vpc-1",
        availability_zones=["eu-west-1a"],
        private_subnet_ids=[Fn.import_value("network-private-subnet")],
    )

    assert stack.resolve(list(placement(vpc).subnet_ids)) == [{"Fn::ImportValue": "network-private-subnet"}]


def test_a_selection_that_finds_nothing_is_refused(stack: Stack) -> None:
    """Fails with the CDK's list of what the network has, as a `ValueError` like everything."""
    network = BatchNetwork(stack, "Network", isolated=True)

    with pytest.raises(ValueError, match=r"must select .*: There are no 'Public' subnet groups in this VPC"):
        placement(network.vpc, ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC))
    with pytest.raises(ValueError, match="vpc_subnets must select subnets, got none"):
        placement(network.vpc, ec2.SubnetSelection(subnets=[]))


def test_a_network_imported_without_subnets_is_refused(stack: Stack) -> None:
    """Fails before an environment without subnets is created."""
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Imported", vpc_id="vpc-1", availability_zones=["eu-west-1a"])

    with pytest.raises(ValueError, match="vpc must have subnets, got none"):
        placement(vpc)
