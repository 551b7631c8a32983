"""The operations on compute environments."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.patterns import JOB_NAME
from batch_constructs.local.api.paging import paged
from batch_constructs.local.errors import ClientError
from batch_constructs.local.plan.identities import ACCOUNT
from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch

Document = dict[str, Any]

_SERVICE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"


def create(batch: LocalBatch, request: Document) -> Document:
    """Create a compute environment; it is VALID at once."""
    name = request["computeEnvironmentName"]
    if wrong := JOB_NAME.problem("computeEnvironmentName", name):
        raise ClientError(wrong)
    if name in batch.resources.environments:
        raise ClientError("Object already exists")
    managed = request["type"].upper() == "MANAGED"
    if managed and "computeResources" not in request:
        raise ClientError("computeResources must be specified when creating a MANAGED environment")
    arn = batch.resources.arn("compute-environment", name)
    found: Document = {
        "state": "ENABLED",
        "serviceRole": _SERVICE_ROLE,
        "tags": {},
        **request,
        "computeEnvironmentArn": arn,
        "status": "VALID",
        "statusReason": "ComputeEnvironment Healthy",
        "uuid": str(uuid.uuid4()),
        "containerOrchestrationType": "EKS" if "eksConfiguration" in request else "ECS",
    }
    if "eksConfiguration" not in request:
        cluster = f"{name}_Batch_{uuid.uuid4()}"
        found["ecsClusterArn"] = f"arn:aws:ecs:{batch.region}:{ACCOUNT}:cluster/{cluster}"
    if managed:
        found["computeResources"] = {"minvCpus": 0, "desiredvCpus": 0, **found["computeResources"]}
    batch.resources.put_environment(found)
    return {"computeEnvironmentName": name, "computeEnvironmentArn": arn}


def describe(batch: LocalBatch, request: Document) -> Document:
    """Describe compute environments by name or ARN, or all of them."""
    wanted = [name_of(each) for each in request.get("computeEnvironments", ())]
    found = [each for name, each in batch.resources.environments.items() if not wanted or name in wanted]
    return paged("computeEnvironments", found, request)


def update(batch: LocalBatch, request: Document) -> Document:
    """Change a compute environment."""
    name = name_of(request["computeEnvironment"])
    found = _existing(batch, name)
    changed = {key: value for key, value in request.items() if key != "computeEnvironment"}
    resources = {**found.get("computeResources", {}), **changed.pop("computeResources", {})}
    found.update(changed)
    if resources:
        found["computeResources"] = resources
    batch.resources.put_environment(found)
    batch.refresh()
    return {"computeEnvironmentName": name, "computeEnvironmentArn": found["computeEnvironmentArn"]}


def delete(batch: LocalBatch, request: Document) -> Document:
    """Delete a compute environment that is disabled and that no queue uses; one that is gone already is no error."""
    name = name_of(request["computeEnvironment"])
    found = batch.resources.environments.get(name)
    if found is None:
        return {}
    if found["state"] != "DISABLED":
        raise ClientError("Cannot delete, state is not DISABLED")
    for queue in batch.resources.queues.values():
        if any(
            name_of(each["computeEnvironment"]) == name for each in queue.get("computeEnvironmentOrder", ())
        ):
            raise ClientError("Cannot delete, found existing JobQueue relationship")
    batch.resources.remove_environment(name)
    return {}


def _existing(batch: LocalBatch, name: str) -> Document:
    found = batch.resources.environments.get(name)
    if found is None:
        raise ClientError(f"ComputeEnvironment {name} not found.")
    return found


OPERATIONS = {
    "CreateComputeEnvironment": create,
    "DescribeComputeEnvironments": describe,
    "UpdateComputeEnvironment": update,
    "DeleteComputeEnvironment": delete,
}
