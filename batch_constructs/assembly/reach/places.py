"""The places where traffic of AWS Batch starts: the subnets, groups and addresses of instances and tasks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from batch_constructs.assembly.proofs import Verdict
from batch_constructs.assembly.reach.hops import End
from batch_constructs.assembly.template import Items, PartialText, Unknown, is_known, is_one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.reach.hops import Group
    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ComputeResources,
        LaunchTemplate,
    )
    from batch_constructs.assembly.template.resources.networks import Subnet, Vpc

NO, UNKNOWN, YES = Verdict.NO, Verdict.UNKNOWN, Verdict.YES


@dataclass(frozen=True, slots=True)
class Place:
    """Where traffic starts: in one of an environment's subnets.

    Attributes:
        end: the subnet and the security groups.
        address: whether it has a public IPv4 address.
        proxy: whether a script at the start of an instance names a proxy, which may lead out.
    """

    end: End
    address: Verdict
    proxy: bool = False


def subnets_of(environment: ComputeEnvironment) -> Items[Subnet]:
    """Return the subnets of an environment."""
    resources = environment.compute_resources
    if is_one_of(resources.type, "ECS_MANAGED_INSTANCES"):
        return resources.managed_instances_provider.instance_launch_template.network_configuration.subnets
    return resources.subnets


def places_of(
    environment: ComputeEnvironment, batch: BatchModel, address: Verdict | None = None
) -> list[Place]:
    """Return the places of an environment's instances or tasks: one for each subnet, and one for unknown subnets.

    Args:
        environment: the environment.
        batch: the assembly.
        address: whether they have a public IP address; by default the launch template and the subnet decide.
    """
    resources, subnets = environment.compute_resources, subnets_of(environment)
    kind = "tasks" if resources.fargate else "instances"
    groups, at = _groups(environment)
    proxy = _names_proxy(resources)
    base = End(label=f"{kind} of {environment.label}", where=resources, at=at, groups=groups)
    places = [
        Place(inside(batch, base, subnet), _address(resources, subnet) if address is None else address, proxy)
        for subnet in subnets
    ]
    if not subnets.complete or not subnets:
        places.append(Place(inside(batch, base), UNKNOWN if address is None else address, proxy))
    return places


def _names_proxy(resources: ComputeResources) -> bool:
    """Return whether the user data of a launch template names a proxy, as in HTTPS_PROXY."""
    scripts = (template.data.user_data for _, template in resources.template_uses if template is not None)
    texts = (each.text if isinstance(each, PartialText) else each for each in scripts)
    return any(isinstance(each, str) and "proxy" in each.lower() for each in texts)


def inside(batch: BatchModel, end: End, *subnets: Subnet) -> End:
    """Return an end that is in one of some subnets; without security groups it is in the default group of their VPC."""
    vpc = subnets[0].vpc if subnets else None
    return replace(
        end,
        subnet=subnets[0] if len(subnets) == 1 else None,
        vpc=vpc,
        groups=Items([vpc]) if end.groups.empty and vpc is not None else _open(end.groups),
        blocks=_blocks(batch, subnets, vpc),
        only_ipv4=bool(subnets) and all(each.only_ipv4 for each in subnets),
    )


def _open(groups: Items[Group]) -> Items[Group]:
    """Return the groups; no groups mean the default group of an unknown VPC."""
    return Items(groups, complete=False) if groups.empty else groups


def _blocks(batch: BatchModel, subnets: Iterable[Subnet], vpc: Vpc | None) -> tuple[IPv4Network, ...]:
    """Return the addresses of subnets, or those of the VPC if one of them is unknown."""
    found = [_network(subnet.cidr_block) for subnet in subnets]
    if found and None not in found:
        return tuple(each for each in found if each is not None)
    whole = (
        _network(vpc.cidr_block) if vpc is not None and not batch.networks.more_addresses.of(vpc) else None
    )
    return () if whole is None else (whole,)


def _network(block: str | Unknown | None) -> IPv4Network | None:
    try:
        return IPv4Network(block, strict=False) if is_known(block) else None
    except ValueError:
        return None


def _groups(environment: ComputeEnvironment) -> tuple[Items[Group], str]:
    """Return the security groups of instances or tasks, and the member with them; no groups mean the default group."""
    resources = environment.compute_resources
    if is_one_of(resources.type, "ECS_MANAGED_INSTANCES"):
        network = resources.managed_instances_provider.instance_launch_template.network_configuration
        return network.security_groups, "ManagedInstancesProvider"
    if isinstance(resources.node, Unknown) or resources.raw("SecurityGroupIds") is not None:
        return resources.security_groups, "SecurityGroupIds"
    if isinstance(resources.launch_template.node, Unknown):
        return Items(complete=False), "LaunchTemplate"
    lists: list[Items[Group]] = []
    for _, template in resources.template_uses:
        if template is None or not template.data.network_interfaces.complete:
            return Items(complete=False), "LaunchTemplate"
        own = [template.data.security_groups, *(each.groups for each in template.data.network_interfaces)]
        lists += [each for each in own if each.given]
    groups = dict.fromkeys(group for each in lists for group in each)
    several = len(list(resources.template_uses)) > 1 or _names_groups(resources)
    return Items(groups, complete=not several and all(each.complete for each in lists)), "SecurityGroupIds"


def _names_groups(resources: ComputeResources) -> bool:
    """Return whether a launch template names security groups by name, which cannot be followed."""
    uses = (template for _, template in resources.template_uses if template is not None)
    return any(not template.data.security_group_names.empty for template in uses)


def _address(resources: ComputeResources, subnet: Subnet) -> Verdict:
    """Return whether instances in a subnet get a public IP address, by the launch template or by the subnet."""
    if not resources.ec2 or isinstance(resources.launch_template.node, Unknown):
        return UNKNOWN
    on_launch = subnet.map_public_ip_on_launch
    by_subnet = UNKNOWN if isinstance(on_launch, Unknown) else YES if on_launch else NO
    found = {by_subnet if each is None else each for each in _addresses_by_template(resources) or [None]}
    return found.pop() if len(found) == 1 else UNKNOWN


def _addresses_by_template(resources: ComputeResources) -> list[Verdict | None]:
    """Return whether each launch template gives a public address; ``None``: the subnet decides."""
    uses = [template for _, template in resources.template_uses]
    verdicts = [_address_by(template) for template in uses]
    return verdicts if resources.launch_template.overrides.complete else [*verdicts, UNKNOWN]


def _address_by(template: LaunchTemplate | None) -> Verdict | None:
    interfaces = None if template is None else template.data.network_interfaces
    if interfaces is None or not interfaces.complete:
        return UNKNOWN
    given = [each.associate_public_ip_address for each in interfaces]
    if any(isinstance(each, Unknown) for each in given):
        return UNKNOWN
    return YES if True in given else NO if False in given else None
