"""The operations on scheduling policies and consumable resources."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.patterns import RESOURCE_NAME
from batch_constructs.local.api.listing import fits
from batch_constructs.local.api.paging import paged
from batch_constructs.local.errors import ClientError
from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch
    from batch_constructs.local.jobs.records import JobRecord

Document = dict[str, Any]


def create_policy(batch: LocalBatch, request: Document) -> Document:
    """Create a scheduling policy."""
    name = request["name"]
    if wrong := RESOURCE_NAME.problem("name", name):
        raise ClientError(wrong)
    if name in batch.resources.policies:
        raise ClientError(f"A scheduling policy named {name} already exists")
    arn = batch.resources.arn("scheduling-policy", name)
    batch.resources.put_policy({**completed_policy(request), "arn": arn})
    return {"name": name, "arn": arn}


def completed_policy(request: Document) -> Document:
    """Return a scheduling policy as AWS Batch describes it, without its ARN."""
    found: Document = {"tags": {}, **request}
    if "quotaSharePolicy" not in request:
        defaults = {"shareDecaySeconds": 0, "computeReservation": 0, "shareDistribution": []}
        found["fairsharePolicy"] = {**defaults, **request.get("fairsharePolicy", {})}
    return found


def describe_policies(batch: LocalBatch, request: Document) -> Document:
    """Describe scheduling policies by ARN; unknown ones are left out."""
    found = [batch.resources.policies.get(name_of(arn)) for arn in request["arns"]]
    return {"schedulingPolicies": [each for each in found if each]}


def list_policies(batch: LocalBatch, request: Document) -> Document:
    """List the ARNs of all scheduling policies."""
    arns = [{"arn": each["arn"]} for each in batch.resources.policies.values()]
    return paged("schedulingPolicies", arns, request)


def update_policy(batch: LocalBatch, request: Document) -> Document:
    """Change a scheduling policy."""
    found = batch.resources.policies.get(name_of(request["arn"]))
    if found is None:
        raise ClientError(f"Scheduling policy {request['arn']} not found.")
    batch.resources.put_policy({**found, **request})
    batch.refresh()
    return {}


def delete_policy(batch: LocalBatch, request: Document) -> Document:
    """Delete a scheduling policy that no queue uses."""
    for queue in batch.resources.queues.values():
        if queue.get("schedulingPolicyArn") == request["arn"]:
            raise ClientError(
                f"Cannot delete, the job queue {queue['jobQueueName']} uses the scheduling policy"
            )
    batch.resources.policies.pop(name_of(request["arn"]), None)
    batch.resources.touch("policy", name_of(request["arn"]), None)
    return {}


def create_consumable(batch: LocalBatch, request: Document) -> Document:
    """Create a consumable resource."""
    name = request["consumableResourceName"]
    if wrong := RESOURCE_NAME.problem("consumableResourceName", name):
        raise ClientError(wrong)
    if name in batch.resources.consumables:
        raise ClientError(f"A consumable resource named {name} already exists")
    arn = batch.resources.arn("consumable-resource", name)
    found = {
        "resourceType": "REPLENISHABLE",
        "totalQuantity": 0,
        "tags": {},
        **request,
        "consumableResourceArn": arn,
        "createdAt": int(time.time() * 1000),
    }
    batch.resources.put_consumable(found)
    return {"consumableResourceName": name, "consumableResourceArn": arn}


def describe_consumable(batch: LocalBatch, request: Document) -> Document:
    """Describe a consumable resource, with the amount that jobs hold."""
    found = _consumable(batch, request)
    used = batch.resources.consumable(found["consumableResourceName"]).used
    return {**found, "inUseQuantity": used, "availableQuantity": max(0, found["totalQuantity"] - used)}


def list_consumables(batch: LocalBatch, request: Document) -> Document:
    """List consumable resources."""
    members = ("consumableResourceArn", "consumableResourceName", "totalQuantity", "resourceType")
    filters = request.get("filters", ())
    found = [
        {
            **{name: each[name] for name in members},
            "inUseQuantity": batch.resources.consumable(each["consumableResourceName"]).used,
        }
        for each in batch.resources.consumables.values()
        if all(_passes(each["consumableResourceName"], "CONSUMABLE_RESOURCE_NAME", one) for one in filters)
    ]
    return paged("consumableResources", found, request)


def update_consumable(batch: LocalBatch, request: Document) -> Document:
    """Set, raise or lower the amount of a consumable resource; by default the amount is set."""
    found = _consumable(batch, request)
    quantity, total = request.get("quantity", 0), found["totalQuantity"]
    totals = {"SET": quantity, "ADD": total + quantity, "REMOVE": total - quantity}
    operation = request.get("operation", "SET").upper()
    if operation not in totals:
        raise ClientError(f"operation must be SET, ADD or REMOVE, got {operation}")
    if totals[operation] < 0:
        raise ClientError("the total quantity must not become negative")
    batch.resources.put_consumable({**found, "totalQuantity": totals[operation]})
    batch.refresh()
    return {
        "consumableResourceName": found["consumableResourceName"],
        "consumableResourceArn": found["consumableResourceArn"],
        "totalQuantity": totals[operation],
    }


def delete_consumable(batch: LocalBatch, request: Document) -> Document:
    """Delete a consumable resource."""
    batch.resources.consumables.pop(name_of(request["consumableResource"]), None)
    batch.resources.touch("consumable", name_of(request["consumableResource"]), None)
    return {}


def jobs_by_consumable(batch: LocalBatch, request: Document) -> Document:
    """List the jobs that ask for a consumable resource."""
    name = _consumable(batch, request)["consumableResourceName"]
    found = []
    for record in batch.jobs.values():
        quantity = dict(record.job.work.consumables).get(name)
        if quantity is None:
            continue
        if not all(_job_passes(record, each) for each in request.get("filters", ())):
            continue
        shown = record.summary()
        members = ("jobArn", "jobName", "shareIdentifier", "statusReason", "startedAt", "createdAt")
        found.append(
            {
                **{member: shown[member] for member in members if member in shown},
                "jobQueueArn": record.queue_arn,
                "jobDefinitionArn": record.definition_arn,
                "jobStatus": shown["status"],
                "quantity": quantity,
                "consumableResourceProperties": record.members["consumableResourceProperties"],
            }
        )
    return paged("jobs", found, request)


def _job_passes(record: JobRecord, condition: Document) -> bool:
    if condition.get("name") == "JOB_STATUS":
        return record.job.state.name in condition.get("values", ())
    return _passes(record.name, "JOB_NAME", condition)


def _passes(value: str, name: str, condition: Document) -> bool:
    """Return whether a name passes a filter, whatever the case."""
    if condition.get("name") != name:
        raise ClientError(f"the filter {condition.get('name')} is unknown")
    return fits(value.lower(), [each.lower() for each in condition.get("values", ())])


def _consumable(batch: LocalBatch, request: Document) -> Document:
    found = batch.resources.consumables.get(name_of(request["consumableResource"]))
    if found is None:
        raise ClientError(f"Consumable resource {request['consumableResource']} not found.")
    return found


OPERATIONS = {
    "CreateSchedulingPolicy": create_policy,
    "DescribeSchedulingPolicies": describe_policies,
    "ListSchedulingPolicies": list_policies,
    "UpdateSchedulingPolicy": update_policy,
    "DeleteSchedulingPolicy": delete_policy,
    "CreateConsumableResource": create_consumable,
    "DescribeConsumableResource": describe_consumable,
    "ListConsumableResources": list_consumables,
    "UpdateConsumableResource": update_consumable,
    "DeleteConsumableResource": delete_consumable,
    "ListJobsByConsumableResource": jobs_by_consumable,
}
