"""Decides which endpoints of a VPC serve an AWS service, and what their policies allow."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from batch_constructs.assembly.reach.hops import Kind, hop
from batch_constructs.assembly.reach.matching import NO, UNKNOWN, YES, best, worst
from batch_constructs.assembly.template import PartialText, Reference, as_text, is_known, is_one_of
from batch_constructs.assembly.template.networks import endpoint_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.reach.hops import Hop
    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources.networks import Vpc, VpcEndpoint
    from batch_constructs.assembly.template.resources.roles import Statement
    from batch_constructs.facts.network_needs import NetworkNeed

_BUCKET = "AWS::S3::Bucket"
_GET_OBJECT = "s3:getobject"
_ARN = re.compile(r"^arn:[^:]*:s3:::")


def interface_endpoints(batch: BatchModel, vpc: Vpc, service: str) -> list[VpcEndpoint]:
    """Return the interface endpoints of a VPC for a service."""
    return [
        each
        for each in batch.networks.endpoints.of(vpc)
        if endpoint_service(each) == service and not is_gateway(each)
    ]


def gateway_endpoints(batch: BatchModel, vpc: Vpc, service: str) -> list[VpcEndpoint]:
    """Return the gateway endpoints of a VPC for a service."""
    return [
        each
        for each in batch.networks.endpoints.of(vpc)
        if endpoint_service(each) == service and is_gateway(each)
    ]


def others_may_serve(batch: BatchModel, vpc: Vpc) -> bool:
    """Return whether an endpoint of an unknown service or VPC may serve any service in a VPC."""
    endpoints = batch.networks.endpoints
    return bool(endpoints.loose) or any(endpoint_service(each) is None for each in endpoints.of(vpc))


def is_gateway(endpoint: VpcEndpoint) -> bool:
    """Return whether an endpoint is a gateway, to which route tables lead."""
    # An endpoint without a type is a gateway, but only S3 and DynamoDB have gateways.
    kind = endpoint.endpoint_type
    return is_one_of(kind, "GATEWAY") or (kind is None and endpoint_service(endpoint) in {"s3", "dynamodb"})


def serves(batch: BatchModel, endpoint: VpcEndpoint) -> Verdict:
    """Return whether the usual name of a service leads to an interface endpoint, which needs private DNS."""
    private = endpoint.private_dns_enabled
    if is_one_of(private, False):
        # A hosted zone for the service's name can replace private DNS.
        return UNKNOWN if batch.networks.hosted_zones else NO
    sure = is_one_of(private, True) and endpoint_service(endpoint) != "s3" and not endpoint.conditional
    return YES if sure else UNKNOWN


def names(endpoint: VpcEndpoint, vpc: Vpc) -> Hop:
    """Return the hop through the name of an endpoint with private DNS, which needs DNS in the VPC."""
    # By default a VPC has DNS support but no DNS host names.
    off = is_one_of(vpc.enable_dns_hostnames, False, None) or is_one_of(vpc.enable_dns_support, False)
    at = "PrivateDnsEnabled"
    if off and is_one_of(endpoint.private_dns_enabled, True):
        says = f"needs EnableDnsSupport and EnableDnsHostnames of {vpc.label} for its private DNS"
        return hop(Kind.DNS, NO, endpoint, says, at)
    known = is_known(endpoint.private_dns_enabled) and is_one_of(vpc.enable_dns_hostnames, True)
    says = "is found by the service's name" if known else "may be found by the service's name"
    return hop(Kind.DNS, YES if known else UNKNOWN, endpoint, says, at)


def policy(endpoint: VpcEndpoint, need: NetworkNeed) -> Iterator[Hop]:
    """Yield the hop through the policy of an endpoint; nothing without a policy, which allows everything."""
    document = endpoint.policy
    if document.absent:
        return
    verdict, at = (
        _allowed(list(document.statements), need, complete=document.statements.complete),
        "PolicyDocument",
    )
    what = f"the bucket with {need.bucket} in its name" if need.bucket else need.to
    allows = {YES: "allows", NO: "does not allow", UNKNOWN: "may allow"}[verdict]
    yield hop(Kind.POLICY, verdict, endpoint, f"has a policy that {allows} {what}", at)


def _allowed(statements: list[Statement], need: NetworkNeed, *, complete: bool) -> Verdict:
    allow = [each for each in statements if not is_one_of(each.effect, "Deny")]
    deny = [each for each in statements if not is_one_of(each.effect, "Allow")]
    denied = best(_matches(each, need) for each in deny)
    allowed = best(_matches(each, need) for each in allow)
    if not complete or any(not is_known(each.effect) for each in statements):
        return UNKNOWN
    return worst((allowed, {YES: NO, NO: YES}.get(denied, UNKNOWN)))


def _matches(statement: Statement, need: NetworkNeed) -> Verdict:
    """Return whether a statement is about what is needed: reading the bucket, or for other services everything."""
    everybody = is_one_of(statement.principal, "*") or (
        isinstance(statement.principal, dict) and is_one_of(statement.principal.get("AWS"), "*")
    )
    conditions = YES if everybody and statement.condition is None else UNKNOWN
    return worst((_action(statement, need), _resource(statement, need), conditions))


def _action(statement: Statement, need: NetworkNeed) -> Verdict:
    if not statement.actions or not statement.actions.complete:
        return UNKNOWN
    wanted = _GET_OBJECT if need.bucket else "*"
    known = [each.lower() for each in statement.actions if is_known(each)]
    if any(fnmatchcase(wanted, each) for each in known):
        return YES
    # Of other services the needed actions are not listed here.
    return NO if need.bucket and len(known) == len(statement.actions) else UNKNOWN


def _resource(statement: Statement, need: NetworkNeed) -> Verdict:
    if not statement.resources or not statement.resources.complete:
        return UNKNOWN
    return best(_names(each, need) for each in statement.resources)


def _names(resource: object, need: NetworkNeed) -> Verdict:
    """Return whether a resource of a statement contains the objects of the bucket."""
    if is_known(resource) and resource == "*":
        return YES
    if not need.bucket:
        return UNKNOWN
    parts = resource.parts if isinstance(resource, PartialText) else (resource,)
    if any(isinstance(each, Reference) and each.target.type == _BUCKET for each in parts):
        return NO
    text = as_text(resource)
    if need.bucket in text:
        return YES
    pattern = _ARN.sub("", re.sub(r"\$\{[^}]*\}", "*", text))
    if not fnmatchcase(f"prod-region-{need.bucket}/object", pattern):
        return NO
    return UNKNOWN if "${" in text else YES
