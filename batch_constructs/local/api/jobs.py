"""The operations on jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.facts.limits import ARRAY_SIZE, BULK_JOB_IDS, DEPENDENCIES
from batch_constructs.facts.patterns import JOB_NAME
from batch_constructs.local.api.paging import paged
from batch_constructs.local.batch import split_id
from batch_constructs.local.errors import ClientError
from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_constructs.local.batch import LocalBatch

Document = dict[str, Any]

MAX_DESCRIBED = 100
MAX_LISTED = 1_000


def submit_job(batch: LocalBatch, request: Document) -> Document:
    """Submit a job."""
    found = [
        JOB_NAME.problem("jobName", request["jobName"]),
        DEPENDENCIES.problem("dependsOn", len(request.get("dependsOn", ()))),
    ]
    if size := request.get("arrayProperties", {}).get("size"):
        found.append(ARRAY_SIZE.problem("arrayProperties.size", size))
    if wrong := [each for each in found if each]:
        raise ClientError("; ".join(wrong))
    record = batch.submit(request)
    return {"jobArn": record.arn, "jobName": record.name, "jobId": record.id}


def describe_jobs(batch: LocalBatch, request: Document) -> Document:
    """Describe up to 100 jobs, children of arrays or nodes; unknown ids are left out."""
    if len(request["jobs"]) > MAX_DESCRIBED:
        raise ClientError(f"jobs must hold at most {MAX_DESCRIBED} ids, got {len(request['jobs'])}")
    return {"jobs": list(_described(batch, request["jobs"]))}


def _described(batch: LocalBatch, ids: list[str]) -> Iterator[Document]:
    for each in ids:
        job_id = name_of(each)
        whole, separator, node = job_id.partition("#")
        base, index = split_id(whole)
        record = batch.jobs.get(base)
        if record is None or (index is not None and index not in record.indexes()):
            continue
        yield record.describe_node(int(node)) if separator else record.describe(index)


def list_jobs(batch: LocalBatch, request: Document) -> Document:
    """List the jobs of a queue, the children of an array or the nodes of a job; by default those that run."""
    places = [name for name in ("jobQueue", "arrayJobId", "multiNodeJobId") if name in request]
    if len(places) != 1:
        raise ClientError("exactly one of jobQueue, arrayJobId and multiNodeJobId must be given")
    # Of a queue only running jobs are listed by default; of an array or a multi-node job all of it.
    default = "RUNNING" if "jobQueue" in request and not request.get("filters") else ""
    status = request.get("jobStatus", default)
    found = list(_listed(batch, request))
    if status:
        found = [each for each in found if each["status"] == status]
    for each in request.get("filters", ()):
        found = [job for job in found if _passes(job, each)]
    found.sort(key=lambda job: -job["createdAt"])
    return paged("jobSummaryList", found, request, MAX_LISTED)


def _listed(batch: LocalBatch, request: Document) -> Iterator[Document]:
    if "jobQueue" in request:
        queue = batch.resources.queues.get(name_of(request["jobQueue"]))
        if queue is None:
            raise ClientError(f"JobQueue {request['jobQueue']} not found.")
        yield from (r.summary() for r in batch.jobs.values() if r.queue_arn == queue["jobQueueArn"])
        return
    record = batch.jobs.get(request.get("arrayJobId") or request["multiNodeJobId"])
    if record is None:
        return
    if "arrayJobId" in request:
        yield from (record.summary(index) for index in record.indexes())
    else:
        yield from (record.summary_of_node(node) for node in record.indexes())


def _passes(job: Document, condition: Document) -> bool:
    """Return whether a job passes one filter; a value may end in an asterisk."""
    name, values = condition.get("name", "").upper(), condition.get("values", [])
    if name in {"AFTER_CREATED_AT", "BEFORE_CREATED_AT"}:
        later = job["createdAt"] >= int(values[0])
        return later if name == "AFTER_CREATED_AT" else not later
    member = {
        "JOB_NAME": "jobName",
        "JOB_DEFINITION": "jobDefinition",
        "SHARE_IDENTIFIER": "shareIdentifier",
    }.get(name)
    if member is None:
        raise ClientError(f"the filter {name} is unknown")
    actual = str(job.get(member, "")).lower()
    if member == "jobDefinition":
        actual = name_of(actual)
    return any(_fits(name_of(value).lower(), actual) for value in values)


def _fits(pattern: str, value: str) -> bool:
    return (
        value.startswith(pattern[:-1])
        if pattern.endswith("*")
        else value.partition(":")[0] == pattern or value == pattern
    )


def cancel_job(batch: LocalBatch, request: Document) -> Document:
    """Cancel a job that has not started; for other jobs this does nothing."""
    _check_words(request)
    batch.cancel(name_of(request["jobId"]), request["reason"])
    return {}


def terminate_job(batch: LocalBatch, request: Document) -> Document:
    """Stop a job, whatever its state."""
    _check_words(request)
    batch.terminate(name_of(request["jobId"]), request["reason"])
    return {}


def _check_words(request: Document) -> None:
    for member in ("jobId", "reason"):
        if not request[member]:
            raise ClientError(f"{member} must not be empty")


def cancel_jobs(batch: LocalBatch, request: Document) -> Document:
    """Cancel up to 50 jobs; unknown ids count as done."""
    return _each(request, batch.cancel)


def terminate_jobs(batch: LocalBatch, request: Document) -> Document:
    """Stop up to 50 jobs; unknown ids count as done."""
    return _each(request, batch.terminate)


def _each(request: Document, function: Callable[[str, str], None]) -> Document:
    if wrong := BULK_JOB_IDS.problem("jobs", len(request["jobs"])):
        raise ClientError(wrong)
    for job_id in request["jobs"]:
        function(name_of(job_id), request["reason"])
    return {"successful": list(request["jobs"]), "errors": []}


OPERATIONS = {
    "SubmitJob": submit_job,
    "DescribeJobs": describe_jobs,
    "ListJobs": list_jobs,
    "CancelJob": cancel_job,
    "TerminateJob": terminate_job,
    "CancelJobs": cancel_jobs,
    "TerminateJobs": terminate_jobs,
}
