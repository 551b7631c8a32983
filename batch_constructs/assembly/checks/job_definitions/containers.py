"""Requirements of a container on Amazon ECS: an image, vCPUs and memory, and allowed names."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, misspelt, outside, rule
from batch_constructs.assembly.checks.job_definitions._parts import containers, containers_of
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.assembly.template.resources import JobContainer
from batch_constructs.facts import fargate, limits, patterns, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import Container, EcsTask, JobDefinition
    from batch_constructs.assembly.template.resources.containers import (
        EnvironmentVariable,
    )
    from batch_constructs.assembly.template.resources.pods import PodEnvironmentVariable
    from batch_constructs.facts.ranges import Range

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_DEPRECATED = {"VCPU": "Vcpus", "MEMORY": "Memory"}


@rule("JD-06", severity=ERROR, remedy="name the image, with its registry unless it is on Docker Hub")
def has_an_image(container: Container) -> Iterator[Finding]:
    """A container must have an image."""
    if container.omits("Image"):
        yield Finding(container, "a container needs Image, got none")


@rule(
    "JD-07",
    severity=ERROR,
    remedy="give VCPU and MEMORY in ResourceRequirements, each once",
    prevents="ClientException: vCPU and memory must be specified in resourceRequirements",
)
def asks_for_vcpus_and_memory(definition: JobDefinition) -> Iterator[Finding]:
    """A container must give the amounts of vCPUs and memory, each once."""
    at = "ResourceRequirements"
    misspelt_types: list[Finding] = []
    for container in containers(definition):
        for requirement in container.resource_requirements:
            misspelt_types += misspelt(
                vocabulary.ResourceRequirementType, requirement, "Type", requirement.type
            )
    yield from misspelt_types
    for container in containers(definition):
        kinds = Counter(r.type for r in container.resource_requirements if is_known(r.type))
        for kind, count in kinds.items():
            if count > 1:
                yield Finding(container, f"{at} must name {kind} once, got it {count} times", at=at)
    # A misspelt Type may be the one that seems to be missing.
    if not misspelt_types:
        yield from _without_amounts(definition)


def _without_amounts(definition: JobDefinition) -> Iterator[Finding]:
    at, single = "ResourceRequirements", definition.container_properties
    for kind, deprecated in _DEPRECATED.items():
        if single.present and single.requirement(kind) is None and single.omits(deprecated):
            yield Finding(single, f"{at} must name {kind}, got none", at=at)
        for task in definition.ecs_properties.task_properties:
            lacking = [each for each in task.containers if each.requirement(kind) is None]
            # AWS's text demands the amounts of a job, not of each of its containers.
            none = task.containers.complete and len(lacking) == len(task.containers)
            for container in lacking:
                message = f"{at} must name {kind}, got none"
                yield Finding(container, message, at=at, severity=ERROR if none else WARNING)


@rule(
    "JD-32",
    severity=ERROR,
    remedy="remove empty words from the command",
    prevents="ClientException: the command cannot contain empty strings",
)
def no_empty_words(container: Container) -> Iterator[Finding]:
    """The command of a container must not have empty words."""
    for index, word in enumerate(container.command):
        if is_one_of(word, ""):
            message = f"Command must have no empty strings, got one at index {index}"
            yield Finding(container, message, at=f"Command[{index}]")


@rule(
    "JD-08",
    severity=ERROR,
    remedy="give a whole number of vCPUs on EC2, one of Fargate's numbers on Fargate",
    prevents="ClientException: the value of VCPU is not valid",
)
def number_of_vcpus(definition: JobDefinition) -> Iterator[Finding]:
    """On EC2 a container must have a whole number of vCPUs, at least 1; on Fargate one of Fargate's, on Windows 1."""
    for container in containers(definition):
        value = container.requirement("VCPU")
        if is_one_of(definition.platform, "EC2"):
            yield from _amount(limits.EC2_VCPUS, container, "VCPU", value)
            if isinstance(container, JobContainer):
                yield from outside(limits.EC2_VCPUS, container, "Vcpus", container.vcpus)
    single = definition.container_properties
    value = single.requirement("VCPU")
    family = single.runtime_platform.operating_system_family
    if is_known(family) and family.startswith("WINDOWS"):
        yield from _amount(limits.WINDOWS_VCPUS, single, "VCPU on Windows", value)
    # If the memory is known as well, FGT-01 checks the pair.
    alone = definition.fargate and is_known(value) and not is_known(single.requirement("MEMORY"))
    if alone and is_known(value) and not fargate.memory_options_mib(value):
        counts = ", ".join(f"{count:g}" for count in fargate.SIZES)
        message = f"VCPU must be one of {counts} on Fargate, got {value}"
        yield Finding(single, message, at="ResourceRequirements")


