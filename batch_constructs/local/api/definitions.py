"""The operations on job definitions."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.patterns import JOB_NAME
from batch_constructs.local.api.paging import paged
from batch_constructs.local.api.settings import check_settings
from batch_constructs.local.errors import ClientError
from batch_constructs.local.jobs.records import EMPTY_LISTS
from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch

Document = dict[str, Any]

_PROPERTIES = ("containerProperties", "ecsProperties", "eksProperties", "nodeProperties")


def register(batch: LocalBatch, request: Document) -> Document:
    """Register a definition, or a new revision of one."""
    name = request["jobDefinitionName"]
    if wrong := JOB_NAME.problem("jobDefinitionName", name):
        raise ClientError(wrong)
    check_settings(request, lenient=batch.lenient)
    if sum(each in request for each in _PROPERTIES) != 1:
        raise ClientError(f"exactly one of {', '.join(_PROPERTIES)} must be given")
    revisions = batch.resources.definitions.get(name, [])
    revision = revisions[-1]["revision"] + 1 if revisions else 1
    arn = f"{batch.resources.arn('job-definition', name)}:{revision}"
    found = {**_completed(request), "jobDefinitionArn": arn, "revision": revision}
    batch.resources.put_definition(found)
    return {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": revision}


def is_newest(batch: LocalBatch, request: Document) -> bool:
    """Return whether the newest revision of a definition is what a request would register."""
    revisions = batch.resources.definitions.get(request["jobDefinitionName"])
    if not revisions:
        return False
    return all(revisions[-1].get(name) == value for name, value in _completed(request).items())


def _completed(request: Document) -> Document:
    """Return a new definition as AWS Batch describes it, without its ARN and revision."""
    found = {
        **deepcopy(request),
        "status": "ACTIVE",
        "parameters": request.get("parameters", {}),
        "tags": request.get("tags", {}),
        "containerOrchestrationType": "EKS" if "eksProperties" in request else "ECS",
    }
    _complete_retries(found)
    _complete_containers(found)
    return found


def _complete_retries(found: Document) -> None:
    """Give actions back as AWS Batch does: in lower case."""
    retry = found.get("retryStrategy")
    if retry is not None:
        rules = [{**each, "action": each["action"].lower()} for each in retry.get("evaluateOnExit", ())]
        found["retryStrategy"] = {"attempts": retry["attempts"], "evaluateOnExit": rules}


def _complete_containers(found: Document) -> None:
    """Add the lists that AWS Batch shows even where they are empty."""
    if "containerProperties" in found:
        empty: Document = {name: [] for name in EMPTY_LISTS}
        if found.get("platformCapabilities") == ["FARGATE"]:
            empty["fargatePlatformConfiguration"] = {"platformVersion": "LATEST"}
        found["containerProperties"] = {**empty, **found["containerProperties"]}
    if "eksProperties" in found:
        pod = found["eksProperties"]["podProperties"]
        if not pod.get("containers"):
            raise ClientError("podProperties must contain at least one container")
        pod["containers"] = [{"command": [], "args": [], "env": [], **each} for each in pod["containers"]]


def describe(batch: LocalBatch, request: Document) -> Document:
    """Describe definitions by name or ARN, or all of a status."""
    found = [each for revisions in batch.resources.definitions.values() for each in revisions]
    if "jobDefinitionName" in request:
        name, _, revision = name_of(request["jobDefinitionName"]).partition(":")
        found = [each for each in found if each["jobDefinitionName"] == name]
        found = [each for each in found if not revision or str(each["revision"]) == revision]
    wanted = {name_of(each) for each in request.get("jobDefinitions", ())}
    if wanted:
        found = [
            each for each in found if wanted & {each["jobDefinitionName"], name_of(each["jobDefinitionArn"])}
        ]
    if "status" in request:
        found = [each for each in found if each["status"] == request["status"]]
    return paged("jobDefinitions", found, request)


def deregister(batch: LocalBatch, request: Document) -> Document:
    """Make a revision INACTIVE: jobs cannot be submitted with it any more."""
    name, _, revision = name_of(request["jobDefinition"]).partition(":")
    for each in batch.resources.definitions.get(name, ()):
        if str(each["revision"]) == revision:
            each["status"] = "INACTIVE"
            batch.resources.touch("definition", f"{name}:{revision}", each)
    return {}


OPERATIONS = {
    "RegisterJobDefinition": register,
    "DescribeJobDefinitions": describe,
    "DeregisterJobDefinition": deregister,
}
