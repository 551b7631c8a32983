"""Takes over resources that CloudFormation of the upstream has created in the upstream's own Batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch
    from batch_constructs.local.upstream import Upstream


def adopt(batch: LocalBatch, upstream: Upstream) -> None:
    """Add the environments, queues and definitions of the upstream's Batch that are not here yet."""

    def described(operation: str, member: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = upstream.ask("batch", "", f"/v1/{operation}", {}).get(member, [])
        return [{name: value for name, value in each.items() if value is not None} for each in found]

    resources = batch.resources
    with batch.lock:
        for each in described("describecomputeenvironments", "computeEnvironments"):
            if each["computeEnvironmentName"] not in resources.environments:
                resources.put_environment(each)
        for each in described("describejobqueues", "jobQueues"):
            names = {name_of(one["computeEnvironment"]) for one in each.get("computeEnvironmentOrder", ())}
            if each["jobQueueName"] not in resources.queues and names <= resources.environments.keys():
                resources.put_queue(each)
        for each in described("describejobdefinitions", "jobDefinitions"):
            revisions = resources.definitions.get(each["jobDefinitionName"], [])
            if each["revision"] not in {known["revision"] for known in revisions}:
                resources.put_definition(each)
