"""Why a deploy of changed compute environments fails, or surprises."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from batch_constructs.assembly.changes.change import DeployProblem, Kind, Risk
from batch_constructs.assembly.changes.problems import risk
from batch_constructs.assembly.template import given, or_none, shown
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
_FIRST_THE_QUEUE = "take it out of the queue in a deploy of its own, then remove it"


def of_pair(
    comparison: Comparison, old: ComputeEnvironment, new: ComputeEnvironment, kind: Kind
) -> Iterator[DeployProblem]:
    """The problems of an environment that stays in the template."""
    differences = comparison.differences(old, new)
    yield from _launch_templates(comparison, new, kind, differences)
    if kind in _IN_PLACE:
        yield from _desired_vcpus(new, differences)
        yield from _fargate_members(new, differences)
    if kind is not Kind.REPLACED:
        yield from _replacement_flag(differences)


def causes(comparison: Comparison, new: ComputeEnvironment) -> Iterator[str]:
    """What gives the launch templates of an environment new versions, in words."""
    for template, before, _ in _templates(comparison, new):
        paths = [change.path for change in comparison.new_version(before, template)]
        if paths:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            yield f"{template.label} changes: {paths[0]}{more}"


def for_tags(comparison: Comparison, old: ComputeEnvironment, new: ComputeEnvironment) -> bool:
    """Return whether nothing but tags of its instances gives an environment an infrastructure update."""
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


def attached(
    comparison: Comparison,
    old: ComputeEnvironment,
    batch_before: BatchModel,
    batch: BatchModel,
    kind: Kind,
    at_least: Kind,
) -> Iterator[DeployProblem]:
    """The problems of an environment that goes, or is replaced, while queues still hold it."""
    if kind is not Kind.DELETED and kind is not Kind.REPLACED:
        return
    certain = at_least is kind
    by_name = [queue.label for queue in batch.of(JobQueue) if _names(queue, old)]
    if by_name:
        yield DeployProblem(
            risk=risk(certain),
            message=f"the old one cannot be deleted: {', '.join(by_name)} still holds it by its name",
            remedy=_FIRST_THE_QUEUE if kind is Kind.DELETED else "refer to the environment by Ref",
        )
    for queue in batch_before.of(JobQueue):
        dying = comparison.partner(queue) is None
        if kind is Kind.DELETED and dying and _names(queue, old) and queue.stack is old.stack:
            message = f"{queue.label} names it without Ref, so CloudFormation may delete it before that queue"
            yield DeployProblem(risk=Risk.MAY_FAIL, message=message, remedy=_FIRST_THE_QUEUE)


def _names(queue: JobQueue, environment: ComputeEnvironment) -> bool:
    """Whether a queue holds an environment by its name as a text, which CloudFormation cannot see."""
    name = or_none(environment.name)
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
    """A new version of a launch template that the environment does not take."""
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
        later = "$Latest is looked up at the next infrastructure update only"
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
    """The launch templates of an environment that both assemblies have, and where the environment names them."""
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
    if differences and new.compute_resources.present and given(desired):
        yield DeployProblem(
            risk=Risk.MAY_FAIL,
            message=(
                f"DesiredvCpus {shown(desired)} is refused if it is lower than what Batch has set meanwhile"
            ),
            remedy="remove DesiredvCpus: Batch sets it, from MinvCpus to MaxvCpus",
        )


def _fargate_members(
    new: ComputeEnvironment, differences: tuple[PropertyChange, ...]
) -> Iterator[DeployProblem]:
    """CloudFormation passes on what stands in the template, also if it has not changed."""
    if not differences or not new.compute_resources.fargate:
        return
    refused = sorted(updates.FARGATE_REFUSED - {"ComputeResources.Type"})
    members = {path: path.removeprefix("ComputeResources.") for path in refused}
    standing = [
        name
        for path, name in members.items()
        if given((new if path == name else new.compute_resources).raw(name))
    ]
    if standing:
        yield DeployProblem(
            risk=Risk.MAY_FAIL,
            message=f"an update of a Fargate environment is refused for what it cannot have: {', '.join(standing)}",
            remedy="remove it from the template; it has no effect on Fargate",
        )


def _replacement_flag(differences: tuple[PropertyChange, ...]) -> Iterator[DeployProblem]:
    if any(change.path == "ReplaceComputeEnvironment" for change in differences):
        yield DeployProblem(
            risk=Risk.MAY_FAIL,
            message="a change of ReplaceComputeEnvironment can end in UPDATE_ROLLBACK_FAILED",
            remedy="deploy it together with nothing else, while no job runs, or make a second environment",
        )
