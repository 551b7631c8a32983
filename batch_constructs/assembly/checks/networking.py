"""Checks that compute resources can reach the services that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._reach import needs_of, questions, stops
from batch_constructs.assembly.reach import Kind, subnets_of
from batch_constructs.assembly.template.resources.networks import Subnet, Vpc
from batch_constructs.facts import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.checks._reach import Stop
    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeEnvironment

CHAPTER = "Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_WAITS = "jobs that wait in RUNNABLE, because no instance registers with its cluster"


@rule(
    "NET-06",
    severity=WARNING,
    remedy="add the endpoints to the VPC, with private DNS and port 443 open, or give the subnets a NAT gateway",
    prevents=_WAITS,
    asks=questions,
)
def isolated_subnets_have_endpoints(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Subnets without a route to the internet must have VPC endpoints for the services that jobs use."""
    found = stops(environment, batch, Kind.ROUTE, Kind.DNS, Kind.INGRESS)
    lost = [stop.hop for stop in found if isinstance(stop.hop.where, Subnet)]
    for stop in found:
        if isinstance(stop.hop.where, Vpc):
            needed = ", ".join(need.to for need in needs_of(environment))
            message = f"isolated subnets need endpoints for {needed}, got none for {stop.names}"
            tables = [each for each in lost if "route table of its own" in each.says]
            if tables:
                message = f"{tables[0].sentence}: {message}"
            add = "add the endpoints to the VPC, with private DNS and port 443 open"
            if environment.construct_path:
                add = f"let BatchNetwork(isolated=True) create them, or {add}"
            fix = f"{add}, or give the subnets a route table with a NAT gateway"
            yield Finding(environment.compute_resources, message, at="Subnets", fix=fix, proof=stop.answer)
        elif not isinstance(stop.hop.where, Subnet):
            yield _finding(environment, stop)


def _finding(environment: ComputeEnvironment, stop: Stop) -> Finding:
    """Return a finding at the hop that keeps an environment from what it needs."""
    message = f"{environment.label} does not reach {stop.names}: {stop.hop.sentence}"
    return Finding(stop.hop.where, message, at=stop.hop.at, proof=stop.answer)


@rule(
    "NET-07",
    severity=WARNING,
    remedy="choose subnets with a NAT gateway, set MapPublicIpOnLaunch, or add endpoints for ECS, ECR, logs and S3",
    prevents=_WAITS,
    asks=questions,
)
def public_subnets_give_addresses(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Instances in public subnets must have a public IP address to reach Amazon ECS."""
    for stop in stops(environment, batch, Kind.ADDRESS):
        message = f"instances in {stop.hop.place} get no public IP address, and the subnet routes only to an internet gateway"
        yield Finding(environment.compute_resources, message, at="Subnets", proof=stop.answer)


@rule(
    "NET-09",
    chapter="Compute Environments",
    severity=ERROR,
    remedy="allow outgoing TCP port 443 to 0.0.0.0/0, or to the group of the VPC endpoints and to the prefix list of S3",
    prevents="instances that never register, so that jobs wait in RUNNABLE, and images that are never pulled",
    asks=questions,
)
def groups_allow_https_out(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Security groups of compute resources must allow outgoing traffic on port 443, to Amazon ECS, ECR and S3."""
    subnets = subnets_of(environment)
    for stop in stops(environment, batch, Kind.EGRESS):
        severity = ERROR
        port, group = f"outgoing port {endpoints.HTTPS_PORT}", stop.hop.place
        if len(stop.needs) == len(needs_of(environment)):
            message = f"AWS services need {port}, which {group} does not allow"
        elif stop.names == endpoints.S3_GATEWAY:
            message = f"image layers are in Amazon S3, and {group} allows {port} within the VPC only"
            # A VPC that is not in the template may have an endpoint for S3 with private DNS.
            severity = ERROR if subnets and subnets.complete else WARNING
        else:
            message = f"{stop.names} need {port}, which {group} does not allow to them"
        yield Finding(
            environment.compute_resources, message, at=stop.hop.at, severity=severity, proof=stop.answer
        )


@rule(
    "NET-10",
    severity=ERROR,
    remedy="attach the internet gateway to the VPC, and put the NAT gateway into a subnet that routes to it",
    prevents=_WAITS,
    asks=questions,
)
def gateways_lead_out(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """The gateway that a subnet routes to must lead to the internet itself."""
    for stop in stops(environment, batch, Kind.GATEWAY):
        yield _finding(environment, stop)


@rule(
    "NET-11",
    severity=ERROR,
    remedy="allow outgoing TCP port 443 and incoming TCP ports 1024 to 65535 in the network ACL",
    prevents=_WAITS,
    asks=questions,
)
def acls_let_replies_in(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """The network ACL of a subnet must allow HTTPS, and the replies to it."""
    for stop in stops(environment, batch, Kind.ACL):
        yield _finding(environment, stop)


@rule(
    "NET-12",
    severity=ERROR,
    remedy="allow s3:GetObject for arn:aws:s3:::prod-<region>-starport-layer-bucket/* in the policy of the endpoint",
    prevents="CannotPullContainerError: AWS keeps the layers of images in Amazon ECR in a bucket of its own",
    asks=questions,
)
def policies_allow_image_layers(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """The policy of an endpoint for S3 must allow the bucket with the layers of images."""
    for stop in stops(environment, batch, Kind.POLICY):
        yield _finding(environment, stop)
