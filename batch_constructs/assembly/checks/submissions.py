"""Jobs that rules, schedules, pipes and state machines submit: names, overrides, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, malformed, misspelt, outside, rule
from batch_constructs.assembly.fit.misfits import kind_of_jobs
from batch_constructs.assembly.template import Reference, Unknown, is_known, is_none_of, is_one_of
from batch_constructs.facts import limits, patterns, vocabulary
from batch_constructs.facts.eks import DEFAULT_CONTAINER_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.assembly.template.resources import Submission
    from batch_constructs.assembly.template.resources.containers import ResourceRequirement
    from batch_constructs.assembly.template.resources.submissions import ContainerOverrides

CHAPTER = "Submitting a Job"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
# EVT-03 checks the required members of EventBridge rules.
_RULE = "AWS::Events::Rule"


@rule(
    "JOB-01",
    severity=ERROR,
    remedy="give the job a name",
    prevents="ClientException: jobName must be given",
)
def job_name_given(submission: Submission) -> Iterator[Finding]:
    """A job must be submitted with a name."""
    if submission.home.type != _RULE and submission.omits("JobName"):
        yield Finding(submission, "JobName must be given", at="JobName")


@rule(
    "JOB-02",
    severity=ERROR,
    remedy="name a job queue and a job definition",
    prevents="ClientException: the job queue or job definition does not exist",
)
def queue_and_definition_given(submission: Submission) -> Iterator[Finding]:
    """A job must be submitted to a job queue, with a job definition."""
    for member, kind, value in (
        ("JobQueue", "JobQueue", submission.queue_arn),
        ("JobDefinition", "JobDefinition", submission.definition_arn),
    ):
        if submission.home.type != _RULE and submission.omits(member):
            yield Finding(submission, f"{member} must be given", at=member)
        if (
            isinstance(value, Reference)
            and value.target.type != f"AWS::Batch::{kind}"
            and value.target.type.startswith("AWS::Batch::")
        ):
            target = f"{value.target.label}, which is {value.target.type}"
            yield Finding(submission, f"{member} must name an AWS::Batch::{kind}, got {target}", at=member)


@rule(
    "NAME-03",
    severity=ERROR,
    remedy="use up to 128 letters, digits, hyphens and underscores, with a letter or digit first",
    prevents="ClientException: Job name should match valid pattern",
)
def job_name_form(submission: Submission) -> Iterator[Finding]:
    """A job's name must be up to 128 letters, digits, hyphens and underscores, with a letter or digit first."""
    yield from malformed(patterns.JOB_NAME, submission, "JobName", submission.job_name)


@rule(
    "JOB-04",
    severity=ERROR,
    remedy="remove empty words from the command",
    prevents="ClientException: the command cannot contain empty strings",
)
def no_empty_words(overrides: ContainerOverrides) -> Iterator[Finding]:
    """A command override must not have empty words."""
    for index, word in enumerate(overrides.command):
        if is_known(word) and word == "":
            message = "Command must have no empty strings, got one"
            yield Finding(overrides, f"{message} at index {index}", at=f"Command[{index}]")


@rule(
    "JOB-05",
    severity=ERROR,
    remedy="override vCPUs and memory (MiB) with amounts that are valid in a definition",
    prevents="ClientException: invalid resourceRequirements",
)
def amounts_are_valid(submission: Submission) -> Iterator[Finding]:
    """Overridden amounts must have a known type, each type once, and a number in its range."""
    definition = submission.definition
    on_instances = definition is not None and kind_of_jobs(definition) == "EC2"
    for overrides in _all_overrides(submission):
        seen: set[str] = set()
        for requirement in overrides.resource_requirements:
            kind = requirement.type
            yield from misspelt(vocabulary.ResourceRequirementType, requirement, "Type", kind)
            if not is_known(kind):
                continue
            if kind in seen:
                message = f"ResourceRequirements must have {kind} once, got it twice"
                yield Finding(requirement, message, at="Type")
            seen.add(kind)
            yield from _amount(requirement, on_instances=on_instances)


def _all_overrides(submission: Submission) -> Iterator[ContainerOverrides]:
    """Yield the overrides of every container: of a single one, of a task, of nodes."""
    nodes = submission.node_overrides.node_property_overrides
    yield submission.container_overrides
    yield from (node.container_overrides for node in nodes)
    for override in (submission.ecs_properties_override, *(node.ecs_properties_override for node in nodes)):
        for task in override.task_properties:
            yield from task.containers


def _amount(requirement: ResourceRequirement, *, on_instances: bool) -> Iterator[Finding]:
    """Add a problem if the vCPUs or the memory are invalid; GPUs are GPU-02."""
    kind, value = requirement.type, requirement.value
    if not is_known(value) or is_none_of(kind, "VCPU", "MEMORY"):
        return
    try:
        number = float(value)
    except ValueError:
        yield Finding(requirement, f"Value must be a number, got {value!r}", at="Value")
        return
    number = int(number) if number.is_integer() else number
    if is_one_of(kind, "MEMORY"):
        yield from outside(limits.EC2_MEMORY_MIB, requirement, "Value", number)
    elif on_instances:
        yield from outside(limits.EC2_VCPUS, requirement, "Value", number)
    elif not number > 0:
        yield Finding(requirement, f"Value must be more than 0 vCPUs, got {value}", at="Value")


