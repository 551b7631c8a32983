"""Networks for compute environments, and the subnets of an environment in a network."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known
from batch_constructs.facts import endpoints, limits

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aws_cdk import aws_logs as logs
    from constructs import Construct

__all__ = ["BatchNetwork", "EnvironmentKind", "Placement", "placement"]


class EnvironmentKind(StrEnum):
    """The kinds of compute environments, which need different AWS services from their network.

    Guide: Compute Environments; Infrastructure Security in AWS Batch.
    """

    EC2 = "ec2"
    """Instances with the ECS agent: On-Demand or Spot."""
    FARGATE = "fargate"
    """Fargate or Fargate Spot."""
    EKS = "eks"
    """Nodes of an EKS cluster; its private endpoint must be on."""


_SERVICES = {
    EnvironmentKind.EC2: endpoints.EC2_JOBS,
    EnvironmentKind.FARGATE: endpoints.FARGATE_JOBS,
    EnvironmentKind.EKS: endpoints.EKS_JOBS,
}
_SMALLEST_SUBNET = 28  # as a prefix length
_CRITERIA = ("availability_zones", "one_per_az", "subnet_filters", "subnet_group_name", "subnet_type")


@checked
class BatchNetwork(CheckedConstruct):
    """A VPC for compute environments.

    By default it is the VPC of the guide's tutorial: public and private subnets in two Availability Zones; jobs run in the
    private ones and reach the internet through NAT. With ``isolated=True`` it has no internet access at all, and
    endpoints for exactly the AWS services that the environments need.
    In both cases S3, which also stores the layers of images in ECR, is reached through a gateway endpoint, which is free.

    The private subnets share all addresses that the small public ones leave, since every instance and Fargate job needs
    one. DNS is on, which endpoints need. The VPC's default security group keeps its rules, because multi-node jobs use it
    if their environment names no group, as in an `EfaComputeEnvironment`.

    Guide: Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments.
    """

    vpc: ec2.Vpc
    """The network; ``resource`` is the same."""

    subnets: ec2.SubnetSelection
    """The subnets for environments, which they use by default: private, isolated or (without NAT) public ones."""

    endpoints: Mapping[str, ec2.InterfaceVpcEndpoint | ec2.GatewayVpcEndpoint]
    """Endpoints by the short name of the service: ``s3``, and in an isolated network more, such as ``ecr.dkr``."""

    endpoint_security_group: ec2.SecurityGroup | None
    """The group of all interface endpoints: HTTPS from the VPC, nothing else. ``None`` unless isolated."""

    flow_log_group: logs.LogGroup | None
    """The log group of flow logs; ``None`` if they are off."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cidr: str = "10.0.0.0/16",
        max_azs: int = 2,
        nat_gateways: int | None = None,
        isolated: bool = False,
        endpoints_for: Collection[EnvironmentKind] | None = None,
        extra_endpoints: Sequence[ec2.InterfaceVpcEndpointAwsService] = (),
        flow_logs: bool = False,
        flow_log_retention: logs.RetentionDays | None = None,
    ) -> None:
        """Create the network.

        Args:
            scope: Where the network belongs.
            id: Its name in that scope.
            cidr: Its IPv4 addresses, /16 (by default) to /28. Literal, since the CDK divides the block at synth.
            max_azs: The number of Availability Zones with subnets, at least 1; by default 2, which is all that
                a stack without an explicit Region can have. More zones give Spot more capacity to choose from.
            nat_gateways: The number of NAT gateways, at most one per zone; by default 1. With 0 there are no private
                subnets: environments then go to public subnets and need public addresses.
            isolated: Whether there is no way to the internet. Images must come from ECR then. By default there is one.
            endpoints_for: With ``isolated`` only: the kinds of environment that it is for. By default EC2 and Fargate.
            extra_endpoints: With ``isolated`` only: further services that jobs call, such as ``SECRETS_MANAGER``. By
                default none.
            flow_logs: Whether to log all traffic of the VPC to CloudWatch Logs. By default it is not.
            flow_log_retention: With ``flow_logs`` only: how long to keep them. By default one month.

        Raises:
            ValueError: a value is out of range, or arguments contradict each other.
        """
        problems = Problems()
        _check_plan(problems, cidr, max_azs, nat_gateways, isolated=isolated)
        problems.check(
            isolated or (endpoints_for is None and not extra_endpoints),
            "endpoints_for and extra_endpoints need isolated=True, got isolated=False: other networks reach AWS "
            "without endpoints",
        )
        kinds = (EnvironmentKind.EC2, EnvironmentKind.FARGATE) if endpoints_for is None else endpoints_for
        unknown = [kind for kind in kinds if kind not in _SERVICES]
        problems.check(
            not unknown,
            f"endpoints_for takes {', '.join(EnvironmentKind)}, got {', '.join(map(repr, unknown))}",
        )
        problems.check(
            flow_logs or flow_log_retention is None,
            "flow_log_retention needs flow_logs=True, got flow_logs=False",
        )
        problems.raise_if_any()

        super().__init__(scope, id)
        nat = (0 if isolated else 1) if nat_gateways is None else nat_gateways
        layout = _layout(cidr, nat, isolated=isolated)
        self.flow_log_group = self._flow_log_group(flow_log_retention) if flow_logs else None
        self.vpc = self.resource = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(cidr),
            max_azs=max_azs,
            nat_gateways=nat,
            subnet_configuration=layout,
            flow_logs=_flow_logs_to(self.flow_log_group) if self.flow_log_group else None,
            # Nodes of multi-node jobs use that group, which must let them reach each other.
            restrict_default_security_group=False,
        )
        self.subnets = ec2.SubnetSelection(subnet_type=layout[-1].subnet_type)
        self.endpoint_security_group = None
        gateway, service = endpoints.S3_GATEWAY, ec2.GatewayVpcEndpointAwsService.S3
        self.endpoints = {gateway: ec2.GatewayVpcEndpoint(self, gateway, vpc=self.vpc, service=service)}
        if isolated:
            self._add_endpoints(kinds, extra_endpoints)

    def _flow_log_group(self, retention: logs.RetentionDays | None) -> logs.LogGroup:
        from aws_cdk import aws_logs as logs  # noqa: PLC0415 - only flow logs need it

        return logs.LogGroup(self, "FlowLogGroup", retention=retention or logs.RetentionDays.ONE_MONTH)

    def _add_endpoints(
        self, kinds: Collection[EnvironmentKind], extra: Sequence[ec2.InterfaceVpcEndpointAwsService]
    ) -> None:
        self.endpoint_security_group = group = ec2.SecurityGroup(
            self,
            "EndpointSecurityGroup",
            vpc=self.vpc,
            description="HTTPS from the VPC to its endpoints",
            allow_all_outbound=False,
        )
        # In the order of the enum, so that a set of kinds gives the same template each time.
        names = (name for kind in EnvironmentKind if kind in kinds for name in _SERVICES[kind])
        services = {name: ec2.InterfaceVpcEndpointAwsService(name) for name in dict.fromkeys(names)}
        services |= {service.short_name: service for service in extra}
        self.endpoints = dict(self.endpoints) | {
            # The CDK adds the rule for HTTPS from the VPC's addresses to the group.
            name: ec2.InterfaceVpcEndpoint(self, name, vpc=self.vpc, service=service, security_groups=[group])
            for name, service in services.items()
        }


