"""The operations on jobs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.limits import BULK_JOB_IDS
from batch_constructs.facts.patterns import JOB_NAME
from batch_constructs.facts.quotas import SUBMIT_JOB_BYTES
from batch_constructs.local.api.settings import check_settings
from batch_constructs.local.batch import split_id
from batch_constructs.local.errors import ClientError, refused
from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_constructs.local.batch import LocalBatch

Document = dict[str, Any]

MAX_DESCRIBED = 100


def submit_job(batch: LocalBatch, request: Document) -> Document:
    """Submit a job."""
    if not JOB_NAME.matches(request["jobName"]):
        raise refused("Job name should match valid pattern")
    if (size := len(json.dumps(request))) > SUBMIT_JOB_BYTES.value:
        raise ClientError(
            f"a SubmitJob request must be at most {SUBMIT_JOB_BYTES.value} bytes long, got {size}"
        )
    check_settings(request, lenient=batch.lenient)
    record = batch.submit(request)
    return {"jobArn": record.arn, "jobName": record.name, "jobId": record.id}


def describe_jobs(batch: LocalBatch, request: Document) -> Document:
    """Describe up to 100 jobs, children of arrays or nodes; unknown ids are left out."""
    if len(request["jobs"]) > MAX_DESCRIBED:
        # AWS Batch says it with two spaces.
        raise refused(f"Maximum number of jobs supported is  {MAX_DESCRIBED}")
    return {"jobs": list(_described(batch, request["jobs"]))}


def _described(batch: LocalBatch, ids: list[str]) -> Iterator[Document]:
    for each in ids:
        job_id = name_of(each)
        whole, separator, node = job_id.partition("#")
        base, index = split_id(whole)
        record = batch.jobs.get(base)
        if record is None or (index is not None and index not in record.indexes()):
            continue
        if not separator:
            yield record.describe(index)
        elif node in map(str, range(len(record.job.work.nodes))):
            yield record.describe_node(int(node))


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
    "CancelJob": cancel_job,
    "TerminateJob": terminate_job,
    "CancelJobs": cancel_jobs,
    "TerminateJobs": terminate_jobs,
}
