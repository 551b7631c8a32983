"""Problems in the deployment of changed compute environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from batch_constructs.assembly.changes.change import DeployProblem, Kind, Risk, risk
from batch_constructs.assembly.template import as_text, is_given, known_or_none
from batch_constructs.assembly.template.resources import JobQueue
from batch_constructs.assembly.template.unknown import Reference, Unknown, ending
from batch_constructs.facts import updates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.changes.change import PropertyChange
    from batch_constructs.assembly.changes.comparison import Comparison
    from batch_constructs.assembly.template import BatchModel, Resource
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        LaunchTemplate,
        LaunchTemplateOverride,
        LaunchTemplateSpecification,
    )

    _Specification: TypeAlias = LaunchTemplateSpecification | LaunchTemplateOverride

_IN_PLACE = {Kind.IN_PLACE, Kind.SCALING_UPDATE, Kind.INFRASTRUCTURE_UPDATE}
_QUEUE_FIRST = "remove it from the queue in a separate deployment first"


def update_problems(
    comparison: Comparison, old: ComputeEnvironment, new: ComputeEnvironment, kind: Kind
) -> Iterator[DeployProblem]:
    """Yield the problems of an environment that stays in the template."""
    differences = comparison.differences(old, new)
    yield from _launch_templates(comparison, new, kind, differences)
    if kind in _IN_PLACE:
        yield from _desired_vcpus(new, differences)
        yield from _fargate_members(new, differences)
    if kind is not Kind.REPLACED:
        yield from _replacement_flag(differences)


def causes(comparison: Comparison, new: ComputeEnvironment) -> Iterator[str]:
    """Yield the changes that create new versions of an environment's launch templates, in words."""
    for template, before, _ in _templates(comparison, new):
        paths = [change.path for change in comparison.new_version(before, template)]
        if paths:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            yield f"{template.label} changes: {paths[0]}{more}"


def for_tags(comparison: Comparison, old: ComputeEnvironment, new: ComputeEnvironment) -> bool:
    """Return whether an environment gets an infrastructure update only for tags of its instances."""
    renewing = [
        change.member
        for change in comparison.differences(old, new)
        if change.effect.kind is Kind.INFRASTRUCTURE_UPDATE
    ]
    versions = [
        change.member
        for template, before, _ in _templates(comparison, new)
        for change in comparison.new_version(before, template)
    ]
    by_template = all(path.startswith("LaunchTemplateData.TagSpecifications") for path in versions)
    return bool(renewing) and all(
        path.startswith("ComputeResources.Tags")
        or (by_template and path.startswith("ComputeResources.LaunchTemplate") and path.endswith(".Version"))
        for path in renewing
    )


def queue_problems(
    comparison: Comparison,
    old: ComputeEnvironment,
    batch_before: BatchModel,
    batch: BatchModel,
    kind: Kind,
    at_least: Kind,
) -> Iterator[DeployProblem]:
    """Yield the problems of an environment that is deleted or replaced while queues still use it."""
    if kind is not Kind.DELETED and kind is not Kind.REPLACED:
        return
    certain = at_least is kind
    by_name = [queue.label for queue in batch.of(JobQueue) if _names(queue, old)]
    if by_name:
        yield DeployProblem(
            risk=risk(certain),
            message=f"the old one cannot be deleted: {', '.join(by_name)} still refers to it by name",
            remedy=_QUEUE_FIRST if kind is Kind.DELETED else "refer to the environment by Ref",
        )
    for queue in batch_before.of(JobQueue):
        deleted = comparison.partner(queue) is None
        if kind is Kind.DELETED and deleted and _names(queue, old) and queue.stack is old.stack:
            message = f"{queue.label} names it without Ref, so CloudFormation may delete it before that queue"
            yield DeployProblem(risk=Risk.MAY_FAIL, message=message, remedy=_QUEUE_FIRST)


def _names(queue: JobQueue, environment: ComputeEnvironment) -> bool:
    """Return whether a queue refers to an environment by a literal name, which CloudFormation does not see."""
    name = known_or_none(environment.name)
    entries = queue.compute_environment_order
    return name is not None and any(
        not isinstance(entry.environment_arn, Reference) and ending(entry.environment_arn) == name
        for entry in entries
    )


def _launch_templates(
    comparison: Comparison,
    new: ComputeEnvironment,
    kind: Kind,
    differences: tuple[PropertyChange, ...],
) -> Iterator[DeployProblem]:
    """Yield a problem for each new version of a launch template that does not reach the environment."""
    if kind is Kind.REPLACED:
        return
    for template, before, each in _templates(comparison, new):
        version = each.version
        if isinstance(version, Unknown):
            continue
        what = comparison.new_version(before, template)
        if not what or any(change.path == each.property_path("Version") for change in differences):
            continue
        if version == "$Latest" and kind is Kind.INFRASTRUCTURE_UPDATE:
            continue
        stays = f"the environment stays at version {version or '$Default'}"
        later = "$Latest is read again only at the next infrastructure update"
        yield DeployProblem(
            risk=Risk.SURPRISE,
            message=(
                f"the change of {template.label} ({what[0].path}) does not reach the instances: "
                f"{later if version == '$Latest' else stays}"
            ),
            remedy="set Version to Fn::GetAtt LatestVersionNumber, so that each new version updates the environment",
        )


def _templates(
    comparison: Comparison, new: ComputeEnvironment
) -> Iterator[tuple[LaunchTemplate, Resource, _Specification]]:
    """Yield the launch templates that both assemblies have, with the old one and the environment's reference."""
    specification = new.compute_resources.launch_template
    parts: list[_Specification] = [specification, *specification.overrides]
    for part in parts:
        template = part.launch_template
        before = comparison.before(template) if template is not None else None
        if template is not None and before is not None:
            yield template, before, part


def _desired_vcpus(
    new: ComputeEnvironment, differences: tuple[PropertyChange, ...]
) -> Iterator[DeployProblem]:
    desired = new.compute_resources.desired_vcpus
    if differences and new.compute_resources.present and is_given(desired):
        yield DeployProblem(
            risk=Risk.MAY_FAIL,
            message=(
                f"DesiredvCpus {as_text(desired)} is refused if it is lower than the number that Batch has set since"
            ),
            remedy="remove DesiredvCpus: Batch sets it, from MinvCpus to MaxvCpus",
        )


def _fargate_members(
    new: ComputeEnvironment, differences: tuple[PropertyChange, ...]
) -> Iterator[DeployProblem]:
    """Yield a problem if the template has members that Fargate refuses: CloudFormation sends even unchanged ones."""
    if not differences or not new.compute_resources.fargate:
        return
    refused = sorted(updates.FARGATE_REFUSED - {"ComputeResources.Type"})
    members = {path: path.removeprefix("ComputeResources.") for path in refused}
    unsupported = [
        name
        for path, name in members.items()
        if is_given((new if path == name else new.compute_resources).raw(name))
    ]
    if unsupported:
        yield DeployProblem(
            risk=Risk.MAY_FAIL,
            message=f"an update of a Fargate environment is refused for settings that Fargate does not support: {', '.join(unsupported)}",
            remedy="remove it from the template; it has no effect on Fargate",
        )


def _replacement_flag(differences: tuple[PropertyChange, ...]) -> Iterator[DeployProblem]:
    if any(change.path == "ReplaceComputeEnvironment" for change in differences):
        yield DeployProblem(
            risk=Risk.MAY_FAIL,
            message="a change of ReplaceComputeEnvironment can end in UPDATE_ROLLBACK_FAILED",
            remedy="deploy it separately, while no job runs, or create a second environment",
        )