def _check_plan(
    problems: Problems, cidr: str, max_azs: int, nat_gateways: int | None, *, isolated: bool
) -> None:
    if not known([cidr, max_azs, nat_gateways]):
        # Tokens are not possible here, since the CDK divides the addresses at synth.
        problems.add("cidr, max_azs and nat_gateways must be literal, since subnets are laid out at synth")
        return
    problems.check(max_azs >= 1, f"max_azs must be at least 1, got {max_azs}")
    problems.check(
        nat_gateways is None or not isolated,
        f"isolated=True has no NAT gateways, got nat_gateways={nat_gateways}: leave one of the two out",
    )
    problems.check(
        nat_gateways is None or isolated or 0 <= nat_gateways <= max(max_azs, 1),
        "nat_gateways must be between 0 and max_azs, one for each zone, got "
        f"nat_gateways={nat_gateways} and max_azs={max_azs}",
    )
    try:
        block = IPv4Network(cidr)
    except ValueError as error:
        problems.add(f"cidr must be an IPv4 block such as 10.0.0.0/16, got {cidr!r}: {error}")
        return
    problems.within("the prefix length of cidr", block.prefixlen, limits.VPC_PREFIX_LENGTH)
    public = 0 if isolated or nat_gateways == 0 else 2 ** (32 - _public_mask(block))
    needed = max_azs * (2 ** (32 - _SMALLEST_SUBNET) + public)
    problems.check(
        needed <= block.num_addresses,
        f"cidr must hold the subnets, at least {needed} addresses with max_azs={max_azs}, got {cidr} with "
        f"{block.num_addresses}",
    )


