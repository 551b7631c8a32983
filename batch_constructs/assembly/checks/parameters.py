"""Placeholders in commands, and the parameters that fill them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import Unknown, is_known
from batch_constructs.assembly.template.memo import once
from batch_constructs.facts.patterns import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.assembly.template import BatchModel, View
    from batch_constructs.assembly.template.resources import JobDefinition, Submission

CHAPTER = "Job Definition Parameters"

WARNING = Severity.WARNING


@rule(
    "JD-04",
    severity=WARNING,
    remedy="write Ref::name for each parameter, and give each placeholder a value",
    prevents="a job that gets the literal string Ref::name",
)
def placeholders_are_filled(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """Each default parameter must fill a placeholder of the command, and each placeholder must have a value at submission."""
    words = _commands(definition)
    submissions = batch.submissions.of(definition)
    defaults = definition.parameters if definition.parameters is not None else {}
    if words is None or isinstance(defaults, Unknown):
        return
    overrides = [word for submission in submissions for word in submission.container_overrides.command]
    sure = all(
        submission.sure and not _uncertain(submission.container_overrides) for submission in submissions
    )
    for name in defaults if sure else ():
        if not _uses((*words, *overrides), name):
            message = f"Parameters must fill a placeholder of the command, got {name!r} and no Ref::{name}"
            yield Finding(definition, message, at=f"Parameters.{name}")
    holes = [hole[1] for word in words if is_known(word) and (hole := PLACEHOLDER.fullmatch(word))]
    for submission in submissions:
        values = submission.parameters if submission.parameters is not None else {}
        if (
            not submission.sure
            or isinstance(values, Unknown)
            or submission.container_overrides.gives("Command")
        ):
            continue
        for name in holes:
            if name not in defaults and name not in values and not _uncertain(submission.container_overrides):
                message = f"Parameters must fill Ref::{name} of {definition.label}, which has no default"
                yield Finding(submission, message, at="Parameters")


@rule(
    "JOB-03",
    chapter="Submitting a Job",
    severity=WARNING,
    remedy="write Ref::name in the command for each parameter",
    prevents="a parameter without effect",
)
def parameters_are_used(submission: Submission) -> Iterator[Finding]:
    """A submitted parameter must fill a placeholder of the command."""
    definition, values = submission.definition, submission.parameters
    if definition is None or not is_known(values) or _uncertain(submission.container_overrides):
        return
    words = _commands(definition)
    overridden = submission.container_overrides.command
    if words is None or not overridden.complete or submission.gives("EcsPropertiesOverride", "NodeOverrides"):
        return
    # Placeholders of the definition may still need their values if another command replaces it.
    for name in values:
        if not _uses((*words, *overridden), name):
            message = (
                f"Parameters must fill a placeholder of {definition.label}, got {name!r} and no Ref::{name}"
            )
            yield Finding(submission, message, at="Parameters")


@once
def _commands(definition: JobDefinition) -> tuple[str | Unknown, ...] | None:
    """Return all words of all commands; ``None`` if one is unknown, or for pods."""
    containers = [definition.container_properties]
    containers += [nodes.container for nodes in definition.node_properties.node_range_properties]
    tasks = [
        *definition.ecs_properties.task_properties,
        *(
            t
            for n in definition.node_properties.node_range_properties
            for t in n.ecs_properties.task_properties
        ),
    ]
    everything = [*containers, *(container for task in tasks for container in task.containers)]
    present = [container for container in everything if not container.absent]
    lists = [container.command for container in present]
    sure = present and definition.eks_properties.absent and all(c.present for c in present)
    if not sure or not all(command.complete for command in lists):
        return None
    return tuple(word for command in lists for word in command)


def _uses(words: Iterable[str | Unknown], name: str) -> bool:
    """Return whether one of the words may contain the placeholder with this name."""
    return any(isinstance(word, Unknown) or f"Ref::{name}" in word for word in words)


def _uncertain(view: View) -> bool:
    """Return whether it is unknown if the template contains the structure."""
    return not (view.present or view.absent)