@rule(
    "JD-09",
    severity=ERROR,
    remedy="give the memory as a whole number of MiB, at least 4",
    prevents="ClientException: the value of MEMORY is not valid",
)
def amount_of_memory(definition: JobDefinition) -> Iterator[Finding]:
    """On EC2 a container must have at least 4 MiB, in whole MiB."""
    for container in containers(definition) if is_one_of(definition.platform, "EC2") else ():
        yield from _amount(limits.EC2_MEMORY_MIB, container, "MEMORY", container.requirement("MEMORY"))
        if isinstance(container, JobContainer):
            yield from outside(limits.EC2_MEMORY_MIB, container, "Memory", container.memory)


def _amount(limit: Range, container: Container, kind: str, value: object) -> Iterator[Finding]:
    """Add a problem if an amount is not a number, or out of range."""
    if not isinstance(value, str):
        return
    try:
        number = float(value)
    except ValueError:
        yield Finding(container, f"{kind} must be {limit.words}, got {value!r}", at="ResourceRequirements")
        return
    if problem := limit.problem(kind, int(number) if number.is_integer() else number):
        yield Finding(container, problem, at="ResourceRequirements")


@rule(
    "JD-10",
    severity=ERROR,
    remedy="give VCPU and MEMORY in ResourceRequirements",
    prevents="overrides that are ignored, because the definition uses a deprecated key",
)
def no_deprecated_amounts(definition: JobDefinition) -> Iterator[Finding]:
    """Amounts of vCPUs and memory must be in ResourceRequirements: Vcpus and Memory are deprecated."""
    for container in containers(definition):
        for kind, name in _DEPRECATED.items():
            if container.gives(name):
                message = f"{name} is deprecated, write {kind} in ResourceRequirements"
                twice = any(is_one_of(each.type, kind) for each in container.resource_requirements)
                if twice:
                    message = f"{name} must be left out with {kind} in ResourceRequirements, got both"
                refused = twice or definition.fargate
                yield Finding(container, message, at=name, severity=ERROR if refused else WARNING)


@rule(
    "JD-12",
    severity=ERROR,
    remedy="give the ARN of the secret, and an execution role that may read it",
    prevents="jobs that fail with CannotPullContainerError",
)
def private_registries(owner: JobContainer | EcsTask) -> Iterator[Finding]:
    """Credentials for a private registry must be the ARN of a secret, which the execution role reads."""
    for container in containers_of(owner):
        credentials = container.repository_credentials
        parameter, at = credentials.credentials_parameter, "CredentialsParameter"
        if is_known(parameter) and not parameter.startswith("arn:"):
            message = f"{at} must be the ARN of a secret, got {parameter!r}"
            # Amazon ECS itself also accepts a name.
            yield Finding(credentials, message, at=at, severity=WARNING)
        if credentials.present and owner.omits("ExecutionRoleArn"):
            message = "RepositoryCredentials needs ExecutionRoleArn, got none"
            yield Finding(container, message, at="RepositoryCredentials")


@rule(
    "ENV-01",
    chapter="AWS Batch Job Environment Variables",
    severity=ERROR,
    remedy="give each variable a name that does not begin with AWS_BATCH",
    prevents="ClientException: environment variables cannot begin with AWS_BATCH",
)
def environment_names(variable: EnvironmentVariable | PodEnvironmentVariable) -> Iterator[Finding]:
    """Environment variables must have names, which must not begin with AWS_BATCH: the service uses this prefix."""
    if variable.omits("Name"):
        yield Finding(variable, "an environment variable needs a Name, got none")
    yield from malformed(patterns.ENVIRONMENT_VARIABLE, variable, "Name", variable.name)
