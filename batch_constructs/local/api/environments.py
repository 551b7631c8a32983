"""The operations on compute environments."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.instance_types import is_known
from batch_constructs.facts.operations import members
from batch_constructs.facts.patterns import JOB_NAME
from batch_constructs.local.api.paging import paged
from batch_constructs.local.errors import ClientError, InvalidParameterError
from batch_constructs.local.plan.identities import ACCOUNT
from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch

Document = dict[str, Any]

_TYPE_OR_FAMILY = re.compile(r"[a-z][a-z-]*[0-9][a-z0-9-]*(\.[a-z0-9-]+)?\Z")
_ECS = "AmazonEC2ContainerServiceV20141113."
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
    _check_roles(request)
    if managed:
        _check_resources(request["computeResources"])
    arn = batch.resources.arn("compute-environment", name)
    found = {**completed(request), "computeEnvironmentArn": arn, "uuid": str(uuid.uuid4())}
    if "eksConfiguration" not in request:
        cluster = f"{name}_Batch_{uuid.uuid4()}"
        found["ecsClusterArn"] = f"arn:aws:ecs:{batch.region}:{ACCOUNT}:cluster/{cluster}"
        if batch.upstream:
            batch.upstream.ask("ecs", f"{_ECS}CreateCluster", "/", {"clusterName": cluster})
    batch.resources.put_environment(found)
    return {"computeEnvironmentName": name, "computeEnvironmentArn": arn}


def completed(request: Document) -> Document:
    """Return an environment as AWS Batch describes it, without its ARN, its cluster and its UUID."""
    found: Document = {
        "state": "ENABLED",
        "serviceRole": _SERVICE_ROLE,
        "tags": {},
        **request,
        "status": "VALID",
        "statusReason": "ComputeEnvironment Healthy",
        "containerOrchestrationType": "EKS" if "eksConfiguration" in request else "ECS",
    }
    if "computeResources" in request:
        least = request["computeResources"].get("minvCpus", 0)
        found["computeResources"] = {"minvCpus": 0, "desiredvCpus": least, **request["computeResources"]}
    return found


def describe(batch: LocalBatch, request: Document) -> Document:
    """Describe compute environments by name or ARN, or all of them."""
    wanted = [name_of(each) for each in request.get("computeEnvironments", ())]
    found = [each for name, each in batch.resources.environments.items() if not wanted or name in wanted]
    return paged("computeEnvironments", found, request)


def update(batch: LocalBatch, request: Document) -> Document:
    """Change a compute environment."""
    name = name_of(request["computeEnvironment"])
    found = _existing(batch, name)
    _check_roles(request)
    _check_kind(found, request)
    known = members("ComputeEnvironmentDetail")
    changed = {key: value for key, value in request.items() if key in known}
    # What says how to update is no part of the resources.
    known = members("ComputeResource")
    given = {key: value for key, value in changed.pop("computeResources", {}).items() if key in known}
    resources = {**found.get("computeResources", {}), **given}
    _check_vcpus(resources)
    found = {**found, **changed}
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
    if found["state"] != "DISABLED" and not batch.lenient:
        raise ClientError("Cannot delete, state is not DISABLED")
    for queue in batch.resources.queues.values():
        if any(
            name_of(each["computeEnvironment"]) == name for each in queue.get("computeEnvironmentOrder", ())
        ):
            raise ClientError("Cannot delete, found existing JobQueue relationship")
    batch.resources.remove_environment(name)
    if batch.upstream and "ecsClusterArn" in found:
        batch.upstream.ask("ecs", f"{_ECS}DeleteCluster", "/", {"cluster": found["ecsClusterArn"]})
    return {}


def _check_kind(found: Document, request: Document) -> None:
    """Refuse what does not apply to a compute environment of this kind."""
    managed = found["type"].upper() == "MANAGED"
    if managed and "unmanagedvCpus" in request:
        raise ClientError("unmanagedvCpus must be left out for a MANAGED compute environment")
    if not managed and "computeResources" in request:
        raise ClientError("computeResources must be left out for an UNMANAGED compute environment")
    if "eksConfiguration" in request and "eksConfiguration" not in found:
        raise ClientError("eksConfiguration is for compute environments on Amazon EKS only")


def _check_vcpus(resources: Document) -> None:
    """Refuse numbers of vCPUs that contradict each other."""
    least, most = resources.get("minvCpus", 0), resources.get("maxvCpus", float("inf"))
    if not 0 <= least <= most:
        raise ClientError(f"minvCpus must be from 0 to maxvCpus, got {least} and {most}")
    if not least <= (desired := resources.get("desiredvCpus", least)) <= most:
        raise ClientError(f"desiredvCpus must be from minvCpus to maxvCpus, got {desired}")


def _check_resources(resources: Document) -> None:
    """Refuse what AWS Batch refuses about the resources of a managed environment."""
    if resources["type"].upper() in {"EC2", "SPOT"}:
        if "instanceRole" not in resources:
            raise ClientError("Error executing request, Exception : Instance role is required.")
        if "minvCpus" not in resources:
            raise ClientError("Error executing request, Exception : Resource minvCpus is required.")
    _check_vcpus(resources)
    for each in resources.get("instanceTypes", ()):
        # A type that the facts do not know may be new.
        if not is_known(each) and not _TYPE_OR_FAMILY.match(each):
            raise InvalidParameterError(f"Instance type {each} does not exist")


def _check_roles(request: Document) -> None:
    role = request.get("serviceRole")
    if role and not role.startswith("arn:"):
        raise InvalidParameterError(f"Could not find IAM role {role}")


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
