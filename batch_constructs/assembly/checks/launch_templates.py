"""Launch templates of compute environments: their references, and members that AWS Batch ignores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, one_of, rule
from batch_constructs.assembly.checks._images import image_types
from batch_constructs.assembly.template import PartialText, is_known, is_one_of
from batch_constructs.assembly.template.unknown import identity
from batch_constructs.facts import images, limits, patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import (
        ComputeResources,
        LaunchTemplate,
        LaunchTemplateData,
        LaunchTemplateOverride,
        LaunchTemplateSpecification,
    )

CHAPTER = "Launch Template Support"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "LT-01",
    severity=ERROR,
    remedy="leave out LaunchTemplate: Fargate starts no instances",
    prevents="ClientException: launchTemplate is not applicable to Fargate",
)
def none_on_fargate(resources: ComputeResources) -> Iterator[Finding]:
    """Fargate cannot have a launch template."""
    if resources.fargate and resources.gives("LaunchTemplate"):
        yield Finding(resources, f"LaunchTemplate cannot be used with {resources.type}", at="LaunchTemplate")


@rule(
    "LT-02",
    severity=ERROR,
    remedy="give LaunchTemplateId or LaunchTemplateName; aws-cdk-lib leaves out both for a template imported by name",
    prevents="ClientException: either launchTemplateId or launchTemplateName must be given",
)
def id_or_name(specification: LaunchTemplateSpecification) -> Iterator[Finding]:
    """A launch template must be given either by id or by name."""
    if specification.omits("LaunchTemplateId") and specification.omits("LaunchTemplateName"):
        # AWS's message may allow overrides alone: "… LaunchTemplateName or LaunchTemplate.overrides should be provided".
        severity = ERROR if specification.overrides.empty else WARNING
        message = "LaunchTemplate needs LaunchTemplateId or LaunchTemplateName, got neither"
        yield Finding(specification, message, severity=severity)
    if len(specification.gives("LaunchTemplateId", "LaunchTemplateName")) == 2:
        yield Finding(
            specification, "LaunchTemplate can have LaunchTemplateId or LaunchTemplateName, got both"
        )


@rule(
    "LT-03",
    severity=ERROR,
    remedy="give a version number, preferably !GetAtt Template.LatestVersionNumber",
)
def version_is_one(use: LaunchTemplateSpecification | LaunchTemplateOverride) -> Iterator[Finding]:
    """A version must be a number, $Latest or $Default."""
    yield from malformed(patterns.LAUNCH_TEMPLATE_VERSION, use, "Version", use.version)


@rule(
    "LT-04",
    severity=ERROR,
    remedy="give security groups in the template's network interfaces only, and any other member in one place",
    prevents="InvalidParameterCombination: network interfaces and an instance-level security group may not be both",
)
def not_in_both_places(resources: ComputeResources) -> Iterator[Finding]:
    """A template with network interfaces cannot be used with SecurityGroupIds; other members should be in one place only."""
    for _, template in resources.template_uses:
        if template is None:
            continue
        data, name = template.data, template.label
        if data.network_interfaces and resources.security_group_ids:
            message = f"the network interfaces of {name} cannot be combined with SecurityGroupIds of the environment"
            yield Finding(resources, message, at="SecurityGroupIds")
        elif data.security_group_ids and resources.security_group_ids and not _same_groups(resources, data):
            message = f"SecurityGroupIds replace those of {name}"
            yield Finding(resources, message, at="SecurityGroupIds", severity=WARNING)
        same = identity(resources.ec2_key_pair) == identity(data.key_name) is not None
        if resources.gives("Ec2KeyPair") and data.gives("KeyName") and not same:
            message = f"Ec2KeyPair replaces KeyName of {name}"
            yield Finding(resources, message, at="Ec2KeyPair", severity=WARNING)


def _same_groups(resources: ComputeResources, data: LaunchTemplateData) -> bool:
    """Return whether both places certainly name the same security groups."""
    lists = (resources.security_group_ids, data.security_group_ids)
    one, other = ([identity(each) for each in groups] for groups in lists)
    return all(groups.complete for groups in lists) and None not in one and one == other


_INSTEAD = {
    "InstanceType": "use InstanceTypes of the environment",
    "InstanceRequirements": "use InstanceTypes of the environment",
    "IamInstanceProfile": "use InstanceRole of the environment",
    "InstanceMarketOptions": "use Type SPOT of the environment",
}


@rule(
    "LT-05",
    severity=WARNING,
    remedy="leave the member out of the template, and set it in the environment",
    prevents="instances that differ from the template",
)
def members_that_count(resources: ComputeResources) -> Iterator[Finding]:
    """A launch template should not set instance type, profile, subnets, market options or termination protection."""
    for _, template in resources.template_uses:
        if template is None:
            continue
        data = template.data
        for name in data.gives(*_INSTEAD):
            if name == "InstanceMarketOptions" and _may_be_capacity_block(data):
                continue
            yield Finding(data, f"Batch ignores {name} in a launch template: {_INSTEAD[name]}", at=name)
        if is_one_of(data.disable_api_termination, True):
            message = "Batch ignores DisableApiTermination in a launch template"
            yield Finding(data, message, at="DisableApiTermination")
        for interface in data.network_interfaces:
            if interface.gives("SubnetId"):
                message = "Batch ignores SubnetId in a launch template: use Subnets of the environment"
                yield Finding(interface, message, at="SubnetId")


def _may_be_capacity_block(data: LaunchTemplateData) -> bool:
    """Return whether the instances may run in a Capacity Block, which only the launch template can say."""
    options = data.raw("InstanceMarketOptions")
    kind = options.get("MarketType") if isinstance(options, Mapping) else None
    return not isinstance(kind, str) or kind == "capacity-block"


@rule(
    "LT-13",
    severity=WARNING,
    remedy=f"map {images.ROOT_DEVICE_NAME} to enlarge or encrypt the disk of Amazon Linux 2 and 2023",
    prevents="jobs that run out of disk space, and an unused disk that costs money",
)
def root_device_name(resources: ComputeResources) -> Iterator[Finding]:
    """A mapping of the root disk must have the device name /dev/xvda, as in the images that Batch chooses."""
    others = [configuration.image_id_override for configuration in resources.ec2_configuration]
    chosen = image_types(resources)
    if not resources.ec2 or resources.image_id is not None or any(other is not None for other in others):
        return
    if chosen is None or any(image.os == "Amazon Linux 1" for image in chosen):
        return
    for _, template in resources.template_uses:
        if template is None or template.data.image_id is not None:
            continue
        mappings = template.data.block_device_mappings
        names = [mapping.device_name for mapping in mappings]
        if (
            not mappings.complete
            or not all(is_known(name) for name in names)
            or images.ROOT_DEVICE_NAME in names
        ):
            continue
        for mapping in mappings:
            if is_one_of(mapping.device_name, *images.OTHER_DEVICE_NAMES) and mapping.ebs.present:
                message = f"the root disk is {images.ROOT_DEVICE_NAME}, got {mapping.device_name}, which is another disk"
                yield Finding(mapping, message, at="DeviceName")


@rule(
    "LT-14",
    severity=WARNING,
    remedy="give Version !GetAtt Template.LatestVersionNumber (in CDK attr_latest_version_number)",
    prevents="instances that start from an old version of the template",
)
def changes_reach_the_instances(resources: ComputeResources) -> Iterator[Finding]:
    """An environment should use a version of its launch template that changes with the template."""
    for use, template in resources.template_uses:
        if template is None:
            continue
        name = template.label
        if is_one_of(use.version, None, "$Default"):
            got = use.version or "no Version, which is $Default,"
            why = "stays at the first version: CloudFormation never changes it"
            yield Finding(use, f"a change of {name} never reaches the instances: {got} {why}", at="Version")
        elif is_one_of(use.version, "$Latest"):
            why = "$Latest is read again only when the environment itself is updated"
            yield Finding(use, f"a change of {name} does not reach the instances: {why}", at="Version")


@rule(
    "LT-40",
    chapter="Infrastructure Security in AWS Batch",
    severity=WARNING,
    remedy="set HttpTokens to required",
    prevents="containers that can take the credentials of the instance with a request of version 1",
)
def metadata_needs_tokens(resources: ComputeResources) -> Iterator[Finding]:
    """A launch template should not allow version 1 of the instance metadata service."""
    for _, template in resources.template_uses:
        if template is not None and is_one_of(template.data.metadata_options.http_tokens, "OPTIONAL"):
            message = (
                "HttpTokens should be required, which is version 2 of the instance metadata, got optional"
            )
            yield Finding(template.data.metadata_options, message, at="HttpTokens")


@rule(
    "LT-15",
    severity=ERROR,
    remedy="keep a short script that copies the rest from Amazon S3",
    prevents="InvalidUserData.Malformed: User data is limited to 16384 bytes, and an environment that is INVALID",
)
def user_data_is_small(data: LaunchTemplateData) -> Iterator[Finding]:
    """User data must be at most 16 KiB before base64; AWS Batch adds its own part."""
    value, limit = data.user_data, limits.USER_DATA_BYTES
    parts = value.parts if isinstance(value, PartialText) else (value,)
    size = sum(len(part.encode()) for part in parts if isinstance(part, str))
    if size > (limit.maximum or 0):
        least = "at least " if isinstance(value, PartialText) else ""
        message = f"UserData must have at most {limit.maximum:,} bytes, got {least}{size:,}"
        yield Finding(data, message, at="UserData")


@rule(
    "LT-17",
    severity=ERROR,
    remedy="name the template with 3 to 128 letters, digits and ( ) . / _ -, and leave the type to the environment",
    prevents="InvalidLaunchTemplateName.MalformedException, or: Either the instance type or the instance requirements "
    "can be specified",
)
def template_is_valid(template: LaunchTemplate) -> Iterator[Finding]:
    """A launch template must have a valid name, and an instance type or requirements of one, not both."""
    yield from malformed(patterns.LAUNCH_TEMPLATE_NAME, template, "LaunchTemplateName", template.name)
    if len(both := template.data.gives("InstanceType", "InstanceRequirements")) > 1:
        message = f"a launch template can have {one_of(list(both))}, got both"
        yield Finding(template.data, message, at=both[0])
