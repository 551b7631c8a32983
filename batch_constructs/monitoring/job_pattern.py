"""The base of event patterns, and the pattern for changes of a job's state, the most frequent event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.facts import events as facts
from batch_constructs.facts.vocabulary import JobStatus
from batch_constructs.monitoring.pattern_base import EventPattern, Filter, arns, but_not, names, starting_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef

__all__ = ["ArrayJobs", "JobPattern"]


class ArrayJobs(StrEnum):
    """The parts of array jobs and multi-node parallel jobs whose events match.

    Guide: AWS Batch Events; Array Jobs.
    """

    ALL = "all"
    """Single jobs, arrays and each of their children."""
    NO_CHILDREN = "no children"
    """Single jobs and arrays: an array of 10,000 jobs matches once, when its last child has ended."""
    PARENTS = "parents"
    """Arrays only."""
    CHILDREN = "children"
    """Children of arrays only."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class JobPattern(EventPattern):
    """Changes of a job's state.

    AWS Batch sends ``FAILED`` only after the last attempt: an attempt that is tried again leads back to
    ``RUNNABLE``. It sends nothing when a job is submitted, and may send an event twice or out of order.

    Attributes:
        statuses: The states. By default all.
        job_queues: Queues of the jobs (any kind of construct), or their ARNs. By default all of the account and Region.
        job_definitions: Definitions of the jobs (any kind of construct), or their ARNs; any revision matches. By default all.
        job_name_prefixes: Prefixes of the jobs' names. By default all.
        array_jobs: The parts of array jobs. By default all. Nodes of a multi-node job count as children.
        ignore_exit_codes: Jobs that ended with one of these codes, from 1 on, are left out; those without a code are
            not. It applies to jobs of one container only: arrays and jobs of several containers have no exit code.
            By default none is left out.
        reason_prefixes: Prefixes of the status reason. By default any.
        ignore_reasons: Jobs whose status reason is one of these are left out. ``*`` matches anything:
            ``"Host EC2*"``. By default none is.

    Raises:
        ValueError: a filter that could not match, or a pattern longer than EventBridge accepts.

    Guide: AWS Batch Events.
    """

    statuses: Sequence[JobStatus] = ()
    job_queues: Sequence[IJobQueueRef | str] = ()
    job_definitions: Sequence[IJobDefinitionRef | str] = ()
    job_name_prefixes: Sequence[str] = ()
    array_jobs: ArrayJobs = ArrayJobs.ALL
    ignore_exit_codes: Sequence[int] = ()
    reason_prefixes: Sequence[str] = ()
    ignore_reasons: Sequence[str] = ()

    def __post_init__(self) -> None:
        # ARNs and names instead of constructs, so that patterns can be compared and copied.
        object.__setattr__(self, "job_queues", arns(self.job_queues))
        object.__setattr__(self, "job_definitions", names(self.job_definitions))
        problems = Problems()
        problems.check(
            JobStatus.SUBMITTED not in self.statuses,
            "statuses must not hold SUBMITTED: no event is sent for it; listen for RUNNABLE, or for SubmitJob",
        )
        problems.check(
            all(code != 0 for code in self.ignore_exit_codes),
            "ignore_exit_codes must not hold 0: a job that exits with 0 has succeeded",
        )
        problems.check(
            "" not in self.job_name_prefixes, "job_name_prefixes must not be empty, got an empty one"
        )
        problems.check(
            not (self.reason_prefixes and self.ignore_reasons),
            "reason_prefixes and ignore_reasons exclude each other: a field has one filter",
        )
        self.raise_if_any(problems)

    def to_dict(self) -> dict[str, Any]:
        """Return the pattern as EventBridge writes it, for ``CfnRule``, ``EventTriggeredJob``, or your own tests."""
        detail = Filter()
        detail.one_of("status", [JobStatus(status).value for status in self.statuses])
        if self.array_jobs is ArrayJobs.NO_CHILDREN:
            # Only a child has an index; its parent has a size, and other jobs have neither.
            detail["arrayProperties"] = {"index": [{"exists": False}]}
            # The nodes of a multi-node parallel job are JOB#0, JOB#1…
            detail["jobId"] = but_not(["*#*"])
        elif self.array_jobs is not ArrayJobs.ALL:
            member = "size" if self.array_jobs is ArrayJobs.PARENTS else "index"
            detail["arrayProperties"] = {member: [{"exists": True}]}
        detail.one_of("jobQueue", self.job_queues)
        detail.one_of("jobDefinition", starting_with([f"{name}:" for name in self.job_definitions]))
        detail.one_of("jobName", starting_with(self.job_name_prefixes))
        if self.ignore_exit_codes:
            # anything-but does not match a missing field: without "exists", jobs that never ran would not alert.
            codes = {"anything-but": list(self.ignore_exit_codes)}
            detail["container"] = {"exitCode": [codes, {"exists": False}]}
        detail.one_of("statusReason", starting_with(self.reason_prefixes))
        if self.ignore_reasons:
            detail["statusReason"] = [*but_not(self.ignore_reasons), {"exists": False}]
        return detail.of(facts.JOB_STATE_CHANGE)
