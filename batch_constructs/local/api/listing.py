"""ListJobs: the jobs of a queue, the children of an array, or the nodes of a job.

Source: API, ListJobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.local.api.paging import MAX_RESULTS, paged
from batch_constructs.local.engine import State
from batch_constructs.local.errors import ClientError
from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.local.batch import LocalBatch
    from batch_constructs.local.jobs.records import JobRecord

Document = dict[str, Any]

MAX_LISTED = 1_000
_STARTS_SECONDS = 1


def list_jobs(batch: LocalBatch, request: Document) -> Document:
    """List the jobs of a queue, the children of an array or the nodes of a job.

    Of a queue AWS Batch lists only the running ones, unless a status or a filter says more.
    """
    places = [name for name in ("jobQueue", "arrayJobId", "multiNodeJobId") if name in request]
    if len(places) != 1:
        raise ClientError("exactly one of jobQueue, arrayJobId and multiNodeJobId must be given")
    if batch.lenient:
        batch.wait_for_starts(_STARTS_SECONDS)
    if places == ["jobQueue"]:
        return _of_queue(batch, request)
    wanted = State[request["jobStatus"].upper()] if "jobStatus" in request else None
    record = batch.jobs.get(request[places[0]])
    indexes = record.indexes() if record and record.is_array == (places == ["arrayJobId"]) else ()
    if record is None or not indexes:
        return {"jobSummaryList": []}
    if record.is_array:
        found = [each for each in indexes if wanted in {None, record.job.states[each]}]
        return paged("jobSummaryList", found, request, MAX_LISTED, record.summary)
    nodes = [each for each in indexes if wanted in {None, record.job.state}]
    return paged("jobSummaryList", nodes, request, MAX_LISTED, record.summary_of_node)


def _of_queue(batch: LocalBatch, request: Document) -> Document:
    queue = batch.resources.queues.get(name_of(request["jobQueue"]))
    if queue is None:
        raise ClientError(f"JobQueue {request['jobQueue']} not found.")
    filters = request.get("filters", [])
    if len(filters) > 1:
        raise ClientError("only one filter can be used at a time")
    wanted = _wanted(request, filters)
    passes = [_filter(each) for each in filters]
    # The newest first; a queue may have many thousands, so that summaries are made for one page only.
    found = [
        record
        for record in reversed(batch.jobs.values())
        if record.queue_arn == queue["jobQueueArn"]
        and wanted in {None, record.job.state}
        and all(each(record) for each in passes)
    ]
    limit = MAX_RESULTS if filters else MAX_LISTED
    return paged("jobSummaryList", found, request, limit, lambda record: record.summary())


def _wanted(request: Document, filters: list[Document]) -> State | None:
    """Return the state that is asked for; a filter takes its place, except the one by share."""
    if filters and filters[0].get("name") != "SHARE_IDENTIFIER":
        return None
    if filters and "jobStatus" not in request:
        return None
    return State[request.get("jobStatus", "RUNNING").upper()]


def _filter(condition: Document) -> Callable[[JobRecord], bool]:
    """Return whether a job passes a filter, as a function."""
    name, values = condition.get("name", ""), condition.get("values", [])
    if not values:
        raise ClientError("a filter must have a value")
    match name:
        case "JOB_NAME":
            return lambda record: fits(record.name.lower(), [each.lower() for each in values])
        case "JOB_DEFINITION":
            return lambda record: _has_definition(record, values)
        case "SHARE_IDENTIFIER":
            return lambda record: fits(record.request.get("shareIdentifier", ""), values)
        case "AFTER_CREATED_AT" | "BEFORE_CREATED_AT" if values[0].isdecimal():
            after, time = name == "AFTER_CREATED_AT", int(values[0])
            return lambda record: (record.created > time) if after else (record.created < time)
    raise ClientError(f"the filter {name} with the value {values[0]} is unknown")


def _has_definition(record: JobRecord, values: list[str]) -> bool:
    """Return whether a job was submitted with a definition: a name means all revisions, an ARN one."""
    revision = name_of(record.definition_arn)
    return fits(revision, [name_of(each) for each in values]) or revision.partition(":")[0] in values


def fits(value: str, patterns: list[str]) -> bool:
    """Return whether a value is one of several, or begins with one that ends in an asterisk."""
    return any(value.startswith(each[:-1]) if each.endswith("*") else value == each for each in patterns)


OPERATIONS = {"ListJobs": list_jobs}
