"""Checks that compute resources can reach the services that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, one_of, rule
from batch_constructs.assembly.checks._networks import shared_reach, subnets_of, vpc_services
from batch_constructs.assembly.template import Unknown, is_known, is_none_of, is_one_of
from batch_constructs.assembly.template.networks import Reach, endpoint_service
from batch_constructs.facts import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ComputeResources,
        SecurityGroup,
        Vpc,
        VpcEndpoint,
    )

CHAPTER = "Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def _needed(environment: ComputeEnvironment) -> tuple[str, ...]:
    """Return the endpoints that an environment needs in isolated subnets; none if its kind is unknown."""
    resources = environment.compute_resources
    if resources.fargate:
        return (*endpoints.FARGATE_JOBS, endpoints.S3_GATEWAY)
    if is_one_of(environment.eks, True) and resources.ec2:
        return (*endpoints.EKS_JOBS, endpoints.S3_GATEWAY)
    instances = resources.ec2 or is_one_of(resources.type, "ECS_MANAGED_INSTANCES")
    return (
        (*endpoints.EC2_JOBS, endpoints.S3_GATEWAY) if instances and is_one_of(environment.eks, False) else ()
    )


@rule(
    "NET-06",
    severity=WARNING,
    remedy="add the endpoints to the VPC, with private DNS and port 443 open, or give the subnets a NAT gateway",
    prevents="jobs that wait in RUNNABLE, because no instance registers with its cluster",
)
def isolated_subnets_have_endpoints(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Subnets without a route to the internet must have VPC endpoints for the services that jobs use."""
    needed = _needed(environment)
    if not needed or shared_reach([environment], batch) is not Reach.ISOLATED:
        return
    services = vpc_services(environment, batch)
    if services is None:
        return
    resources = environment.compute_resources
    missing = [service for service in needed if service not in services]
    if missing:
        message = (
            f"isolated subnets need endpoints for {', '.join(needed)}, got none for {', '.join(missing)}"
        )
        add = "add the endpoints to the VPC, with private DNS and port 443 open"
        if environment.construct_path:
            add = f"let BatchNetwork(isolated=True) create them, or {add}"
        yield Finding(resources, message, at="Subnets", fix=f"{add}, or give the subnets a NAT gateway")
    vpc = subnets_of(environment)[0].vpc
    for endpoint in batch.networks.endpoints(vpc) if vpc is not None else ():
        if endpoint_service(endpoint) in needed and is_one_of(endpoint.endpoint_type, "INTERFACE"):
            yield from _closed(endpoint, vpc, environment, batch)


def _closed(
    endpoint: VpcEndpoint, vpc: Vpc | None, environment: ComputeEnvironment, batch: BatchModel
) -> Iterator[Finding]:
    user = environment.label
    if is_one_of(endpoint.private_dns_enabled, False):
        message = f"{user} needs private DNS to find this endpoint, got PrivateDnsEnabled false"
        yield Finding(endpoint, message, at="PrivateDnsEnabled")
    elif is_one_of(endpoint.private_dns_enabled, True) and vpc is not None and _has_no_names(vpc):
        message = f"private DNS needs EnableDnsSupport and EnableDnsHostnames of {vpc.label}"
        yield Finding(endpoint, message, at="PrivateDnsEnabled")
    groups = endpoint.security_groups
    if groups and groups.complete and not any(_may_let_in(group, batch) for group in groups):
        names = one_of([group.label for group in groups])
        message = f"{user} reaches this endpoint on port {endpoints.HTTPS_PORT}, which {names} does not allow"
        yield Finding(endpoint, message, at="SecurityGroupIds")


def _has_no_names(vpc: Vpc) -> bool:
    # By default a VPC has DNS support but no DNS host names.
    return is_one_of(vpc.enable_dns_hostnames, False, None) or is_one_of(vpc.enable_dns_support, False)


def _may_let_in(group: SecurityGroup, batch: BatchModel) -> bool:
    """Return whether a group allows incoming HTTPS, or may do so."""
    if not group.ingress.complete or batch.networks.any_group_may_be_open:
        return True
    for each in batch.networks.ingress(group):
        low, high = each.from_port, each.to_port
        if not is_none_of(each.protocol, "-1", "tcp", "6"):
            every = is_one_of(each.protocol, "-1")
            if every or not is_known(low) or not is_known(high) or low <= endpoints.HTTPS_PORT <= high:
                return True
    return False


@rule(
    "NET-07",
    severity=WARNING,
    remedy="choose subnets with a NAT gateway, set MapPublicIpOnLaunch, or add endpoints for ECS, ECR, logs and S3",
    prevents="jobs that wait in RUNNABLE, because no instance registers with its cluster",
)
def public_subnets_give_addresses(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Instances in public subnets must have a public IP address to reach Amazon ECS."""
    resources, needed = environment.compute_resources, _needed(environment)
    if not resources.ec2 or not needed or _may_get_address(resources):
        return
    services = vpc_services(environment, batch)
    if services is None or services.issuperset(needed):
        return
    for subnet in resources.subnets:
        without = is_one_of(subnet.map_public_ip_on_launch, False, None)
        if without and batch.networks.reach(subnet) is Reach.PUBLIC:
            message = f"instances in {subnet.label} get no public IP address, and the subnet routes only to an internet gateway"
            yield Finding(resources, message, at="Subnets")


def _may_get_address(resources: ComputeResources) -> bool:
    """Return whether a launch template gives instances a public IP address, or may do so."""
    if (
        isinstance(resources.launch_template.node, Unknown)
        or not resources.launch_template.overrides.complete
    ):
        return True
    for _, template in resources.template_uses:
        interfaces = None if template is None else template.data.network_interfaces
        if interfaces is None or not interfaces.complete:
            return True
        if any(not is_one_of(each.associate_public_ip_address, False, None) for each in interfaces):
            return True
    return False
