"""Jobs that wait for each other: a graph of requests, submitted by boto3 or by Step Functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems, did_you_mean
from batch_constructs._border.tokens import known
from batch_constructs.facts.vocabulary import ArrayDependency
from batch_constructs.submissions.attributes import check_chain_attributes
from batch_constructs.submissions.chain_states import TRY_AGAIN, polled_states
from batch_constructs.submissions.members import capitalised

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from batch_constructs.submissions.dependencies import JobDependency
    from batch_constructs.submissions.request import SubmitJobRequest

__all__ = ["JobChain", "check_polled"]

# A name is the name of a state of Step Functions, and a key in its JSON.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
# A job that was submitted before, or one child of it.
_JOB_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:[0-9]+)?")
# No job of the chain has a name with spaces.
_WAIT_FOR_ALL = "Wait for the last jobs"


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class JobChain:
    """Jobs that wait for each other, each under a name of yours.

    All are submitted at once, each with the ids of the jobs that it waits for; AWS Batch does the waiting. Ids exist
    only when the jobs do, so the chain replaces the names by them::

        JobChain(
            jobs={
                "split": SubmitJobRequest(job_name="split", job_queue=queue, job_definition=split),
                "align": SubmitJobRequest(
                    job_name="align",
                    job_queue=queue,
                    job_definition=align,
                    array_size=100,
                    depends_on=[JobDependency(job_id="split")],
                ),
            }
        )

    If a job fails, the jobs that wait for it fail, too.

    Attributes:
        jobs: The requests by name: up to 80 letters, digits and ``_``, beginning with a letter. The ``job_id`` of a
            dependency is a name in this chain, or the id of a job that was submitted earlier.

    Raises:
        ValueError: the jobs wait for each other in a circle or for a job that does not exist, an array waits ``N_TO_N``
            for a job of another size, or a request has an attribute that only EventBridge fills in; all
            contradictions in one message.

    Guide: Job Dependencies; Array Jobs; Example Array Job Workflow.
    """

    jobs: Mapping[str, SubmitJobRequest]

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(len(self.jobs) > 0, "a chain needs at least one job, got none")
        for name, request in self.jobs.items():
            problems.check(
                _NAME.fullmatch(name) is not None,
                f"a name in a chain must be up to 80 letters, digits and _, beginning with a letter, got {name!r}",
            )
            check_chain_attributes(problems, name, request.members())
            for dependency in request.depends_on:
                problem = self._problem(name, request, dependency)
                problems.check(problem is None, problem or "")
        try:
            tuple(self._sorter().static_order())
        except CycleError as error:
            problems.add(f"jobs must not wait for each other in a circle, got {' -> '.join(error.args[1])}")
        problems.raise_if_any()

    @property
    def order(self) -> tuple[str, ...]:
        """The names in an order in which each job comes after the jobs that it waits for."""
        return tuple(self._sorter().static_order())

    @property
    def last(self) -> tuple[str, ...]:
        """The names of the jobs that no other job waits for."""
        awaited = {each.job_id for request in self.jobs.values() for each in request.depends_on}
        return tuple(name for name in self.order if name not in awaited)

    def submit(self, client: Any) -> dict[str, str]:
        """Submit all jobs.

        Args:
            client: ``boto3.client("batch")``. Its errors are passed on; the jobs before are submitted by then.

        Returns:
            The ids of the jobs, by name.

        Raises:
            ValueError: a request has a construct or another value that exists only after a deploy; nothing is
                submitted then.
        """
        for request in self.jobs.values():
            request.to_boto3()
        ids: dict[str, str] = {}
        for name in self.order:
            request = self.jobs[name]
            depends_on = [
                each if each.job_id is None else replace(each, job_id=ids.get(each.job_id, each.job_id))
                for each in request.depends_on
            ]
            submitted = client.submit_job(**replace(request, depends_on=depends_on).to_boto3())
            ids[name] = submitted["jobId"]
        return ids

    def to_step_functions_definition(
        self, *, wait: bool = False, partition: str = "aws", polled: Collection[str] = ()
    ) -> dict[str, Any]:
        """Return a state machine that submits all jobs, before it becomes JSON.

        Each state passes the job's id on as ``$.jobs.NAME.JobId``, so the input must be an object. Temporary refusals
        of AWS Batch, such as too many calls, are retried for some minutes. A job that ran and failed is not retried.

        Args:
            wait: Whether the execution ends with the last jobs, and fails with them. By default it ends when all are
                submitted. It waits only for the jobs that no other job waits for: all others end before one of these.
            partition: ``aws``, ``aws-cn``…, or a token. By default ``aws``.
            polled: The names of jobs with several containers, pods or nodes. Step Functions adds container overrides to
                jobs that it awaits itself, which AWS Batch refuses for these; so the state machine asks AWS Batch for
                their end. By default the jobs whose request shows it, by a definition of the app or by its overrides.

        Raises:
            ValueError: ``polled`` names a job that is not in the chain.
        """
        check_polled(self, polled)
        last = set(self.last) if wait else set()
        several = {name for name, each in self.jobs.items() if each.runs_one_container is False} | set(polled)
        steps = {
            name: self._submission(name, partition, sdk=name in several)
            for name in self.order
            if name not in last
        }
        awaited = {
            name: polled_states(name, self._submission(name, partition, sdk=True), partition)
            if name in several
            else {name: {**self._submission(name, partition, wait=True), "End": True}}
            for name in self.order
            if name in last
        }
        if len(awaited) > 1 or several & last:
            steps[_WAIT_FOR_ALL] = _all_of(awaited)
        else:
            steps |= {name: self._submission(name, partition, wait=True) for name in awaited}
        names = list(steps)
        ways: list[dict[str, Any]] = [*({"Next": name} for name in names[1:]), {"End": True}]
        states = {name: {**steps[name], **way} for name, way in zip(names, ways, strict=True)}
        return {"StartAt": names[0], "States": states}

    def _submission(
        self, name: str, partition: str, *, wait: bool = False, sdk: bool = False
    ) -> dict[str, Any]:
        request = self.jobs[name]
        parameters = capitalised(request.members())
        for dependency, member in zip(request.depends_on, parameters.get("DependsOn", ()), strict=True):
            if dependency.job_id in self.jobs:
                del member["JobId"]
                member["JobId.$"] = f"$.jobs.{dependency.job_id}.JobId"
        integration = "aws-sdk:batch" if sdk else "batch"
        return {
            "Type": "Task",
            "Resource": f"arn:{partition}:states:::{integration}:submitJob{'.sync' if wait else ''}",
            "Parameters": parameters,
            # The id alone: a state passes on 256 KiB at most, and a description of a job is long.
            "ResultSelector": {"JobId.$": "$.JobId"},
            "ResultPath": f"$.jobs.{name}",
            "Retry": TRY_AGAIN,
        }

    def _sorter(self) -> TopologicalSorter[str]:
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for name, request in self.jobs.items():
            awaited = (each.job_id for each in request.depends_on if each.job_id is not None)
            sorter.add(name, *(each for each in awaited if each in self.jobs))
        return sorter

    def _problem(self, name: str, request: SubmitJobRequest, dependency: JobDependency) -> str | None:
        awaited = dependency.job_id
        if awaited is None or not known(awaited):
            return None
        other = self.jobs.get(awaited)
        if other is None:
            if _JOB_ID.fullmatch(awaited):
                return None
            near = did_you_mean(awaited, self.jobs)
            return f"{name} must wait for a job of the chain or for a job's id, got {awaited!r}{near}"
        sizes = (request.array_size, other.array_size)
        if dependency.type is ArrayDependency.N_TO_N and known(sizes) and sizes[0] != sizes[1]:
            theirs = "no array" if other.array_size is None else f"{other.array_size:,}"
            return (
                f"arrays with an N_TO_N dependency must have one size, "
                f"got {name} with {request.array_size:,} and {awaited} with {theirs}"
            )
        return None


def check_polled(chain: JobChain, polled: Collection[str]) -> None:
    """Raise an error if a name is not one of a job in the chain.

    Args:
        chain: The jobs.
        polled: The names.

    Raises:
        ValueError: there is no such job.
    """
    problems = Problems()
    for name in polled:
        near = did_you_mean(name, chain.jobs)
        problems.check(name in chain.jobs, f"polled must name jobs of the chain, got {name!r}{near}")
    problems.raise_if_any()


def _all_of(awaited: dict[str, dict[str, Any]]) -> dict[str, Any]:
    branches = [{"StartAt": name, "States": states} for name, states in awaited.items()]
    ids = {f"{name}.$": f"$[{index}].jobs.{name}" for index, name in enumerate(awaited)}
    return {"Type": "Parallel", "Branches": branches, "ResultSelector": ids, "ResultPath": "$.last"}
