"""Finds the function for an operation, and checks the request by the shapes of the API before it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.facts.operations import operations, problems
from batch_constructs.local.api import definitions, environments, jobs, listing, queues, small, tags
from batch_constructs.local.errors import ClientError, NotServedError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.local.batch import LocalBatch

Function = "Callable[[LocalBatch, dict[str, Any]], dict[str, Any]]"

SERVED: dict[str, Callable[[LocalBatch, dict[str, Any]], dict[str, Any]]] = {
    **definitions.OPERATIONS,
    **environments.OPERATIONS,
    **jobs.OPERATIONS,
    **listing.OPERATIONS,
    **queues.OPERATIONS,
    **small.OPERATIONS,
    **tags.OPERATIONS,
}
"""The operations that the local Batch has. The others are for Amazon SageMaker jobs and quota shares."""


def call(batch: LocalBatch, operation: str, request: dict[str, Any], region: str = "") -> dict[str, Any]:
    """Carry out an operation, and return its answer.

    Args:
        batch: The local Batch.
        operation: The operation's name.
        request: Its members.
        region: The Region that new ARNs name; by default that of the local Batch.

    Raises:
        ClientError: AWS Batch would refuse the request.
        NotServedError: The local Batch does not have the operation.
    """
    shape = operations()[operation].input
    if operation not in SERVED:
        raise NotServedError(f"The local Batch does not have the operation {operation}.")
    found = list(problems(shape, request))
    if found:
        length = any("failed to satisfy constraint" in each for each in found)
        raise (ValidationError if length else ClientError)("; ".join(found))
    with batch.lock:
        batch.resources.region = region or batch.region
        answer = SERVED[operation](batch, _without_nulls(request))
        batch.save()
        return answer


def _without_nulls(value: Any) -> Any:
    """Return a value without members that are null: AWS Batch treats them as omitted."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value
