"""What a rehearsal plays: who submits which jobs when, how long they run, what fails, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from batch_constructs.local.engine import DependencyKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_constructs.rehearsal.durations import Distribution
    from batch_constructs.rehearsal.traces import PastJob

START = datetime(2027, 1, 4, tzinfo=UTC)
"""The start of a rehearsal whose plan names none: a Monday, midnight UTC."""

FOREVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """A submission of the same plan that must succeed first.

    Attributes:
        name: Its name.
        kind: Whether the whole job must succeed (the default), or with N_TO_N the child with the same index, or with
            SEQUENTIAL the child before; the name is empty then.
    """

    name: str = ""
    kind: DependencyKind = DependencyKind.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Jobs that somebody submits.

    Attributes:
        definition: The job definition: its name, the path of its construct or the end of it, or its logical id.
        queue: The job queue, likewise; may be empty if there is only one.
        name: What other submissions call it; by default its definition.
        array: The number of children, 2 to 10,000; by default it is no array.
        count: How often it is submitted; by default once.
        every: The time between two of these; by default none.
        at: Seconds after the start; by default 0.
        share: The share identifier, for queues with a fair-share policy.
        priority: The scheduling priority override.
        depends_on: What must succeed first. With the same count, the nth waits for the nth; a submission with the count
            1 is waited for by all.
        line: The line of the plan that asks for it; 0 if none does.
    """

    definition: str
    queue: str = ""
    name: str = ""
    array: int = 0
    count: int = 1
    every: Distribution | None = None
    at: float = 0
    share: str = ""
    priority: int | None = None
    depends_on: tuple[After, ...] = ()
    line: int = 0

    @property
    def label(self) -> str:
        """The name, else the definition."""
        return self.name or self.definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How often attempts of a job fail by themselves.

    Attributes:
        share: The part of all attempts, 0 to 1.
        exit_code: What they exit with; the retry strategy looks at it.
        reason: The container's reason, such as ``OutOfMemoryError: Container killed due to memory usage``.
    """

    share: float
    exit_code: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotReclaims:
    """Spot instances that AWS takes back, with two minutes' notice.

    Attributes:
        per_hour: How often an instance is reclaimed in an hour.
        types: The instance types or families; by default all.
    """

    per_hour: float
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCapacity:
    """Instance types that EC2 has none of for some time.

    Attributes:
        types: The instance types or families; by default all.
        market: ``SPOT``, ``ON_DEMAND``, or empty for both.
        begin: Seconds after the start.
        end: Seconds after the start.
    """

    types: tuple[str, ...] = ()
    market: str = ""
    begin: float = 0
    end: float = FOREVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """A compute environment whose status is INVALID for some time: it takes no jobs.

    Attributes:
        environment: Its name, the path of its construct or the end of it, or its logical id.
        begin: Seconds after the start.
        end: Seconds after the start.
    """

    environment: str
    begin: float = 0
    end: float = FOREVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A quota of the account: the vCPUs that all its EC2 instances of one market have together.

    Attributes:
        vcpus: The most.
        market: ``SPOT`` or ``ON_DEMAND``.
    """

    vcpus: float
    market: str = "ON_DEMAND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Jobs of the past that are submitted again at the same distances, and run as long as they did.

    Attributes:
        jobs: The jobs.
        definition: The job definition of those that name none.
        queue: The job queue of those that name none.
        share: The share identifier of those that name none.
        at: Seconds after the start at which the first is submitted.
        line: The line of the plan that asks for it.
    """

    jobs: tuple[PastJob, ...]
    definition: str = ""
    queue: str = ""
    share: str = ""
    at: float = 0
    line: int = 0


Scenario: TypeAlias = SpotReclaims | NoCapacity | Invalid | Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalPlan:
    """The work of a rehearsal, and what it must cope with.

    Attributes:
        submissions: What is submitted. Without any, the template's own schedules are rehearsed.
        trace: Jobs of the past that are submitted, too.
        durations: How long an attempt runs, by submission or definition; ``*`` stands for all others.
        failures: How often attempts fail by themselves, likewise.
        scenarios: What goes wrong around the jobs.
        assumptions: Other values for assumptions, by name.
        start: The first moment, in UTC.
        until: Seconds after which the rehearsal ends, even if jobs are left; by default 14 days.
        schedules_for: Seconds for which the template's own schedules are played; by default one day.
        spot_price: What Spot capacity costs, as a part of the On-Demand price; ``None`` reports it as missing.
        seed: The seed of everything that is drawn.
        source: The file of the plan, for messages.
        fitted: The lengths of attempts by job definition, of jobs of the past; what `durations` names comes first.
        calibrated: How well the model reproduces jobs of the past that it was fitted to; empty if it was not.
    """

    submissions: tuple[Submission, ...] = ()
    trace: Trace | None = None
    durations: Mapping[str, Distribution] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)
    scenarios: tuple[Scenario, ...] = ()
    assumptions: Mapping[str, Any] = field(default_factory=dict)
    start: datetime = START
    until: float = 14 * 86_400
    schedules_for: float = 86_400
    spot_price: float | None = None
    seed: int = 1
    source: str = ""
    fitted: Mapping[str, Distribution] = field(default_factory=dict)
    calibrated: str = ""
