"""EventBridge schedules, and the jobs that they submit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.template.json_texts import capitalised, parse_json
from batch_constructs.assembly.template.members import Derived, Keyword, Link, Struct, Text
from batch_constructs.assembly.template.resources.events import DeadLetterConfig, EventRetryPolicy
from batch_constructs.assembly.template.resources.roles import Role
from batch_constructs.assembly.template.resources.submissions import FREE_KEYS, Submission
from batch_constructs.assembly.template.unknown import Unknown, as_text
from batch_constructs.assembly.template.views import Resource, View

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBMIT_JOB = re.compile(r":scheduler:::aws-sdk:batch:submitjob\Z", re.IGNORECASE)
_CONTEXT = re.compile(r"<(aws\.scheduler\.[a-z-]+)>")


class ScheduleTarget(View):
    """The API call of a schedule, and its input."""

    arn = Text("Arn")
    input = Text("Input")
    retry_policy = Struct("RetryPolicy", EventRetryPolicy)
    dead_letter_config = Struct("DeadLetterConfig", DeadLetterConfig)
    role_arn = Text("RoleArn")
    role = Link("RoleArn", Role)

    @property
    def concerns_batch(self) -> bool:
        """Return whether it certainly calls SubmitJob."""
        return SUBMIT_JOB.search(as_text(self.arn)) is not None


def _submissions(schedule: Schedule) -> Iterator[Submission]:
    target = schedule.target
    if not target.concerns_batch or not isinstance(target.node, dict):
        return
    message = parse_json(target.input, _CONTEXT)
    request = capitalised(message, *FREE_KEYS) if isinstance(message, dict) else Unknown("the input")
    if isinstance(request, dict) and "RoleArn" in target.node:
        request["RoleArn"] = target.node["RoleArn"]
    yield Submission(schedule, (*target.steps, "Input"), request)


class Schedule(Resource):
    """An EventBridge schedule."""

    TYPES = ("AWS::Scheduler::Schedule",)
    NAME = "Name"

    name = Text("Name")
    schedule_expression = Text("ScheduleExpression")
    state = Keyword("State")
    target = Struct("Target", ScheduleTarget)
    submissions = Derived(Submission, _submissions)
