"""The operations on job queues."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.limits import JOB_STATE_TIME_LIMIT_SECONDS, QUEUE_PRIORITY
from batch_constructs.facts.patterns import JOB_NAME
from batch_constructs.local.api.paging import paged
from batch_constructs.local.errors import ClientError
from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch

Document = dict[str, Any]

SNAPSHOT_JOBS = 100
SNAPSHOT_SHARES = 20


def create(batch: LocalBatch, request: Document) -> Document:
    """Create a job queue; it is VALID at once."""
    name = request["jobQueueName"]
    if wrong := JOB_NAME.problem("jobQueueName", name):
        raise ClientError(wrong)
    if name in batch.resources.queues:
        raise ClientError(f"Job queue {name} already exists")
    _check(batch, request)
    arn = batch.resources.arn("job-queue", name)
    batch.resources.put_queue({**completed(batch, request), "jobQueueArn": arn})
    return {"jobQueueName": name, "jobQueueArn": arn}


def completed(batch: LocalBatch, request: Document) -> Document:
    """Return a queue as AWS Batch describes it, without its ARN."""
    return {
        "state": "ENABLED",
        "tags": {},
        "computeEnvironmentOrder": [],
        **request,
        "status": "VALID",
        "statusReason": "JobQueue Healthy",
        "jobQueueType": _kind(batch, request),
    }


def _check(batch: LocalBatch, request: Document) -> None:
    if wrong := QUEUE_PRIORITY.problem("priority", request.get("priority", 1)):
        raise ClientError(wrong)
    if request.get("serviceEnvironmentOrder"):
        raise ClientError(
            "The local Batch runs no jobs of Amazon SageMaker: serviceEnvironmentOrder is not served."
        )
    if "computeEnvironmentOrder" in request and not request["computeEnvironmentOrder"]:
        raise ClientError("At least 1 compute environment must be provided")
    for each in request.get("computeEnvironmentOrder", ()):
        if name_of(each["computeEnvironment"]) not in batch.resources.environments:
            raise ClientError("computeEnvironmentOrder is malformed")
    kinds = {_is_fargate(batch, each) for each in request.get("computeEnvironmentOrder", ())}
    if len(kinds) > 1:
        raise ClientError("computeEnvironmentOrder: EC2 and Fargate compute environments can't be mixed")
    for each in request.get("jobStateTimeLimitActions", ()):
        if wrong := JOB_STATE_TIME_LIMIT_SECONDS.problem("maxTimeSeconds", each["maxTimeSeconds"]):
            raise ClientError(wrong)
    policy = request.get("schedulingPolicyArn")
    if policy and name_of(policy) not in batch.resources.policies and not batch.lenient:
        raise ClientError(f"schedulingPolicyArn {policy} does not exist")


def _is_fargate(batch: LocalBatch, entry: Document) -> bool:
    environment = batch.resources.environments[name_of(entry["computeEnvironment"])]
    return "FARGATE" in environment.get("computeResources", {}).get("type", "").upper()


def _kind(batch: LocalBatch, request: Document) -> str:
    names = [name_of(each["computeEnvironment"]) for each in request.get("computeEnvironmentOrder", ())]
    first = batch.resources.environments.get(names[0], {}) if names else {}
    if "eksConfiguration" in first:
        return "EKS"
    return "ECS_FARGATE" if "FARGATE" in first.get("computeResources", {}).get("type", "") else "ECS"


def describe(batch: LocalBatch, request: Document) -> Document:
    """Describe job queues by name or ARN, or all of them."""
    wanted = [name_of(each) for each in request.get("jobQueues", ())]
    found = [each for name, each in batch.resources.queues.items() if not wanted or name in wanted]
    return paged("jobQueues", found, request)


def update(batch: LocalBatch, request: Document) -> Document:
    """Change a job queue; a scheduling policy can be replaced, not removed."""
    name = name_of(request["jobQueue"])
    found = _existing(batch, name)
    _check(batch, request)
    if (
        "schedulingPolicyArn" in request
        and not request["schedulingPolicyArn"]
        and found.get("schedulingPolicyArn")
    ):
        raise ClientError("A scheduling policy can be replaced, but not removed.")
    found.update({key: value for key, value in request.items() if key != "jobQueue"})
    batch.resources.put_queue(found)
    batch.refresh()
    return {"jobQueueName": name, "jobQueueArn": found["jobQueueArn"]}


def delete(batch: LocalBatch, request: Document) -> Document:
    """Delete a disabled job queue with the jobs that wait in it; one that is gone already is no error."""
    name = name_of(request["jobQueue"])
    found = batch.resources.queues.get(name)
    if found is None:
        return {}
    if found["state"] != "DISABLED" and not batch.lenient:
        raise ClientError("Cannot delete, state is not DISABLED")
    for record in list(batch.jobs.values()):
        if record.queue_arn == found["jobQueueArn"] and not record.job.done:
            batch.terminate(record.id, "The job queue was deleted")
    batch.resources.remove_queue(name)
    return {}


def snapshot(batch: LocalBatch, request: Document) -> Document:
    """Return the first 100 runnable jobs of a queue in the order in which they will start, and what it uses."""
    name = name_of(request["jobQueue"])
    _existing(batch, name)
    waiting = islice(batch.engine.queues[name].in_order(time.time()), SNAPSHOT_JOBS)
    jobs = []
    for job, index in waiting:
        record = batch.jobs[job.work.id]
        ending = f":{index}" if record.is_array else ""
        since = record.child(index).stopped or record.created
        jobs.append({"jobArn": f"{record.arn}{ending}", "earliestTimeAtPosition": since})
    now = int(time.time() * 1000)
    return {
        "frontOfQueue": {"jobs": jobs, "lastUpdatedAt": now},
        "queueUtilization": {**_utilization(batch, name), "lastUpdatedAt": now},
    }


def _utilization(batch: LocalBatch, name: str) -> Document:
    """Return the vCPUs that the jobs of a queue use now, and with a fair-share policy those of its top shares."""
    unit = "cpu" if batch.resources.queues[name]["jobQueueType"] == "EKS" else "VCPU"

    def used(vcpus: float) -> list[Document]:
        return [{"capacityUnit": unit, "quantity": float(vcpus)}]

    queue = batch.engine.queues[name]
    busy = sorted((each for each in queue.shares if each.running > 0), key=lambda each: -each.running)
    found: Document = {"totalCapacityUsage": used(sum(each.running for each in busy))}
    if queue.policy is not None:
        top = [
            {"shareIdentifier": each.name, "capacityUsage": used(each.running)}
            for each in busy[:SNAPSHOT_SHARES]
        ]
        found["fairshareUtilization"] = {"activeShareCount": len(busy), "topCapacityUtilization": top}
    return found


def _existing(batch: LocalBatch, name: str) -> Document:
    found = batch.resources.queues.get(name)
    if found is None:
        raise ClientError(f"{name} does not exist")
    return found


OPERATIONS = {
    "CreateJobQueue": create,
    "DescribeJobQueues": describe,
    "UpdateJobQueue": update,
    "DeleteJobQueue": delete,
    "GetJobQueueSnapshot": snapshot,
}
