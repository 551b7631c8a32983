"""Jobs of the past: a log in the Standard Workload Format, or what ``aws batch describe-jobs`` prints.

Source: "The Standard Workload Format" of the Parallel Workloads Archive; API, JobDetail.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_constructs.rehearsal.durations import jobs_in, lengths_of

if TYPE_CHECKING:
    import os

# The fields of a line of the Standard Workload Format, from 0.
_SUBMIT, _RUN, _PROCESSORS, _WANTED, _WANTED_KB = 1, 3, 4, 7, 9
_FIELDS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class PastJob:
    """A job that has run.

    Attributes:
        name: Its name.
        definition: The name of its job definition; empty in a log of another scheduler.
        queue: The name of its job queue, likewise.
        share: Its share identifier.
        submitted: Seconds after the first job of the file.
        seconds: How long its last attempt ran.
        waited: Seconds from its creation to its first start, or ``None`` if the file does not say it.
        vcpus: The vCPUs that it reserved; 0 for those of its definition.
        memory: MiB, likewise.
    """

    name: str
    definition: str = ""
    queue: str = ""
    share: str = ""
    submitted: float
    seconds: float
    waited: float | None = None
    vcpus: float = 0
    memory: int = 0


def load_trace(path: str | os.PathLike[str]) -> tuple[PastJob, ...]:
    """Return the jobs of a file that ran to their end, in the order of their submission.

    Args:
        path: A log in the Standard Workload Format, or the JSON that ``aws batch describe-jobs`` prints.

    Raises:
        ValueError: It is neither, or has no such job; the message names the line.
        OSError: It cannot be read.
    """
    text = Path(path).read_text("utf-8")
    is_json = text.lstrip().startswith(("{", "["))
    jobs = _described(json.loads(text)) if is_json else _workload(str(path), text)
    if not jobs:
        raise ValueError(f"{path} has no job that has run to its end")
    first = min(each.submitted for each in jobs)
    moved = [replace(each, submitted=each.submitted - first) for each in jobs]
    return tuple(sorted(moved, key=lambda each: each.submitted))


def _workload(path: str, text: str) -> list[PastJob]:
    jobs = []
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0].startswith(";"):
            continue
        try:
            values = [float(each) for each in fields]
        except ValueError:
            values = []
        if len(values) != _FIELDS:
            raise ValueError(f"{path}:{number}: a line of the Standard Workload Format has {_FIELDS} numbers")
        processors = max(values[_PROCESSORS], values[_WANTED])
        # -1 means that the log does not know it.
        if values[_RUN] >= 0 and processors > 0:
            memory = int(values[_WANTED_KB] * processors / 1_024) if values[_WANTED_KB] > 0 else 0
            jobs.append(
                PastJob(
                    name=f"{int(values[0])}",
                    submitted=values[_SUBMIT],
                    seconds=values[_RUN],
                    vcpus=processors,
                    memory=memory,
                )
            )
    return jobs


def _described(document: Any) -> list[PastJob]:
    jobs = []
    for job in jobs_in(document):
        lengths = lengths_of(job)
        starts = [each["startedAt"] for each in job.get("attempts") or [job] if each.get("startedAt")]
        # The parent of an array runs nothing itself.
        if (
            not lengths
            or not starts
            or "createdAt" not in job
            or "statusSummary" in job.get("arrayProperties", {})
        ):
            continue
        container = job.get("container", {})
        amounts = {each["type"]: float(each["value"]) for each in container.get("resourceRequirements", ())}
        jobs.append(
            PastJob(
                name=str(job.get("jobId", job.get("jobName", ""))),
                definition=str(job.get("jobDefinition", "")).rpartition("/")[2].partition(":")[0],
                queue=str(job.get("jobQueue", "")).rpartition("/")[2],
                share=str(job.get("shareIdentifier", "")),
                submitted=job["createdAt"] / 1_000,
                seconds=lengths[-1],
                waited=max(0.0, (min(starts) - job["createdAt"]) / 1_000),
                vcpus=amounts.get("VCPU", float(container.get("vcpus", 0))),
                memory=int(amounts.get("MEMORY", container.get("memory", 0))),
            )
        )
    return jobs
