"""The kind of job that a definition describes, and its platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, one_of, outside, rule
from batch_constructs.assembly.template import is_known, is_one_of, literals
from batch_constructs.facts import limits, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import JobDefinition

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_OF_CONTAINERS = ("ContainerProperties", "EcsProperties", "EksProperties")


@rule(
    "JD-01",
    severity=ERROR,
    remedy="give NodeProperties to a multinode definition, and exactly one of the others to a container definition",
    prevents="ClientException: the properties do not fit the type of the job definition",
)
def properties_fit_the_type(definition: JobDefinition) -> Iterator[Finding]:
    """A container definition must have one of three kinds of properties, a multinode definition node properties."""
    yield from misspelt(vocabulary.JobDefinitionType, definition, "Type", definition.type_)
    kinds = definition.gives(*_OF_CONTAINERS)
    empty = all(definition.omits(name) for name in (*_OF_CONTAINERS, "NodeProperties"))
    if is_one_of(definition.type_, "CONTAINER"):
        if definition.gives("NodeProperties"):
            yield Finding(
                definition, "NodeProperties needs Type multinode, got container", at="NodeProperties"
            )
        if len(kinds) > 1:
            message = (
                f"a definition can have one of {one_of(list(_OF_CONTAINERS))}, got {' and '.join(kinds)}"
            )
            yield Finding(definition, message, at=kinds[1])
        if empty:
            yield Finding(
                definition, f"a definition of type container needs {one_of(list(_OF_CONTAINERS))}, got none"
            )
    if is_one_of(definition.type_, "MULTINODE"):
        if empty:
            yield Finding(definition, "a definition of type multinode needs NodeProperties, got none")
        for name in kinds:
            yield Finding(definition, f"{name} needs Type container, got multinode", at=name)


@rule(
    "JD-02",
    severity=ERROR,
    remedy="write EC2, FARGATE or MANAGED_INSTANCES, and nothing on Amazon EKS",
    prevents="ClientException: the platform capabilities do not fit the job definition",
)
def platform_fits(definition: JobDefinition) -> Iterator[Finding]:
    """A definition must have one platform, which fits the kind of job: none on EKS, no Fargate for several nodes."""
    at = "PlatformCapabilities"
    for index, capability in enumerate(definition.platform_capabilities):
        yield from misspelt(vocabulary.PlatformCapability, definition, f"{at}[{index}]", capability)
    names = literals(definition.platform_capabilities)
    if len(names) > 1:
        message = f"{at} must have one entry, since AWS refuses several, got {' and '.join(names)}"
        yield Finding(definition, message, at=at)
    if definition.platform_capabilities and definition.eks_properties.present:
        yield Finding(definition, f"a definition for EKS cannot have {at}", at=at)
    if definition.multi_node and is_one_of(definition.platform, "FARGATE", "MANAGED_INSTANCES"):
        message = f"a multinode definition needs {at} EC2, got {definition.platform}"
        yield Finding(definition, message, at=at)


@rule("JD-03", severity=ERROR, remedy="choose a priority from 0 to 9999; a higher one runs first")
def scheduling_priority(definition: JobDefinition) -> Iterator[Finding]:
    """The scheduling priority of a definition must be 0 to 9999."""
    priority = definition.scheduling_priority
    yield from outside(limits.SCHEDULING_PRIORITY, definition, "SchedulingPriority", priority)


@rule("JD-05", severity=ERROR, remedy="leave out PropagateTags, and label the pod instead")
def no_propagated_tags_on_eks(definition: JobDefinition) -> Iterator[Finding]:
    """Tags cannot propagate to jobs on Amazon EKS."""
    if (
        definition.eks_properties.present
        and is_known(definition.propagate_tags)
        and definition.propagate_tags
    ):
        yield Finding(definition, "a definition for EKS cannot have PropagateTags", at="PropagateTags")
