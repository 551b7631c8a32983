"""What Fargate asks of a job definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import known
from batch_constructs.facts import fargate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import JobDefinition

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CHAPTER = "Job Definition Parameters"


@rule(
    "FGT-01",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="choose one of Fargate's sizes",
    prevents="ClientException: Fargate resource requirements are invalid",
)
def size_exists(definition: JobDefinition) -> Iterator[Finding]:
    """A job on Fargate has one of its pairs of vCPUs and memory."""
    container = definition.container_properties
    vcpus, memory = container.requirement("VCPU"), container.requirement("MEMORY")
    if definition.fargate and known(vcpus) and known(memory) and (why := fargate.why_invalid(vcpus, memory)):
        yield Finding(container, why, at="ResourceRequirements")
