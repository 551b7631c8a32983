"""Whether compute resources can reach the services that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template.networks import Reach
from batch_constructs.facts import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeEnvironment

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CHAPTER = "Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments"


@rule(
    "NET-06",
    chapter=_CHAPTER,
    severity=WARNING,
    remedy="add the endpoints to the VPC, or give the subnets a route to a NAT gateway",
    prevents="jobs that wait in RUNNABLE, because no instance registers with its cluster",
)
def isolated_subnets_have_endpoints(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Subnets without a way to the internet need VPC endpoints for the services that jobs use."""
    resources = environment.compute_resources
    subnets = resources.subnets
    if not subnets or not subnets.complete or not (resources.ec2 or resources.fargate):
        return
    if any(batch.networks.reach(subnet) is not Reach.ISOLATED for subnet in subnets):
        return
    vpc = subnets[0].vpc
    services = batch.networks.endpoint_services(vpc) if vpc is not None else None
    if services is None:
        return
    needed = (*(endpoints.FARGATE_JOBS if resources.fargate else endpoints.EC2_JOBS), endpoints.S3_GATEWAY)
    missing = [service for service in needed if service not in services]
    if missing:
        message = (
            f"isolated subnets need endpoints for {', '.join(needed)}, got none for {', '.join(missing)}"
        )
        yield Finding(resources, message, at="Subnets")
