"""Quotas of an account, and the size limits of requests."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import PartialText
from batch_constructs.assembly.template.members import fully_resolved
from batch_constructs.assembly.template.resources import ComputeEnvironment, JobQueue, ServiceEnvironment
from batch_constructs.facts import quotas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Resource
    from batch_constructs.assembly.template.resources import JobDefinition
    from batch_constructs.assembly.template.resources.submissions import ContainerOverrides, Submission
    from batch_constructs.facts.ranges import Quota

CHAPTER = "AWS Batch Service Limits"

WARNING = Severity.WARNING


_COUNTED: tuple[tuple[type[Resource], Quota], ...] = (
    (JobQueue, quotas.JOB_QUEUES),
    (ComputeEnvironment, quotas.COMPUTE_ENVIRONMENTS),
    (ServiceEnvironment, quotas.SERVICE_ENVIRONMENTS),
)


@rule(
    "QUO-01",
    severity=WARNING,
    remedy="let stacks share environments and queues, or request a higher quota",
    prevents="a deployment that fails halfway at the quota of the account",
)
def number_of_resources(batch: BatchModel) -> Iterator[Finding]:
    """By default an account can have at most 50 job queues, 50 compute and 50 service environments in a Region."""
    for kind, quota in _COUNTED:
        resources = batch.of(kind)
        # Stages are deployed to different accounts or Regions, each with its own quotas.
        counts = Counter(_place(resource) for resource in resources)
        for place, count in counts.items():
            if count > quota.value:
                first = next(resource for resource in resources if _place(resource) == place)
                yield Finding(first, f"the default quota is {quota.value} {quota.unit}, got {count}")


@rule(
    "QUO-05",
    severity=WARNING,
    remedy="put more instance types into fewer environments, or use another cluster",
    prevents="an environment that AWS Batch refuses to create for the cluster",
)
def environments_of_a_cluster(batch: BatchModel) -> Iterator[Finding]:
    """An EKS cluster must have at most 5 compute environments."""
    by_cluster: dict[str, list[ComputeEnvironment]] = defaultdict(list)
    for environment in batch.of(ComputeEnvironment):
        if environment.eks_configuration.present and (key := environment.eks_configuration.cluster_key):
            by_cluster[key].append(environment)
    quota = quotas.ENVIRONMENTS_PER_EKS_CLUSTER
    for environments in by_cluster.values():
        if len(environments) > quota.value:
            message = f"the quota is {quota.value} {quota.unit}, got {len(environments)}"
            yield Finding(environments[0].eks_configuration, message, at="EksClusterArn")


def _place(resource: Resource) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(resource.stack.environment.items()))


@rule(
    "QUO-03",
    severity=WARNING,
    remedy="move scripts into the image, and long values into files or parameters",
    prevents="ClientException: the job definition is too large",
)
def size_of_a_definition(definition: JobDefinition) -> Iterator[Finding]:
    """A job definition must not exceed 24 KiB."""
    # Functions are longer than their results, so a node that is short unresolved needs no resolving.
    if not isinstance(definition.node, dict) or _size(definition.node) <= quotas.JOB_DEFINITION_BYTES.value:
        return
    size = _size(fully_resolved(definition, definition.node))
    if size > quotas.JOB_DEFINITION_BYTES.value:
        message = f"a job definition can have at most {quotas.JOB_DEFINITION_BYTES.value:,} bytes, got about {size:,}"
        yield Finding(definition, message)


@rule(
    "QUO-04",
    severity=WARNING,
    remedy="put long input into S3 and submit its key",
    prevents="ClientException: the request is too large",
)
def size_of_a_request(submission: Submission) -> Iterator[Finding]:
    """A request that submits a job must not exceed 30 KiB."""
    if not isinstance(submission.node, dict) or _size(submission.node) <= quotas.SUBMIT_JOB_BYTES.value:
        return
    size = _size(fully_resolved(submission, submission.node))
    if size > quotas.SUBMIT_JOB_BYTES.value:
        message = f"a request can have at most {quotas.SUBMIT_JOB_BYTES.value:,} bytes, got about {size:,}"
        yield Finding(submission, message)


@rule(
    "QUO-06",
    severity=Severity.ERROR,
    remedy="put long input into S3 and submit its key",
    prevents="ClientException: Container Overrides length must be at most 8192",
)
def size_of_overrides(overrides: ContainerOverrides) -> Iterator[Finding]:
    """Container overrides must not exceed 8,192 characters, with commands and environment variables."""
    # Only those of SubmitJob itself: nobody has reported the limit for containers of tasks or nodes.
    most = quotas.CONTAINER_OVERRIDES_CHARACTERS.value
    if overrides.steps[-1:] != ("ContainerOverrides",) or "NodePropertyOverrides" in overrides.steps:
        return
    if isinstance(overrides.node, dict) and _size(overrides.node) > most:
        size = _size(fully_resolved(overrides, overrides.node))
        if size > most:
            message = f"ContainerOverrides can have at most {most:,} characters, got about {size:,}"
            yield Finding(overrides, message)


def _size(node: Any) -> int:
    """Return the length of the JSON, with only the known part of unknown values."""
    return len(json.dumps(node, separators=(",", ":"), default=_known_part))


def _known_part(value: object) -> str:
    return (
        "".join(part for part in value.parts if isinstance(part, str))
        if isinstance(value, PartialText)
        else ""
    )
