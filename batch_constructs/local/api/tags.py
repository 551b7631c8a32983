"""The operations on tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.facts.limits import TAGS
from batch_constructs.local.errors import ClientError
from batch_constructs.local.history import WHOLE

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch

Document = dict[str, Any]

_KINDS = {
    "job-definition": "definition",
    "job-queue": "queue",
    "compute-environment": "environment",
    "scheduling-policy": "policy",
    "consumable-resource": "consumable",
}


def list_tags(batch: LocalBatch, request: Document) -> Document:
    """Return the tags of a resource."""
    return {"tags": _tagged(batch, request["resourceArn"]).get("tags", {})}


def tag(batch: LocalBatch, request: Document) -> Document:
    """Add tags to a resource."""
    found = _tagged(batch, request["resourceArn"])
    tags = {**found.get("tags", {}), **request["tags"]}
    if wrong := TAGS.problem("tags", len(tags)):
        raise ClientError(wrong)
    if reserved := [key for key in request["tags"] if key.lower().startswith("aws:")]:
        raise ClientError(f"tags that begin with aws: are reserved, got {', '.join(reserved)}")
    found["tags"] = tags
    return {}


def untag(batch: LocalBatch, request: Document) -> Document:
    """Remove tags from a resource."""
    tags = _tagged(batch, request["resourceArn"]).get("tags", {})
    for key in request["tagKeys"]:
        tags.pop(key, None)
    return {}


def _tagged(batch: LocalBatch, arn: str) -> Document:
    """Return the resource with an ARN."""
    kind, _, name = arn.rpartition(":batch:")[2].partition(":")[2].partition(":")[2].partition("/")
    resources = batch.resources
    found: Document | None = None
    match kind:
        case "job":
            if record := batch.jobs.get(name):
                found = record.members
                batch.history.touched[name].add(WHOLE)
        case "job-definition":
            base, _, revision = name.partition(":")
            revisions = resources.definitions.get(base, [])
            found = next((each for each in revisions if str(each["revision"]) == revision), None)
        case "job-queue":
            found = resources.queues.get(name)
        case "compute-environment":
            found = resources.environments.get(name)
        case "scheduling-policy":
            found = resources.policies.get(name)
        case "consumable-resource":
            found = resources.consumables.get(name)
    if found is not None and kind != "job":
        resources.touch(_KINDS[kind], name, found)
    if found is None:
        raise ClientError(f"Resource {arn} not found.")
    return found


OPERATIONS = {"ListTagsForResource": list_tags, "TagResource": tag, "UntagResource": untag}
