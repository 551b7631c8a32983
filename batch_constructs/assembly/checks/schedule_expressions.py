"""The schedules of EventBridge rules and of EventBridge Scheduler, and the calls that Scheduler makes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import PartialText, is_known, is_one_of
from batch_constructs.facts import event_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import EventRule, Schedule
    from batch_constructs.assembly.template.resources.schedules import ScheduleTarget

CHAPTER = "AWS Batch Jobs as CloudWatch Events Targets"

ERROR = Severity.ERROR
_AT = "ScheduleExpression"
_WITHOUT_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?")
_UNIVERSAL = re.compile(r":scheduler:::aws-sdk:[a-z0-9-]+:([A-Za-z0-9]+)\Z")


@rule(
    "EVT-15",
    severity=ERROR,
    remedy="write cron(minute hour day-of-month month day-of-week year) or rate(5 minutes), on the default event bus",
    prevents="ValidationException: Parameter ScheduleExpression is not valid",
)
def rule_has_a_valid_schedule(listener: EventRule) -> Iterator[Finding]:
    """A rule with a schedule must have a valid expression, and be on the default event bus."""
    expression, bus = listener.schedule_expression, listener.event_bus_name
    if is_known(expression) and (problem := event_rules.schedule_problem(expression, scheduler=False)):
        yield Finding(listener, f"{problem}, got {expression!r}", at=_AT)
    if listener.gives(_AT) and is_known(bus) and bus != "default":
        yield Finding(listener, f"a schedule needs the default event bus, got {bus!r}", at="EventBusName")


@rule(
    "EVT-17",
    severity=ERROR,
    remedy="write cron(0 3 * * ? *), rate(5 minutes) or at(2030-01-01T00:00:00), and dates as 2030-01-01T00:00:00.000Z",
    prevents="ValidationException: Invalid Schedule Expression",
)
def schedule_is_valid(schedule: Schedule) -> Iterator[Finding]:
    """A schedule must have a valid expression, a start before its end, and a window that fits its mode."""
    expression, start, end = schedule.schedule_expression, schedule.start_date, schedule.end_date
    if is_known(expression) and (problem := event_rules.schedule_problem(expression, scheduler=True)):
        yield Finding(schedule, f"{problem}, got {expression!r}", at=_AT)
    for name, value in (("StartDate", start), ("EndDate", end)):
        # The API takes such a time, CloudFormation does not.
        if is_known(value) and _WITHOUT_MILLISECONDS.fullmatch(value):
            yield Finding(
                schedule,
                f"{name} must have milliseconds, as in 2030-01-01T00:00:00.000Z, got {value}",
                at=name,
            )
    if is_known(start) and is_known(end) and _TIME.fullmatch(start) and _TIME.fullmatch(end) and start >= end:
        yield Finding(schedule, f"StartDate must be before EndDate, got {start} and {end}", at="EndDate")
    window, at = schedule.flexible_time_window, "MaximumWindowInMinutes"
    if is_one_of(window.mode, "FLEXIBLE") and window.omits(at):
        yield Finding(window, f"{at} must be given with Mode FLEXIBLE, got none", at=at)
    if is_one_of(window.mode, "OFF") and window.gives(at):
        yield Finding(window, f"{at} must be left out with Mode OFF, got a value", at=at)


@rule(
    "EVT-19",
    severity=ERROR,
    remedy="write the ARN as arn:aws:scheduler:::aws-sdk:batch:submitJob, and the request as Input",
    prevents="ValidationException: You must provide an input to set this target for your schedule",
)
def call_is_valid(target: ScheduleTarget) -> Iterator[Finding]:
    """A schedule that calls an API must name it without Region and account, and give the request as its input."""
    value = target.arn
    arn = value.text if isinstance(value, PartialText) else value
    if not isinstance(arn, str) or ":aws-sdk:" not in arn:
        return
    called = _UNIVERSAL.search(arn)
    if called is None and is_known(value):
        message = f"the ARN of a call must be arn:aws:scheduler:::aws-sdk:SERVICE:ACTION, got {arn}"
        yield Finding(target, message, at="Arn")
    elif called is not None and called[1].startswith(event_rules.READ_ONLY):
        yield Finding(target, f"a schedule cannot call an action that only reads, got {called[1]}", at="Arn")
    if target.omits("Input"):
        yield Finding(target, "a call needs its request as Input, got none", at="Input")
