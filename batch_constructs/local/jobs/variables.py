"""The variables that a job's containers see.

Source: AWS Batch User Guide, "AWS Batch job environment variables"; Amazon ECS, task metadata endpoint version 4.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.job_environment import BatchEnv

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_constructs.local.engine import Attempt

# Nobody can use these anywhere: they only keep SDKs from asking an instance for real ones.
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


def variables(
    attempt: Attempt, container: Mapping[str, Any], *, region: str, endpoints: Mapping[str, str]
) -> dict[str, str]:
    """Return all variables of a container: its own, and those that AWS Batch sets.

    Args:
        attempt: The attempt that starts it.
        container: The container, in the spelling of the API.
        region: The Region.
        endpoints: Variables that point to the local Batch and to the endpoint for other services.
    """
    own = {each["name"]: str(each.get("value", "")) for each in container.get("environment", ())}
    base = {**_CREDENTIALS, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    if attempt.environment.platform == "EKS":
        # The agent of Amazon ECS sets these; a pod has none.
        endpoints = {name: value for name, value in endpoints.items() if not name.startswith("ECS_")}
    else:
        launched = "FARGATE" if attempt.environment.platform == "FARGATE" else "EC2"
        base["AWS_EXECUTION_ENV"] = f"AWS_ECS_{launched}"
    return {**base, **endpoints, **own, **batch_variables(attempt)}


def batch_variables(attempt: Attempt) -> dict[str, str]:
    """Return the variables that begin with ``AWS_BATCH``."""
    work = attempt.job.work
    found = {
        BatchEnv.CE_NAME: attempt.environment.name,
        BatchEnv.JQ_NAME: attempt.job.work.queue,
        BatchEnv.JOB_ID: job_id(attempt),
        BatchEnv.JOB_ATTEMPT: str(attempt.number),
    }
    if work.array_size:
        found[BatchEnv.JOB_ARRAY_INDEX] = str(attempt.index)
        found[BatchEnv.JOB_ARRAY_SIZE] = str(work.array_size)
    if attempt.environment.platform == "EKS":
        # The host has no UID of Kubernetes; this one is made of its name.
        found[BatchEnv.JOB_KUBERNETES_NODE_UID] = str(uuid.uuid5(uuid.NAMESPACE_DNS, attempt.host.id))
    if attempt.node is not None:
        found[BatchEnv.JOB_NODE_INDEX] = str(attempt.node)
        found[BatchEnv.JOB_NUM_NODES] = str(len(work.nodes))
        found[BatchEnv.JOB_MAIN_NODE_INDEX] = str(work.main_node)
        if not attempt.main:
            found[BatchEnv.JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS] = "127.0.0.1"
    return {str(name): value for name, value in found.items()}


def job_id(attempt: Attempt) -> str:
    """Return the id of a job, ``ID:INDEX`` for a child of an array, ``ID#NODE`` for a node."""
    if attempt.node is not None:
        return f"{attempt.job.work.id}#{attempt.node}"
    return f"{attempt.job.work.id}:{attempt.index}" if attempt.job.work.array_size else attempt.job.work.id