@rule(
    "JOB-06",
    severity=ERROR,
    remedy="override vCPUs and memory with ResourceRequirements",
    prevents="an override without effect, because the definition uses resourceRequirements",
)
def no_deprecated_amounts(submission: Submission) -> Iterator[Finding]:
    """Amounts that a submission overrides must be in ResourceRequirements: Vcpus and Memory are deprecated."""
    overrides, definition = submission.container_overrides, submission.definition
    for member, kind in (("Vcpus", "VCPU"), ("Memory", "MEMORY")):
        if not overrides.gives(member):
            continue
        if definition is not None and definition.fargate:
            message = f"{member} cannot be overridden on Fargate, got {definition.label}"
            yield Finding(overrides, f"{message}: use ResourceRequirements", at=member)
            continue
        container = None if definition is None else definition.container_properties
        if container is not None and container.present and is_known(container.requirement(kind)):
            name = container.home.label
            message = (
                f"{member} is ignored, because {name} gives {kind} in ResourceRequirements: use these as well"
            )
        else:
            message = f"{member} is deprecated: use ResourceRequirements"
        yield Finding(overrides, message, at=member, severity=WARNING)


@rule("JOB-07", severity=WARNING, remedy="leave out InstanceType, or choose the type in the environment")
def instance_type_only_for_nodes(submission: Submission) -> Iterator[Finding]:
    """Only multi-node parallel jobs can be submitted with an instance type."""
    definition, overrides = submission.definition, submission.container_overrides
    if (
        overrides.gives("InstanceType")
        and definition is not None
        and is_none_of(definition.type_, "MULTINODE")
    ):
        message = f"InstanceType is for multi-node parallel jobs, which {definition.label} is not"
        yield Finding(overrides, message, at="InstanceType")


_FITTING = {
    "ContainerProperties": "ContainerOverrides",
    "EcsProperties": "EcsPropertiesOverride",
    "EksProperties": "EksPropertiesOverride",
    "NodeProperties": "NodeOverrides",
}


@rule(
    "JOB-08",
    severity=ERROR,
    remedy="override containers with the member that fits the definition",
    prevents="ClientException: the overrides do not fit the job definition",
)
def overrides_fit_the_definition(submission: Submission) -> Iterator[Finding]:
    """Overrides must be of the definition's kind: containers, tasks, pods or nodes."""
    definition = submission.definition
    own = [] if definition is None else definition.gives(*_FITTING)
    if definition is None or len(own) != 1:
        return
    fitting = _FITTING[own[0]]
    # NodeOverrides in the wrong place are MNP-09.
    for member in ("ContainerOverrides", "EcsPropertiesOverride", "EksPropertiesOverride"):
        if member != fitting and submission.gives(member) and is_none_of(submission.raw(member), {}):
            message = f"{definition.label} has {own[0]}, which {fitting} overrides, got {member}"
            yield Finding(submission, message, at=member)


@rule(
    "JOB-09",
    severity=ERROR,
    remedy="choose a priority from 0 to 9999, on a queue with a scheduling policy",
    prevents="ClientException: the scheduling priority is out of range",
)
def scheduling_priority(submission: Submission) -> Iterator[Finding]:
    """A scheduling priority must be 0 to 9999, and has an effect only on queues with a scheduling policy."""
    at, priority, queue = (
        "SchedulingPriorityOverride",
        submission.scheduling_priority_override,
        submission.queue,
    )
    yield from outside(limits.SCHEDULING_PRIORITY, submission, at, priority)
    if is_known(priority) and queue is not None and queue.present and queue.scheduling_policy_arn is None:
        message = f"{at} has no effect, because {queue.label} has no scheduling policy, got {priority}"
        yield Finding(submission, message, at=at, severity=WARNING)


@rule(
    "JOB-10",
    severity=WARNING,
    remedy="name a container of the definition",
    prevents="overrides that reach no container",
)
def overridden_containers_exist(submission: Submission) -> Iterator[Finding]:
    """Overrides for one of several containers must name a container of the definition."""
    definition = submission.definition
    if definition is None:
        return
    for unit, overridden in (
        (definition.ecs_properties.task_properties, submission.ecs_properties_override.task_properties),
        ([definition.eks_properties.pod_properties], [submission.eks_properties_override.pod_properties]),
    ):
        names = _names(each.containers for each in unit)
        yield from _unknown_names(names, (each.containers for each in overridden))
    pod, changed = definition.eks_properties.pod_properties, submission.eks_properties_override.pod_properties
    yield from _unknown_names(_names([pod.init_containers]), [changed.init_containers])


def _names(containers: Iterable[Any]) -> set[str]:
    """Return the names of containers; empty if one of them is unknown."""
    found = list(containers)
    texts = [container.name for each in found for container in each]
    complete = all(each.complete for each in found) and not any(isinstance(text, Unknown) for text in texts)
    # A Kubernetes container needs no name if it is the only one.
    return {text or DEFAULT_CONTAINER_NAME for text in texts} if complete else set()


def _unknown_names(names: set[str], overridden: Iterable[Any]) -> Iterator[Finding]:
    for container in (container for each in overridden for container in each):
        if is_known(container.name) and names and container.name not in names:
            message = f"Name must be one of {', '.join(sorted(names))}, got {container.name!r}"
            yield Finding(container, message, at="Name")
