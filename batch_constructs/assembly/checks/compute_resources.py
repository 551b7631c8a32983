"""The capacity of managed environments: vCPUs, instance types, network, and settings that Fargate does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, outside, rule
from batch_constructs.assembly.template import is_known, is_one_of, literals
from batch_constructs.assembly.template.resources import NodeRange
from batch_constructs.facts import instance_types, limits
from batch_constructs.facts.type_names import misspelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.assembly.template import Unknown
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ComputeResources,
        LaunchTemplateData,
    )

CHAPTER = "Compute Environment Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING

# AllocationStrategy has its own rule, AS-02, and LaunchTemplate has LT-01.
_NOT_ON_FARGATE = (
    "BidPercentage",
    "DesiredvCpus",
    "Ec2Configuration",
    "Ec2KeyPair",
    "ImageId",
    "InstanceRole",
    "InstanceTypes",
    "MinvCpus",
    "PlacementGroup",
    "ScalingPolicy",
    "SpotIamFleetRole",
    "Tags",
)


@rule(
    "CE-05",
    severity=ERROR,
    remedy="leave out BidPercentage, or give 0 to 100: Spot prices never exceed the on-demand price",
)
def bid_of_spot(resources: ComputeResources) -> Iterator[Finding]:
    """A bid percentage must be 0 to 100, and can be given for Spot only."""
    if is_one_of(resources.type, "SPOT"):
        yield from outside(limits.BID_PERCENTAGE, resources, "BidPercentage", resources.bid_percentage)
    elif is_one_of(resources.type, "EC2") and resources.gives("BidPercentage"):
        message = "BidPercentage has no effect with Type EC2, only with SPOT"
        yield Finding(resources, message, at="BidPercentage", severity=WARNING)


@rule(
    "CE-08",
    severity=ERROR,
    remedy="give at least 1 as MaxvCpus, and keep MinvCpus and DesiredvCpus within 0 and MaxvCpus",
    prevents="ClientException: desired vCPUs must be between minimum and maximum vCPUs",
)
def vcpus_in_order(resources: ComputeResources) -> Iterator[Finding]:
    """MinvCpus, DesiredvCpus and MaxvCpus must be in ascending order from 0, and MaxvCpus must be at least 1."""
    low, desired, high = resources.min_vcpus, resources.desired_vcpus, resources.max_vcpus
    yield from outside(limits.MAX_VCPUS, resources, "MaxvCpus", high)
    yield from outside(limits.MIN_VCPUS, resources, "MinvCpus", low)
    if is_known(low) and is_known(high) and low > high:
        message = f"MaxvCpus must be at least MinvCpus, got MinvCpus {low} and MaxvCpus {high}"
        fix = f"set MaxvCpus to {low} or more, or MinvCpus to {high} or less"
        yield Finding(resources, message, at="MaxvCpus", fix=fix)
    if is_known(desired):
        if is_known(low) and desired < low:
            message = f"DesiredvCpus must be at least MinvCpus, got {desired} and MinvCpus {low}"
            yield Finding(
                resources, message, at="DesiredvCpus", fix="leave out DesiredvCpus: AWS Batch sets it"
            )
        if is_known(high) and desired > high:
            message = f"DesiredvCpus must be at most MaxvCpus, got {desired} and MaxvCpus {high}"
            yield Finding(
                resources, message, at="DesiredvCpus", fix="leave out DesiredvCpus: AWS Batch sets it"
            )
    if resources.omits("MaxvCpus"):
        yield Finding(resources, "MaxvCpus must be given, got none")


@rule(
    "CE-09",
    severity=ERROR,
    remedy="give SecurityGroupIds, on EC2 in the environment or in its launch template",
    prevents="ClientException: security groups must be specified",
)
def has_security_groups(resources: ComputeResources) -> Iterator[Finding]:
    """Compute resources must have security groups, on Fargate 1 to 5."""
    groups, at = resources.security_group_ids, "SecurityGroupIds"
    if resources.fargate:
        yield from miscounted(limits.FARGATE_SECURITY_GROUPS, resources, at, groups)
    if not groups.empty or not resources.present or not (resources.ec2 or resources.fargate):
        return
    specification = resources.launch_template
    template = specification.launch_template
    if resources.fargate and not groups.given:
        yield Finding(resources, "Fargate needs 1 to 5 security groups, got none", at=at)
    elif resources.ec2 and (
        specification.absent or (template is not None and not _may_have_groups(template.data))
    ):
        yield Finding(resources, "an environment on EC2 needs at least one security group, got none", at=at)


def _may_have_groups(data: LaunchTemplateData) -> bool:
    names = ("SecurityGroupIds", "SecurityGroups", "NetworkInterfaces")
    return not data.present or any(data.raw(name) is not None for name in names)


@rule(
    "CE-10",
    severity=ERROR,
    remedy="create separate environments for x86_64 and Arm types",
    prevents="ClientException: instance types must have the same architecture",
)
def one_architecture(resources: ComputeResources) -> Iterator[Finding]:
    """All instance types of an environment must have the same architecture; an environment on EC2 should name its types."""
    names = [name for name in literals(resources.instance_types) if name not in instance_types.BUNDLES]
    if len(instance_types.architectures_of(names)) > 1:
        got = " and ".join(_by_architecture(names))
        yield Finding(resources, f"instance types must have one architecture, got {got}", at="InstanceTypes")
    if resources.ec2 and resources.instance_types.empty:
        # AWS refuses an empty list: "Resource instanceTypes are required." The guide allows to leave the member out.
        empty = resources.instance_types.given
        message = "an environment on EC2 should name its instance types, got none, for which AWS uses default_x86_64"
        if empty:
            message = "InstanceTypes of an environment on EC2 must have at least one entry, got an empty list"
        yield Finding(resources, message, at="InstanceTypes", severity=ERROR if empty else WARNING)


@rule(
    "CE-16",
    severity=ERROR,
    remedy="write default_arm64 with Arm types, default_x86_64 with x86_64 types; optimal is x86_64",
    prevents="ClientException: instance types must have the same architecture",
)
def bundles_fit_the_architecture(resources: ComputeResources) -> Iterator[Finding]:
    """The bundles optimal and default_x86_64 mean x86_64 types, default_arm64 means Arm types: they cannot be mixed."""
    names = literals(resources.instance_types)
    bundles = [name for name in names if name in instance_types.BUNDLES]
    if bundles and len(instance_types.architectures_of(names)) > 1:
        got = " and ".join(_by_architecture(names))
        yield Finding(
            resources,
            f"{bundles[0]} must not be mixed with another architecture, got {got}",
            at="InstanceTypes",
        )


def _by_architecture(names: Iterable[str]) -> list[str]:
    """Return an example for each architecture: ``arm64 (c7g)``."""
    examples: dict[str, str] = {}
    for name in names:
        for architecture in instance_types.architectures_of([name]):
            examples.setdefault(architecture, name)
    return [f"{architecture} ({name})" for architecture, name in sorted(examples.items())]


@rule(
    "CE-18",
    severity=WARNING,
    remedy="correct the name: until then no rule can tell whether jobs fit",
    prevents="an environment that AWS refuses, or that never gets an instance: its jobs wait in RUNNABLE",
)
def instance_types_exist(where: ComputeResources | NodeRange) -> Iterator[Finding]:
    """Instance types, families and bundles must be spelled as AWS spells them; newer ones than the data are accepted."""
    named: list[tuple[str, str | Unknown | None]] = [
        (f"InstanceTypes[{index}]", name) for index, name in enumerate(where.instance_types)
    ]
    if isinstance(where, NodeRange):
        named.append(("Container.InstanceType", where.container.instance_type))
    elif not where.ec2:
        return
    for at, name in named:
        if is_known(name) and misspelt(name):
            where_named = at.partition("[")[0]
            message = f"{where_named} names {name!r}, which is not known{instance_types.nearest(name)}"
            yield Finding(where, message, at=at)


@rule(
    "CE-11",
    severity=ERROR,
    remedy="give subnets of one VPC, for Fargate 1 to 16",
    prevents="ClientException: subnets must be specified",
)
def has_subnets(resources: ComputeResources) -> Iterator[Finding]:
    """Compute resources must have subnets of one VPC, on Fargate at most 16."""
    subnets = resources.subnet_ids
    if (resources.ec2 or resources.fargate) and subnets.empty:
        yield Finding(resources, "at least one subnet must be given, got none", at="Subnets")
    elif resources.fargate:
        yield from miscounted(limits.FARGATE_SUBNETS, resources, "Subnets", subnets)
    vpcs = dict.fromkeys(vpc for subnet in resources.subnets if (vpc := subnet.vpc) is not None)
    if len(vpcs) > 1:
        got = " and ".join(vpc.label for vpc in vpcs)
        yield Finding(resources, f"the subnets of an environment must be in one VPC, got {got}", at="Subnets")


@rule(
    "CE-12",
    severity=ERROR,
    remedy="leave out parameters for instances: Fargate has none",
    prevents="ClientException: parameters that are not applicable to Fargate",
)
def nothing_of_instances_on_fargate(environment: ComputeEnvironment) -> Iterator[Finding]:
    """Fargate cannot have parameters for instances."""
    resources = environment.compute_resources
    for name in resources.gives(*_NOT_ON_FARGATE) if resources.fargate else ():
        value = resources.raw(name)
        # An empty list or mapping has no effect.
        if not (isinstance(value, list | dict) and not value):
            yield Finding(
                resources, f"{name} is for instances, which {resources.type} does not have", at=name
            )
