"""The jobs of a plan in the order in which they are submitted."""

from __future__ import annotations

from array import array
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from heapq import merge
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from batch_constructs.facts.limits import DEPENDENCIES
from batch_constructs.local.engine import Dependency, DependencyKind
from batch_constructs.local.jobs.merging import merged
from batch_constructs.local.jobs.submitting import work_of
from batch_constructs.rehearsal.clock import Kind
from batch_constructs.rehearsal.durations import Constant
from batch_constructs.rehearsal.plan_files import PlanError
from batch_constructs.rehearsal.plans import Submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from batch_constructs.local.engine import Work
    from batch_constructs.rehearsal.plans import After, RehearsalPlan, Trace
    from batch_constructs.rehearsal.stage import Stage

ASSUMED_SECONDS = 300.0
"""The duration of jobs that no plan gives one: 5 minutes. The report says so."""


@dataclass(slots=True)
class Arrivals:
    """The submissions of a plan, each with its work and its kind.

    Attributes:
        entries: By label, in the order of the plan.
        assumed: The labels whose duration no plan gives.
    """

    entries: dict[str, _Entry]
    assumed: list[str]
    _past: list[_Arrival]

    def __init__(self, plan: RehearsalPlan, stage: Stage) -> None:
        self.entries = {}
        self.assumed = []
        used: set[str] = set()
        for number, submission in enumerate(plan.submissions):
            self._add(plan, stage, submission, number, used)
        self._past = list(_of_trace(plan, plan.trace, stage)) if plan.trace else []
        for section in ("durations", "failures"):
            for name in getattr(plan, section):
                if name not in used and name != "*":
                    self._refuse_unused(plan, section, name)

    def _add(
        self, plan: RehearsalPlan, stage: Stage, submission: Submission, number: int, used: set[str]
    ) -> None:
        with _line(plan, submission):
            if submission.label in self.entries:
                raise ValueError(f"two submissions are called {submission.label!r}: give one a name")
            definition, queue = stage.definition(submission.definition), stage.queue(submission.queue)
            work = _work(stage, submission, definition, queue)
            kind = self._kind(plan, stage, submission, definition, used)
            depends = tuple(self._dependency(submission, each) for each in submission.depends_on)
            work = replace(work, depends_on=depends)
            self.entries[submission.label] = _Entry(submission, number, work, kind)

    def _kind(
        self, plan: RehearsalPlan, stage: Stage, submission: Submission, definition: str, used: set[str]
    ) -> Kind:
        label = next(each.label for each in stage.plan.requests if each.name == definition)
        names = [submission.name, submission.definition, definition, label, label.rpartition("/")[2]]

        def given(section: Mapping[str, Any]) -> Any:
            for name in names:
                if name in section:
                    used.add(name)
                    return section[name]
            return None

        duration = given(plan.durations) or given(plan.fitted) or plan.durations.get("*")
        if duration is None:
            self.assumed.append(submission.label)
        return Kind(
            submission.label,
            definition,
            duration or Constant(ASSUMED_SECONDS),
            given(plan.failures) or plan.failures.get("*"),
            _processor(stage.definitions[definition]),
            awaited=any(
                submission.label == after.name for each in plan.submissions for after in each.depends_on
            ),
        )

    def _dependency(self, submission: Submission, after: After) -> Dependency:
        """Return a dependency; its job's id ends in ``#N`` where the nth job waits for the nth."""
        name, kind = after.name, after.kind
        if kind is DependencyKind.SEQUENTIAL and not name:
            if not submission.array:
                raise ValueError("SEQUENTIAL is for array jobs: add 'array'")
            return Dependency(kind=kind)
        other = self.entries.get(name)
        if other is None:
            near = get_close_matches(name, self.entries, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise ValueError(f"depends on {name!r}, which is not submitted before it{hint}")
        if other.submission.count not in {1, submission.count}:
            raise ValueError(
                f"depends on {name!r}, which is submitted {other.submission.count:,} times: its count must be 1 "
                f"or {submission.count:,}"
            )
        if kind is DependencyKind.N_TO_N and other.submission.array != submission.array:
            raise ValueError(
                f"N_TO_N needs two arrays of the same size: {name!r} has {other.submission.array}"
            )
        return Dependency(job_id=name if other.submission.count == 1 else f"{name}#N", kind=kind)

    def _refuse_unused(self, plan: RehearsalPlan, section: str, name: str) -> None:
        near = get_close_matches(
            name, [*self.entries, *(e.submission.definition for e in self.entries.values())], n=1
        )
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise PlanError(f"{plan.source or 'plan'}: {section} names {name!r}, which no submission uses{hint}")

    @property
    def calls(self) -> int:
        """The number of SubmitJob calls; an array is one."""
        return sum(each.submission.count for each in self.entries.values()) + len(self._past)

    def in_order(self, seed: int, rate: float) -> Iterator[tuple[float, Work, Kind]]:
        """Yield time, work and kind of each job, at most ``rate`` a second; with 0 there is no limit."""
        # Each entry comes after those that it depends on, so their times are known.
        awaited: dict[str, array[float]] = {}
        for label, each in self.entries.items():
            if each.kind.awaited:
                awaited[label] = array("d", each.times(seed, awaited))
        streams: list[Iterable[_Arrival]] = [each.stream(seed, awaited) for each in self.entries.values()]
        streams.append(self._past)
        free = 0.0
        for time, _, _, work, kind in merge(*streams):
            moment = max(time, free)
            if rate:
                free = moment + 1 / rate
            yield moment, work, kind


_Arrival: TypeAlias = "tuple[float, int, int, Work, Kind]"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A submission with its work.

    Attributes:
        submission: The submission.
        number: Its place in the plan.
        work: The work of each of its jobs.
        kind: How they go.
    """

    submission: Submission
    number: int
    work: Work
    kind: Kind

    def times(self, seed: int, awaited: Mapping[str, Sequence[float]]) -> Iterator[float]:
        """Yield when each job is submitted: never before the jobs that it depends on.

        Args:
            seed: The seed of the plan.
            awaited: The times of the entries that it depends on, by label.
        """
        submission = self.submission
        chance = Random(f"{seed}/{submission.label}")  # noqa: S311 - no secret
        others = [awaited[each.name] for each in submission.depends_on if each.name]
        time = submission.at
        for index in range(submission.count):
            yield max([time, *(each[index if len(each) > 1 else 0] for each in others)])
            if submission.every is not None:
                time += submission.every.draw(chance)

    def stream(self, seed: int, awaited: Mapping[str, Sequence[float]]) -> Iterator[_Arrival]:
        """Yield time, place in the plan, number, work and kind of each job."""
        for index, time in enumerate(self.times(seed, awaited)):
            yield time, self.number, index, self._numbered(self.work, index), self.kind

    def _numbered(self, work: Work, index: int) -> Work:
        if self.submission.count == 1:
            return work
        depends = work.depends_on
        if depends:
            depends = tuple(replace(each, job_id=each.job_id.replace("#N", f"#{index}")) for each in depends)
        return replace(work, id=f"{work.id}#{index}", depends_on=depends)


def _of_trace(plan: RehearsalPlan, trace: Trace, stage: Stage) -> Iterator[_Arrival]:
    """Yield the jobs of the past, with what they reserved and how long they ran."""
    works: dict[tuple[str, str, str], Work] = {}
    for number, job in enumerate(trace.jobs):
        submission = Submission(
            definition=job.definition or trace.definition,
            queue=job.queue or trace.queue,
            share=job.share or trace.share,
            line=trace.line,
        )
        key = submission.definition, submission.queue, submission.share
        with _line(plan, submission):
            definition = stage.definition(submission.definition)
            if key not in works:
                works[key] = _work(stage, submission, definition, stage.queue(submission.queue))
        base = works[key].need
        need = replace(base, vcpus=job.vcpus or base.vcpus, memory=job.memory or base.memory)
        work = replace(works[key], id=f"past#{number}", need=need)
        kind = Kind(
            definition, definition, Constant(job.seconds), None, _processor(stage.definitions[definition])
        )
        # After the submissions of the plan, whose places are smaller.
        yield trace.at + job.submitted, len(plan.submissions), number, work, kind


def _processor(definition: Mapping[str, Any]) -> str:
    """Return the processor that a definition asks for on Fargate."""
    task: Mapping[str, Any] = next(iter(definition.get("ecsProperties", {}).get("taskProperties", ())), {})
    properties = definition.get("containerProperties") or task
    return str(properties.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64"))


@contextmanager
def _line(plan: RehearsalPlan, submission: Submission) -> Iterator[None]:
    """Add the line of a submission to the mistakes in it."""
    try:
        yield
    except ValueError as error:
        place = f"{plan.source or 'plan'}:{submission.line}" if submission.line else plan.source or "plan"
        raise PlanError(f"{place}: submission {submission.label!r}: {error}") from None


def _work(stage: Stage, submission: Submission, definition: str, queue: str) -> Work:
    """Return the work of a submission, without its dependencies."""
    request: dict[str, Any] = {"jobName": submission.label}
    if submission.array:
        request["arrayProperties"] = {"size": submission.array}
    if submission.share:
        request["shareIdentifier"] = submission.share
    if submission.priority is not None:
        request["schedulingPriorityOverride"] = submission.priority
    found = stage.engine.queues[queue]
    if found.policy is not None and not submission.share:
        raise ValueError(f"the queue {queue} has a fair-share policy: add 'share'")
    if found.policy is None and submission.share:
        raise ValueError(f"the queue {queue} has no scheduling policy: leave out 'share'")
    if len(submission.depends_on) > int(DEPENDENCIES.maximum or 20):
        raise ValueError(f"a job depends on at most {DEPENDENCIES.maximum} others")
    work = work_of(submission.label, queue, merged(stage.definitions[definition], request), request)
    if submission.array and work.nodes:
        raise ValueError("a multi-node job cannot be an array")
    return work
