"""Checks that jobs can reach the services that they need from their subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._networks import environments_for, shared_reach, vpc_services
from batch_constructs.assembly.checks._secrets import reader_of, secrets_of
from batch_constructs.assembly.checks.job_definitions._parts import owners
from batch_constructs.assembly.template import is_one_of
from batch_constructs.assembly.template.networks import Reach
from batch_constructs.facts import endpoints, limits, managed_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import JobDefinition
    from batch_constructs.assembly.template.resources.submissions import Submission

CHAPTER = "Multi-node Parallel Jobs"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_NETWORK = "Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments"
_ENDPOINTS = {
    managed_policies.GET_SECRET_VALUE: endpoints.SECRETS_MANAGER[0],
    managed_policies.GET_PARAMETERS: endpoints.PARAMETER_STORE[0],
}

# The CDK's names for them.
_CDK = {endpoints.SECRETS_MANAGER[0]: "SECRETS_MANAGER", endpoints.PARAMETER_STORE[0]: "SSM"}


@rule(
    "NET-02",
    severity=WARNING,
    remedy="run multi-node jobs in subnets with a NAT gateway, or add endpoints for what the nodes use",
    prevents="nodes that reach no service: their containers have only private IP addresses",
)
def nodes_in_private_subnets(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """The nodes of a multi-node job must not be in public subnets: they have no public IP address."""
    environments = environments_for(definition, batch) if definition.multi_node else ()
    if environments and shared_reach(environments, batch) is Reach.PUBLIC:
        name = environments[0].label
        message = f"nodes get no public IP address, and {name}'s subnets route only to an internet gateway"
        yield Finding(definition, message, at="NodeProperties")


@rule(
    "NET-03",
    severity=ERROR,
    remedy="give the environment at most 5 security groups",
    prevents="multi-node jobs that fail to start: a network interface has at most 5 groups",
)
def security_groups_of_nodes(submission: Submission) -> Iterator[Finding]:
    """An environment for multi-node jobs must have at most 5 security groups."""
    definition, queue = submission.definition, submission.queue
    if definition is None or queue is None or not definition.multi_node:
        return
    limit, at = limits.MULTI_NODE_SECURITY_GROUPS, "SecurityGroupIds"
    for environment in queue.environments:
        resources = environment.compute_resources
        count = len(resources.security_group_ids)
        if count and (problem := limit.problem(at, count)):
            message = f"{problem}, because {definition.label} is a multi-node job"
            yield Finding(resources, message, at=at)


@rule(
    "NET-04",
    chapter=_NETWORK,
    severity=WARNING,
    remedy="set AssignPublicIp to ENABLED in public subnets only, or run the job in subnets with a NAT gateway",
    prevents="jobs that fail with CannotPullContainerError",
)
def public_ip_where_it_counts(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """A Fargate job must have a public IP address in public subnets; elsewhere an address has no effect."""
    environments = environments_for(definition, batch) if definition.fargate else ()
    reach = shared_reach(environments, batch) if environments else None
    if reach is None:
        return
    name = environments[0].label
    around = [vpc_services(environment, batch) for environment in environments]
    reachable = any(services is None or services.issuperset(endpoints.ECR) for services in around)
    for owner in owners(definition):
        configuration, at = owner.network_configuration, "AssignPublicIp"
        where, path = (configuration, at) if configuration.present else (owner, "NetworkConfiguration")
        if reach is not Reach.PUBLIC and is_one_of(configuration.assign_public_ip, "ENABLED"):
            message = f"{at} has no effect in {name}'s subnets, which have no route to an internet gateway"
            yield Finding(where, message, at=path)
        elif (
            reach is Reach.PUBLIC
            and not reachable
            and is_one_of(configuration.assign_public_ip, "DISABLED", None)
        ):
            got = configuration.assign_public_ip or "none, which is DISABLED"
            message = f"{at} must be ENABLED in {name}'s subnets, which route only to an internet gateway, got {got}"
            yield Finding(where, message, at=path)


@rule(
    "NET-05",
    chapter=_NETWORK,
    severity=WARNING,
    remedy="add the endpoint to the VPC, or give the subnets a NAT gateway",
    prevents="jobs that fail with ResourceInitializationError: unable to pull secrets",
)
def secrets_are_in_reach(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """Jobs in isolated subnets that use secrets must have a VPC endpoint for the service with the secrets."""
    used = [(secret, reader_of(secret)) for owner in owners(definition) for secret in secrets_of(owner)]
    environments = environments_for(definition, batch) if used else ()
    if not environments or shared_reach(environments, batch) is not Reach.ISOLATED:
        return
    around = [vpc_services(environment, batch) for environment in environments]
    for secret, action in used:
        service = _ENDPOINTS.get(action or "")
        if service is not None and all(
            services is not None and service not in services for services in around
        ):
            name = environments[0].label
            message = f"{name}'s isolated subnets need an endpoint for {service}, got none"
            add = "add the endpoint to the VPC"
            if definition.construct_path:
                add += (
                    f" (BatchNetwork: extra_endpoints=[ec2.InterfaceVpcEndpointAwsService.{_CDK[service]}])"
                )
            fix = f"{add}, or give the subnets a NAT gateway"
            yield Finding(secret, message, at="ValueFrom", fix=fix)
