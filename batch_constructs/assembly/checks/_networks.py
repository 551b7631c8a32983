"""Finds the environments in which the jobs of a definition run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.resources import ComputeEnvironment
from batch_constructs.assembly.template.resources.submissions import Submission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs.assembly.template import BatchModel, Stack
    from batch_constructs.assembly.template.resources import JobDefinition


def environments_for(definition: JobDefinition, batch: BatchModel) -> Sequence[ComputeEnvironment]:
    """Return the environments for a definition's jobs: those behind its submissions, else those of its stack.

    Only environments of the definition's kind are returned; none if a queue or an environment is unknown.
    """
    in_stack = _by_stack(batch).get(definition.home.stack, [])
    everything = _behind_submissions(batch).get(definition, in_stack)
    if definition.fargate:
        return [each for each in everything if each.compute_resources.fargate]
    return [each for each in everything if each.compute_resources.ec2]


@once
def _by_stack(batch: BatchModel) -> dict[Stack, list[ComputeEnvironment]]:
    found: dict[Stack, list[ComputeEnvironment]] = {}
    for environment in batch.of(ComputeEnvironment):
        found.setdefault(environment.stack, []).append(environment)
    return found


@once
def _behind_submissions(batch: BatchModel) -> dict[JobDefinition, list[ComputeEnvironment]]:
    found: dict[JobDefinition, list[ComputeEnvironment]] = {}
    open_ends: set[JobDefinition] = set()
    for submission in batch.of(Submission):
        definition, queue = submission.definition, submission.queue
        if definition is None:
            continue
        if queue is None or not queue.sees_all_environments:
            open_ends.add(definition)
        else:
            found.setdefault(definition, []).extend(queue.environments)
    return found | {key: [] for key in open_ends}
