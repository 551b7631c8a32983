"""EventBridge pipes, and the jobs that they submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.json_texts import capitalised
from batch_constructs.assembly.template.members import Anything, Derived, Keyword, Link, Struct, Text
from batch_constructs.assembly.template.resources.roles import Role
from batch_constructs.assembly.template.resources.submissions import FREE_KEYS, Submission
from batch_constructs.assembly.template.unknown import Unknown
from batch_constructs.assembly.template.views import Resource, View

if TYPE_CHECKING:
    from collections.abc import Iterator


class PipeTargetParameters(View):
    """The input of a pipe's target; ``BatchJobParameters`` holds the request for a job queue."""

    batch_job_parameters = Anything("BatchJobParameters")
    input_template = Text("InputTemplate")


def _submissions(pipe: Pipe) -> Iterator[Submission]:
    parameters = pipe.target_parameters
    request = parameters.batch_job_parameters
    if not isinstance(request, dict) or not isinstance(pipe.node, dict):
        return
    request = _without_paths(capitalised(request, *FREE_KEYS))
    base = {"JobQueue": pipe.node.get("Target"), "RoleArn": pipe.node.get("RoleArn")}
    request |= {name: value for name, value in base.items() if value is not None}
    yield Submission(pipe, (*parameters.steps, "BatchJobParameters"), request)


def _without_paths(node: Any) -> Any:
    """Replace values that a pipe takes from the event, such as ``$.body.name``, by unknowns."""
    match node:
        case dict():
            return {key: _without_paths(value) for key, value in node.items()}
        case list():
            return [_without_paths(value) for value in node]
        case str() if node.startswith("$.") or "<$." in node:
            return Unknown(node)
    return node


class Pipe(Resource):
    """An EventBridge pipe."""

    TYPES = ("AWS::Pipes::Pipe",)
    NAME = "Name"

    name = Text("Name")
    desired_state = Keyword("DesiredState")
    target_arn = Text("Target")
    target_parameters = Struct("TargetParameters", PipeTargetParameters)
    role_arn = Text("RoleArn")
    role = Link("RoleArn", Role)
    submissions = Derived(Submission, _submissions)
