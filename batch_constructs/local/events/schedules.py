"""Schedules of a template: those of EventBridge Scheduler, and rules with a schedule.

Source: Amazon EventBridge Scheduler User Guide, "Schedule types" and "Adding context attributes".
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from batch_constructs.local.events.times import next_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.local.events.bus import Bus, Delivery
    from batch_constructs.local.plan import Plan

Document = dict[str, Any]

_TIME = "%Y-%m-%dT%H:%M:%SZ"


class UnknownScheduleError(ValueError):
    """A template has no schedule of a name; the message lists those that it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule of the template.

    Attributes:
        label: The path of its construct, else its logical id.
        name: Its name.
        arn: Its ARN.
        expression: When it is due, such as ``rate(1 day)``.
        zone: The time zone of the expression.
        targets: Its targets, as CloudFormation spells them.
        is_rule: Whether it is a rule; else it is one of EventBridge Scheduler.
        start: Before this it is not due.
        end: After this it is not due.
    """

    label: str
    name: str
    arn: str
    expression: str
    zone: ZoneInfo
    targets: list[Document]
    is_rule: bool = False
    start: datetime | None = None
    end: datetime | None = None

    def next(self, after: datetime) -> datetime | None:
        """Return when it is due next, in UTC; ``None`` if never."""
        begin = max(after, self.start) if self.start else after
        found = next_time(self.expression, begin, self.zone)
        return None if found is None or (self.end and found > self.end) else found

    def message(self, target: Document, due: datetime) -> str:
        """Return what EventBridge Scheduler sends to the target, with its context attributes filled in."""
        text = str(target.get("Input", "{}"))
        for name, value in {
            "schedule-arn": self.arn,
            "scheduled-time": due.strftime(_TIME),
            "execution-id": str(uuid.uuid4()),
            "attempt-number": "1",
        }.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text


@dataclass(slots=True)
class Schedules:
    """The enabled schedules of a template, and the thread that keeps them.

    Attributes:
        bus: What delivers to their targets.
        entries: The schedules.
    """

    bus: Bus
    entries: list[Schedule]
    _closed: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, bus: Bus, plan: Plan) -> Schedules:
        """Return the enabled schedules of a template; `start` lets them run.

        Raises:
            ValueError: EventBridge does not have such an expression or time zone.
        """
        return cls(bus, schedules_of(plan))

    def start(self) -> None:
        """Deliver from now on whatever is due; a rate counts from now."""
        if self.entries:
            threading.Thread(target=self._run, name="batch-schedules", daemon=True).start()

    def close(self) -> None:
        """Deliver nothing more."""
        self._closed.set()

    def fire(self, name: str) -> list[Delivery]:
        """Deliver a schedule at once, and return what its targets got.

        Args:
            name: Its name, its construct's path, or the end of that path.

        Raises:
            UnknownScheduleError: There is none, or there are several.
        """
        found = [
            each
            for each in self.entries
            if name in {each.name, each.label} or each.label.endswith(f"/{name}")
        ]
        if len(found) != 1:
            names = ", ".join(sorted(each.label for each in found or self.entries)) or "none"
            raise UnknownScheduleError(
                f"there must be one schedule {name!r} in the template, which has: {names}"
            )
        return self._deliver(found[0], datetime.now(UTC))

    def _deliver(self, schedule: Schedule, due: datetime) -> list[Delivery]:
        if schedule.is_rule:
            return self.bus.deliver_schedule(
                schedule.label, schedule.arn, schedule.targets, due.strftime(_TIME)
            )
        return [
            self.bus.deliver(schedule.label, target, schedule.message(target, due))
            for target in schedule.targets
        ]

    def _run(self) -> None:
        now = datetime.now(UTC)
        due = {index: each.next(now) for index, each in enumerate(self.entries)}
        while times := [moment for moment in due.values() if moment]:
            if self._closed.wait(max(0.0, (min(times) - datetime.now(UTC)).total_seconds())):
                return
            now = datetime.now(UTC)
            for index, moment in list(due.items()):
                if moment and moment <= now:
                    self._deliver(self.entries[index], moment)
                    following = self.entries[index].next(moment)
                    # What was due while the machine slept is not made up for.
                    due[index] = (
                        self.entries[index].next(now) if following and following <= now else following
                    )


def schedules_of(plan: Plan) -> list[Schedule]:
    """Return the enabled schedules of a template.

    Raises:
        ValueError: EventBridge does not have such an expression or time zone.
    """
    return [*_scheduler(plan), *_rules(plan)]


def _scheduler(plan: Plan) -> Iterator[Schedule]:
    for resource, properties in plan.resources("AWS::Scheduler::Schedule"):
        if properties.get("State", "ENABLED") != "DISABLED":
            name = plan.identities.name(resource)
            group = properties.get("GroupName", "default")
            yield Schedule(
                label=resource.label,
                name=name,
                arn=plan.identities.arn(resource).replace(f":{name}", f":schedule/{group}/{name}"),
                expression=properties["ScheduleExpression"],
                zone=ZoneInfo(properties.get("ScheduleExpressionTimezone", "UTC")),
                targets=[properties["Target"]],
                start=_moment(properties.get("StartDate")),
                end=_moment(properties.get("EndDate")),
            )


def _rules(plan: Plan) -> Iterator[Schedule]:
    for resource, properties in plan.resources("AWS::Events::Rule"):
        if "ScheduleExpression" in properties and properties.get("State", "ENABLED") != "DISABLED":
            yield Schedule(
                label=resource.label,
                name=plan.identities.name(resource),
                arn=plan.identities.arn(resource),
                expression=properties["ScheduleExpression"],
                zone=ZoneInfo("UTC"),
                targets=properties.get("Targets", []),
                is_rule=True,
            )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