def _public_mask(block: IPv4Network) -> int:
    return min(block.prefixlen + 8, _SMALLEST_SUBNET)


def _layout(cidr: str, nat: int, *, isolated: bool) -> list[ec2.SubnetConfiguration]:
    # Without a mask, the subnets of a kind share all remaining addresses. The last kind is for the environments.
    public = ec2.SubnetConfiguration(
        name="Public",
        subnet_type=ec2.SubnetType.PUBLIC,
        cidr_mask=_public_mask(IPv4Network(cidr)) if nat else None,
    )
    if isolated:
        return [ec2.SubnetConfiguration(name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)]
    private = ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
    return [public, private] if nat else [public]


def _flow_logs_to(group: logs.LogGroup) -> dict[str, ec2.FlowLogOptions]:
    return {"FlowLog": ec2.FlowLogOptions(destination=ec2.FlowLogDestination.to_cloud_watch_logs(group))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The subnets of a compute environment."""

    subnet_ids: tuple[str, ...]
    """The subnets' ids in the order of the VPC: tokens, or literal ids of an imported VPC."""

    public: bool | None
    """Whether one of them routes to an internet gateway; ``None`` for subnets that are not in the VPC object."""


_PLACEMENTS: WeakKeyDictionary[ec2.IVpc, list[tuple[ec2.SubnetSelection | None, Placement]]] = (
    WeakKeyDictionary()
)


def placement(vpc: ec2.IVpc, selection: ec2.SubnetSelection | None = None) -> Placement:
    """Return the subnets for an environment, computed once for each VPC and selection.

    Without a selection they are the private subnets with internet access, else the isolated, else the public ones, as in
    the CDK.

    Args:
        vpc: The network, of this app or imported.
        selection: The selection of its subnets.

    Raises:
        ValueError: the VPC has no subnets, or none of the selected ones.
    """
    # Each answer needs several calls to Node.js, and ten environments in one VPC would repeat them ten times.
    remembered = _PLACEMENTS.setdefault(vpc, [])
    if (before := next((answer for asked, answer in remembered if asked == selection), None)) is not None:
        return before
    answer = _default(vpc) if selection is None else _selected(vpc, selection)
    if not answer.subnet_ids:
        lacking = "vpc must have" if selection is None else "vpc_subnets must select"
        raise ValueError(f"{lacking} subnets, got none: import it with their ids, or select others")
    remembered.append((selection, answer))
    return answer


def _default(vpc: ec2.IVpc) -> Placement:
    # Reading these lists needs fewer calls to Node.js than select_subnets() and its eight fields.
    if subnets := vpc.private_subnets or vpc.isolated_subnets:
        return Placement(subnet_ids=_ids(subnets), public=False)
    return Placement(subnet_ids=_ids(vpc.public_subnets), public=True)


def _selected(vpc: ec2.IVpc, selection: ec2.SubnetSelection) -> Placement:
    criteria = {name: getattr(selection, name) for name in _CRITERIA}
    if selection.subnets is not None and not any(criteria.values()):
        # select_subnets() would read each subnet's zone, and fail for Subnet.from_subnet_id().
        return _named(vpc, _ids(selection.subnets))
    try:
        chosen = vpc.select_subnets(subnets=selection.subnets, **criteria)
    except RuntimeError as error:
        raise ValueError(f"vpc_subnets must select subnets of the VPC: {error}") from error
    public = chosen.has_public or (None if selection.subnets else False)
    return Placement(subnet_ids=tuple(chosen.subnet_ids), public=public)


def _named(vpc: ec2.IVpc, ids: tuple[str, ...]) -> Placement:
    if not set(ids).isdisjoint(_ids(vpc.public_subnets)):
        return Placement(subnet_ids=ids, public=True)
    private = {*_ids(vpc.private_subnets), *_ids(vpc.isolated_subnets)}
    return Placement(subnet_ids=ids, public=False if private.issuperset(ids) else None)


def _ids(subnets: Sequence[ec2.ISubnet]) -> tuple[str, ...]:
    return tuple(subnet.subnet_id for subnet in subnets)
