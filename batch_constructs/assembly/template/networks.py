"""Indexes the parts of the networks of an assembly: what each subnet, route table, VPC and security group has."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from batch_constructs.assembly.template.resources.file_systems import MountTarget
from batch_constructs.assembly.template.resources.networks import (
    DefaultGroupRestriction,
    GatewayAttachment,
    HostedZone,
    NetworkAclEntry,
    Route,
    RoutePropagation,
    SecurityGroupEgress,
    SecurityGroupIngress,
    SubnetNetworkAclAssociation,
    SubnetRouteTableAssociation,
    VpcCidrBlock,
    VpcEndpoint,
)
from batch_constructs.assembly.template.unknown import PartialText, Unknown, is_known
from batch_constructs.assembly.template.views import Resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.template.resources.networks import SecurityGroup, SecurityGroupRule
    from batch_constructs.assembly.template.views import Views

E = TypeVar("E", bound=Resource)


class Entries(Generic[E]):
    """Resources such as routes, by the resource that they belong to.

    Attributes:
        loose: those that may belong to any resource, because the template does not say to which one.
    """

    def __init__(self, entries: Iterable[E], *links: str) -> None:
        self._by_owner: dict[Resource, list[E]] = defaultdict(list)
        self.loose: list[E] = []
        for entry in entries:
            owner = next((each for link in links if (each := getattr(entry, link)) is not None), None)
            if owner is not None:
                self._by_owner[owner].append(entry)
            elif isinstance(entry.raw(getattr(type(entry), links[0]).name), Unknown):
                self.loose.append(entry)

    def of(self, owner: Resource) -> tuple[E, ...]:
        """Return the entries that certainly belong to a resource, including conditional ones."""
        return tuple(self._by_owner.get(owner, ()))


class Networks:
    """The networks of an assembly.

    Attributes:
        verdicts: The verdicts of the proof *Reach* about security groups, since many paths go through the same ones.
    """

    def __init__(self, model: Views) -> None:
        self.associations = Entries(model.of(SubnetRouteTableAssociation), "subnet")
        self.routes = Entries(model.of(Route), "route_table")
        self.attachments = Entries(model.of(GatewayAttachment), "internet_gateway")
        self.endpoints = Entries(model.of(VpcEndpoint), "vpc")
        self.more_addresses = Entries(model.of(VpcCidrBlock), "vpc")
        self.acls = Entries(model.of(SubnetNetworkAclAssociation), "subnet")
        self.acl_entries = Entries(model.of(NetworkAclEntry), "acl", "of_default")
        self.mount_targets = Entries(model.of(MountTarget), "file_system", "s3_file_system")
        # A rule for the default group of a VPC belongs to the VPC.
        self.ingress_rules = Entries(model.of(SecurityGroupIngress), "group", "of_default")
        self.egress_rules = Entries(model.of(SecurityGroupEgress), "group", "of_default")
        self.closed_default_groups = frozenset(each.vpc for each in model.of(DefaultGroupRestriction))
        self.propagations = model.of(RoutePropagation)
        self.hosted_zones = model.of(HostedZone)
        self.verdicts: dict[tuple[object, ...], Any] = {}

    def ingress(self, group: SecurityGroup) -> tuple[SecurityGroupRule | SecurityGroupIngress, ...]:
        """Return the rules for traffic into a group, both inline and separate ones."""
        return (*group.ingress, *self.ingress_rules.of(group))

    def egress(self, group: SecurityGroup) -> tuple[SecurityGroupRule | SecurityGroupEgress, ...]:
        """Return the rules for traffic out of a group, both inline and separate ones; without any, all traffic may leave."""
        return (*group.egress, *self.egress_rules.of(group))


def endpoint_service(endpoint: VpcEndpoint) -> str | None:
    """Return the part of the service's name after the region, such as ``ecr.dkr``; ``None`` if it is unknown."""
    name = endpoint.service_name
    if isinstance(name, PartialText):
        # com.amazonaws.${AWS::Region}.ecr.dkr
        return name.suffix.removeprefix(".") or None
    if not is_known(name):
        return None
    parts = name.removeprefix("cn.").split(".", 3)
    return parts[3] if len(parts) == 4 else name
