"""Requirements of Fargate on a job definition, and settings for Fargate only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, one_of, outside, rule
from batch_constructs.assembly.checks.job_definitions._parts import (
    containers,
    old_platform_version,
    owners,
    owners_of_one_node,
)
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.assembly.template.resources import JobContainer
from batch_constructs.facts import fargate, limits, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import View
    from batch_constructs.assembly.template.resources import JobDefinition

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING

# CloudFormation's spelling of the members in facts.fargate.
_LINUX_PARAMETERS = tuple(name[0].upper() + name[1:] for name in fargate.LINUX_PARAMETERS_REFUSED)


@rule(
    "FGT-01",
    severity=ERROR,
    remedy="choose one of Fargate's sizes",
    prevents="ClientException: Fargate resource requirements are invalid",
)
def size_exists(definition: JobDefinition) -> Iterator[Finding]:
    """A job on Fargate must have one of Fargate's pairs of vCPUs and memory."""
    container = definition.container_properties
    vcpus, memory = container.requirement("VCPU"), container.requirement("MEMORY")
    if (
        definition.fargate
        and is_known(vcpus)
        and is_known(memory)
        and (why := fargate.why_invalid(vcpus, memory))
    ):
        yield Finding(container, why, at="ResourceRequirements", fix=fargate.remedy(vcpus, memory))


@rule(
    "FGT-02",
    severity=ERROR,
    remedy="give the ARN of a role that ecs-tasks.amazonaws.com may assume",
    prevents="ClientException: executionRoleArn is required for Fargate",
)
def has_an_execution_role(definition: JobDefinition) -> Iterator[Finding]:
    """A job on Fargate must have an execution role."""
    for part in owners_of_one_node(definition) if definition.fargate else ():
        if part.omits("ExecutionRoleArn"):
            yield Finding(part, "a job on Fargate needs ExecutionRoleArn, got none")


@rule(
    "FGT-03",
    severity=ERROR,
    remedy="leave out the setting, or run the job on EC2",
    prevents="ClientException: the parameter is not supported on Fargate",
)
def nothing_of_instances(definition: JobDefinition) -> Iterator[Finding]:
    """A job on Fargate cannot have ulimits, devices, swap, shared memory, tmpfs or an instance type."""
    if not definition.fargate:
        return
    for name in _filled(definition.container_properties, "Ulimits", "InstanceType"):
        yield Finding(definition.container_properties, f"Fargate does not support {name}", at=name)
    for container in containers(definition):
        parameters = container.linux_parameters
        for name in _filled(parameters, *_LINUX_PARAMETERS):
            yield Finding(parameters, f"Fargate does not support LinuxParameters.{name}", at=name)


def _filled(view: View, *names: str) -> Iterator[str]:
    """Yield the members that have a value; an empty list has no effect."""
    for name in view.gives(*names):
        value = view.raw(name)
        if not (isinstance(value, list) and not value):
            yield name


@rule("FGT-04", severity=ERROR, remedy="leave out Privileged, or run the job on EC2")
def not_privileged(definition: JobDefinition) -> Iterator[Finding]:
    """A container on Fargate cannot be privileged."""
    for container in containers(definition) if definition.fargate else ():
        if is_one_of(container.privileged, True):
            yield Finding(container, "Fargate does not support Privileged true", at="Privileged")


@rule("FGT-05", severity=ERROR, remedy="log with awslogs or splunk")
def log_drivers(definition: JobDefinition) -> Iterator[Finding]:
    """A container on Fargate must log with awslogs or splunk."""
    for container in containers(definition) if definition.fargate else ():
        driver = container.log_configuration.log_driver
        word = vocabulary.word_of(vocabulary.LogDriver, driver) if is_known(driver) else None
        if word is not None and word not in fargate.LOG_DRIVERS:
            message = f"LogDriver must be {one_of(sorted(fargate.LOG_DRIVERS))} on Fargate, got {word}"
            # The API's list of drivers includes it, but no page says whether Fargate jobs may use it.
            severity = WARNING if word is vocabulary.LogDriver.AWSFIRELENS else ERROR
            yield Finding(container.log_configuration, message, at="LogDriver", severity=severity)


@rule("FGT-06", severity=ERROR, remedy="leave out NetworkConfiguration, or run the job on Fargate")
def public_ip(definition: JobDefinition) -> Iterator[Finding]:
    """Only a job on Fargate can ask for a public IP address, with ENABLED or DISABLED."""
    for part in owners_of_one_node(definition):
        network = part.network_configuration
        yield from misspelt(vocabulary.State, network, "AssignPublicIp", network.assign_public_ip)
        if is_one_of(definition.platform, "EC2") and network.gives("AssignPublicIp"):
            yield Finding(
                network, "AssignPublicIp needs PlatformCapabilities FARGATE, got EC2", at="AssignPublicIp"
            )


@rule("FGT-07", severity=ERROR, remedy="leave out the setting, or run the job on Fargate")
def platform_version(definition: JobDefinition) -> Iterator[Finding]:
    """Only a job on Fargate can have a platform version, and a job on EC2 cannot have a runtime platform."""
    if not is_one_of(definition.platform, "EC2"):
        return
    for part in owners(definition):
        if part.runtime_platform.gives("CpuArchitecture", "OperatingSystemFamily"):
            unfit = "RuntimePlatform needs PlatformCapabilities FARGATE, got EC2"
            yield Finding(part, unfit, at="RuntimePlatform")
        holder = part.fargate_platform_configuration if isinstance(part, JobContainer) else part
        if holder.gives("PlatformVersion"):
            message = "PlatformVersion needs PlatformCapabilities FARGATE, got EC2"
            yield Finding(holder, message, at="PlatformVersion")


@rule(
    "FGT-08",
    severity=ERROR,
    remedy="choose 21 to 200 GiB on platform version 1.4.0; every job has 20 without it",
)
def ephemeral_storage(definition: JobDefinition) -> Iterator[Finding]:
    """The disk of a job on Fargate must have 21 to 200 GiB, on platform 1.4.0 or later; on EC2 it is the instance's disk."""
    for part in owners(definition):
        storage = part.ephemeral_storage
        yield from outside(limits.EPHEMERAL_STORAGE_GIB, storage, "SizeInGiB", storage.size_in_gib)
        if is_one_of(definition.platform, "EC2") and storage.present:
            yield Finding(
                part, "EphemeralStorage needs PlatformCapabilities FARGATE, got EC2", at="EphemeralStorage"
            )
        elif storage.present and (old := old_platform_version(part)):
            version, at = old
            message = f"EphemeralStorage needs platform version 1.4.0 or later, got {version}"
            yield Finding(part, message, at=at)


@rule(
    "FGT-09",
    chapter="Job Timeouts",
    severity=WARNING,
    remedy="choose at most 14 days, or run the job on EC2",
)
def ends_after_two_weeks(definition: JobDefinition) -> Iterator[Finding]:
    """A job on Fargate cannot run for more than 14 days, whatever its timeout."""
    seconds, longest = (
        definition.timeout.attempt_duration_seconds,
        limits.FARGATE_ATTEMPT_DURATION_SECONDS.maximum,
    )
    if definition.fargate and is_known(seconds) and longest is not None and seconds > longest:
        message = f"Fargate ends a job after {longest:,} seconds (14 days), got a timeout of {seconds:,}"
        yield Finding(definition.timeout, message, at="AttemptDurationSeconds")
