"""Checks that jobs can reach the services that they need from their subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._images import explicit_images
from batch_constructs.assembly.checks._networks import environments_for
from batch_constructs.assembly.checks._reach import answers, asked, stops_in
from batch_constructs.assembly.checks._secrets import reader_of, secrets_of
from batch_constructs.assembly.checks.job_definitions._parts import containers, owners
from batch_constructs.assembly.proofs import Verdict
from batch_constructs.assembly.reach import Exit, Kind, exit_of, subnets_of
from batch_constructs.assembly.template import PartialText, Unknown, is_known, is_one_of
from batch_constructs.assembly.template.resources.networks import Subnet, Vpc
from batch_constructs.facts import endpoints, limits, managed_policies, network_needs, registries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.assembly.checks._reach import Answers
    from batch_constructs.assembly.proofs import Question
    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        Container,
        EcsTask,
        JobContainer,
        JobDefinition,
    )
    from batch_constructs.assembly.template.resources.containers import Secret
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


def _of_nodes(definition: JobDefinition, batch: BatchModel) -> Answers:
    """Return whether the containers of a multi-node job, which have no public IP address, reach the internet."""
    environments = environments_for(definition, batch) if definition.multi_node else ()
    return answers(environments, (network_needs.PUBLIC_IMAGE,), batch, Verdict.NO) if environments else {}


@rule(
    "NET-02",
    severity=WARNING,
    remedy="run multi-node jobs in subnets with a NAT gateway, or add endpoints for what the nodes use",
    prevents="nodes that reach no service: their containers have only private IP addresses",
    asks=lambda definition, batch: asked(f"nodes of {definition.label}", _of_nodes(definition, batch)),
)
def nodes_in_private_subnets(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """The nodes of a multi-node job must not be in public subnets: they have no public IP address."""
    for stop in stops_in(_of_nodes(definition, batch), Kind.ADDRESS)[:1]:
        name = environments_for(definition, batch)[0].label
        message = f"nodes get no public IP address, and {name}'s subnets route only to an internet gateway"
        yield Finding(definition, message, at="NodeProperties", proof=stop.answer)


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


_ADDRESSES = {"ENABLED": Verdict.YES, "DISABLED": Verdict.NO, None: Verdict.NO}


def _of_tasks(
    owner: JobContainer | EcsTask, environments: Sequence[ComputeEnvironment], batch: BatchModel
) -> Answers:
    """Return whether a Fargate task, which chooses its public IP address, reaches Amazon ECR."""
    address = owner.network_configuration.assign_public_ip
    verdict = Verdict.UNKNOWN if isinstance(address, Unknown) else _ADDRESSES.get(address, Verdict.UNKNOWN)
    return (
        answers(environments, map(network_needs.service, endpoints.ECR), batch, verdict)
        if environments
        else {}
    )


def _tasks_ask(definition: JobDefinition, batch: BatchModel) -> Iterator[Question]:
    environments = environments_for(definition, batch) if definition.fargate else ()
    for owner in owners(definition):
        yield from asked(f"tasks of {definition.label}", _of_tasks(owner, environments, batch))


@rule(
    "NET-04",
    chapter=_NETWORK,
    severity=WARNING,
    remedy="set AssignPublicIp to ENABLED in public subnets only, or run the job in subnets with a NAT gateway",
    prevents="jobs that fail with CannotPullContainerError",
    asks=_tasks_ask,
)
def public_ip_where_it_counts(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """A Fargate job must have a public IP address in public subnets; elsewhere an address has no effect."""
    environments = environments_for(definition, batch) if definition.fargate else ()
    if not environments:
        return
    name, at = environments[0].label, "AssignPublicIp"
    subnets = [subnets_of(each) for each in environments]
    exits = {exit_of(batch, subnet) for each in subnets for subnet in each}
    useless = all(each.complete for each in subnets) and exits and exits <= {Exit.NAT, Exit.ISOLATED}
    for owner in owners(definition):
        configuration = owner.network_configuration
        address = configuration.assign_public_ip
        where, path = (configuration, at) if configuration.present else (owner, "NetworkConfiguration")
        if useless and is_one_of(address, "ENABLED"):
            message = f"{at} has no effect in {name}'s subnets, which have no route to an internet gateway"
            yield Finding(where, message, at=path)
        for stop in stops_in(_of_tasks(owner, environments, batch), Kind.ADDRESS)[:1]:
            got = address or "none, which is DISABLED"
            message = f"{at} must be ENABLED in {name}'s subnets, which route only to an internet gateway, got {got}"
            yield Finding(where, message, at=path, proof=stop.answer)


def _of_secrets(definition: JobDefinition, batch: BatchModel) -> list[tuple[Secret, Answers]]:
    """Return whether a job reaches the service of each of its secrets."""
    environments = environments_for(definition, batch)
    used = [
        (each, _ENDPOINTS.get(reader_of(each) or ""))
        for owner in owners(definition)
        for each in secrets_of(owner)
    ]
    return [
        (secret, answers(environments, (network_needs.service(name),), batch))
        for secret, name in used
        if name and environments
    ]


@rule(
    "NET-05",
    chapter=_NETWORK,
    severity=WARNING,
    remedy="add the endpoint to the VPC, or give the subnets a NAT gateway",
    prevents="jobs that fail with ResourceInitializationError: unable to pull secrets",
    asks=lambda definition, batch: (
        question
        for _, found in _of_secrets(definition, batch)
        for question in asked(f"jobs of {definition.label}", found)
    ),
)
def secrets_are_in_reach(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """Jobs in isolated subnets that use secrets must have a VPC endpoint for the service with the secrets."""
    for secret, found in _of_secrets(definition, batch):
        for stop in stops_in(found, Kind.ROUTE, Kind.DNS, Kind.INGRESS):
            if isinstance(stop.hop.where, Vpc):
                name = environments_for(definition, batch)[0].label
                message = f"{name}'s isolated subnets need an endpoint for {stop.names}, got none"
            elif isinstance(stop.hop.where, Subnet):
                continue
            else:
                message = f"{stop.names} is out of reach: {stop.hop.sentence}"
            add = "add the endpoint to the VPC"
            if definition.construct_path:
                add += f" (BatchNetwork: extra_endpoints=[ec2.InterfaceVpcEndpointAwsService.{_CDK[stop.names]}])"
            fix = f"{add}, or give the subnets a NAT gateway"
            yield Finding(secret, message, at="ValueFrom", fix=fix, proof=stop.answer)


def _public_images(definition: JobDefinition) -> Iterator[tuple[Container, str]]:
    """Yield the containers whose image is certainly in a public registry, and the registry."""
    for container in containers(definition):
        image = container.image
        text = image.text if isinstance(image, PartialText) else image
        # Before the first slash everything must be known.
        known = is_known(text) and "$" not in text.partition("/")[0].partition(":")[0]
        registry = registries.public_registry(text) if known and is_known(text) else None
        if registry:
            yield container, registry


def _of_images(definition: JobDefinition, batch: BatchModel) -> Answers:
    """Return whether a job reaches public registries."""
    environments = environments_for(definition, batch) if any(_public_images(definition)) else ()
    return answers(environments, (network_needs.PUBLIC_IMAGE,), batch) if environments else {}


@rule(
    "NET-13",
    chapter=_NETWORK,
    severity=ERROR,
    remedy="copy the image to Amazon ECR, or use a pull-through cache, and pull it from there; or give the subnets a NAT gateway",
    prevents="CannotPullContainerError: no endpoint leads to Docker Hub or to the Amazon ECR Public Gallery",
    asks=lambda definition, batch: asked(f"jobs of {definition.label}", _of_images(definition, batch)),
)
def images_are_in_reach(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """Jobs in subnets without a route to the internet cannot have images from public registries."""
    for stop in stops_in(_of_images(definition, batch), Kind.ROUTE)[:1]:
        environments = environments_for(definition, batch)
        # Their own machine images may contain the container's image.
        prepared = any(
            not each.compute_resources.fargate and any(explicit_images(each.compute_resources))
            for each in environments
        )
        for container, registry in _public_images(definition):
            name = environments[0].label
            message = f"{name}'s subnets reach no public registry, got an image of {registry}"
            yield Finding(
                container, message, at="Image", severity=WARNING if prepared else ERROR, proof=stop.answer
            )
