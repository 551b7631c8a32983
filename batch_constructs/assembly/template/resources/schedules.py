"""EventBridge schedules, and the jobs that they submit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from batch_constructs.assembly.template.json_texts import capitalised, parse_json
from batch_constructs.assembly.template.members import Derived, Integer, Keyword, Link, Struct, Text
from batch_constructs.assembly.template.resources.events import DeadLetterConfig, EventRetryPolicy
from batch_constructs.assembly.template.resources.roles import Role
from batch_constructs.assembly.template.resources.service_jobs import ServiceJobSubmission
from batch_constructs.assembly.template.resources.submissions import FREE_KEYS, Submission
from batch_constructs.assembly.template.unknown import Unknown, as_text
from batch_constructs.assembly.template.views import Resource, View

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBMIT_JOB = re.compile(r":scheduler:::aws-sdk:batch:submitjob\Z", re.IGNORECASE)
SUBMIT_SERVICE_JOB = re.compile(r":scheduler:::aws-sdk:batch:submitservicejob\Z", re.IGNORECASE)
_CONTEXT = re.compile(r"<(aws\.scheduler\.[a-z-]+)>")

V = TypeVar("V", bound=View)


class ScheduleTarget(View):
    """The API call of a schedule, and its input."""

    arn = Text("Arn")
    input = Text("Input")
    retry_policy = Struct("RetryPolicy", EventRetryPolicy)
    dead_letter_config = Struct("DeadLetterConfig", DeadLetterConfig)
    role_arn = Text("RoleArn")
    role = Link("RoleArn", Role)

    @property
    def operation(self) -> str:
        """The operation of the API that it calls, ``SubmitJob`` or ``SubmitServiceJob``; empty for others."""
        calls = {"SubmitJob": SUBMIT_JOB, "SubmitServiceJob": SUBMIT_SERVICE_JOB}
        return next((name for name, call in calls.items() if call.search(as_text(self.arn))), "")

    @property
    def concerns_batch(self) -> bool:
        """Return whether it certainly calls SubmitJob or SubmitServiceJob."""
        return bool(self.operation)

    @property
    def message(self) -> Any:
        """The input as JSON."""
        return parse_json(self.input, _CONTEXT)


def _submissions(schedule: Schedule) -> Iterator[Submission]:
    if SUBMIT_JOB.search(as_text(schedule.target.arn)):
        yield from _requests(schedule, Submission)


def _service_jobs(schedule: Schedule) -> Iterator[ServiceJobSubmission]:
    if SUBMIT_SERVICE_JOB.search(as_text(schedule.target.arn)):
        yield from _requests(schedule, ServiceJobSubmission)


def _requests(schedule: Schedule, kind: type[V]) -> Iterator[V]:
    target = schedule.target
    if not isinstance(target.node, dict):
        return
    message = target.message
    request = capitalised(message, *FREE_KEYS) if isinstance(message, dict) else Unknown("the input")
    if isinstance(request, dict) and "RoleArn" in target.node:
        request["RoleArn"] = target.node["RoleArn"]
    yield kind(schedule, (*target.steps, "Input"), request)


class FlexibleTimeWindow(View):
    """The minutes after its time within which a schedule may run."""

    mode = Keyword("Mode")
    maximum_window_in_minutes = Integer("MaximumWindowInMinutes")


class Schedule(Resource):
    """An EventBridge schedule."""

    TYPES = ("AWS::Scheduler::Schedule",)
    NAME = "Name"

    name = Text("Name")
    schedule_expression = Text("ScheduleExpression")
    start_date = Text("StartDate")
    end_date = Text("EndDate")
    flexible_time_window = Struct("FlexibleTimeWindow", FlexibleTimeWindow)
    state = Keyword("State")
    target = Struct("Target", ScheduleTarget)
    submissions = Derived(Submission, _submissions)
    service_jobs = Derived(ServiceJobSubmission, _service_jobs)
