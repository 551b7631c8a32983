"""The tables of ``batch-constructs local jobs``: queues with what they use, and their jobs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Ask = Callable[..., dict[str, Any]]

_STATES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
_SHOWN_JOBS = 40


def overview(ask: Ask) -> Group:
    """Return the tables.

    Args:
        ask: Carries out an operation of AWS Batch: ``ask("ListJobs", jobQueue="q")``.
    """
    jobs = sorted(all_jobs(ask), key=lambda job: job["createdAt"])
    return Group(_queues(ask, jobs), _jobs(jobs))


def all_jobs(ask: Ask) -> Iterator[dict[str, Any]]:
    """Yield the jobs of all queues, queue by queue and state by state."""
    for queue in ask("DescribeJobQueues")["jobQueues"]:
        for state in _STATES:
            request = {"jobQueue": queue["jobQueueName"], "jobStatus": state}
            while True:
                answer = ask("ListJobs", **request)
                yield from ({**each, "jobQueue": queue["jobQueueName"]} for each in answer["jobSummaryList"])
                if "nextToken" not in answer:
                    break
                request["nextToken"] = answer["nextToken"]


def _queues(ask: Ask, jobs: list[dict[str, Any]]) -> Table:
    table = Table("Queue", "Waiting", "Running", "Succeeded", "Failed", "vCPUs", "Shares", box=SIMPLE_HEAD)
    environments = ask("DescribeComputeEnvironments")["computeEnvironments"]
    most = {
        each["computeEnvironmentArn"]: each.get("computeResources", {}).get("maxvCpus", 0)
        for each in environments
    }
    for queue in ask("DescribeJobQueues")["jobQueues"]:
        name = queue["jobQueueName"]
        counts = Counter(each["status"] for each in jobs if each["jobQueue"] == name)
        use = ask("GetJobQueueSnapshot", jobQueue=name)["queueUtilization"]
        limit = sum(most.get(each["computeEnvironment"], 0) for each in queue["computeEnvironmentOrder"])
        shares = use.get("fairshareUtilization", {}).get("topCapacityUtilization", ())
        running = counts["STARTING"] + counts["RUNNING"]
        done = counts["SUCCEEDED"] + counts["FAILED"]
        table.add_row(
            name if queue["state"] == "ENABLED" else f"{name} (disabled)",
            str(counts.total() - running - done),
            str(running),
            str(counts["SUCCEEDED"]),
            str(counts["FAILED"]),
            f"{_vcpus(use['totalCapacityUsage'])} of {limit:g}",
            ", ".join(f"{each['shareIdentifier']} {_vcpus(each['capacityUsage'])}" for each in shares),
        )
    return table


def _vcpus(usage: list[dict[str, Any]]) -> str:
    return f"{sum(each['quantity'] for each in usage):g}"


def _jobs(jobs: list[dict[str, Any]]) -> Table:
    hidden = len(jobs) - _SHOWN_JOBS
    table = Table(box=SIMPLE_HEAD, caption=f"and {hidden} earlier jobs" if hidden > 0 else None)
    for heading in ("Job", "Id", "Queue", "State"):
        # Ids are copied from here, so they stay whole.
        table.add_column(heading, no_wrap=True, min_width=36 if heading == "Id" else None)
    table.add_column("Reason")
    for each in jobs[-_SHOWN_JOBS:]:
        size = each.get("arrayProperties", {}).get("size")
        name = f"{each['jobName']} [{size}]" if size else each["jobName"]
        table.add_row(name, each["jobId"], each["jobQueue"], each["status"], each.get("statusReason", ""))
    return table
