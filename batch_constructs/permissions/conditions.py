"""The condition keys of AWS Batch, and the conditions of a policy on job definitions that are registered.

Guide: Policy Structure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import as_string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jsii import Number

    from batch_constructs.facts.vocabulary import LogDriver

__all__ = ["BatchConditionKey", "Condition", "RegistrationConditions", "string_condition", "up_to"]

Condition = dict[str, dict[str, list[str]]]
"""Operator, key and values, nested as in IAM."""


class BatchConditionKey(StrEnum):
    """The condition keys of AWS Batch itself. Tags have the global keys (``aws:RequestTag/…``).

    A tag of an environment's instances has the key ``batch:ComputeResourcesTag/`` with the tag's own key; the list of
    their keys is `COMPUTE_RESOURCES_TAG_KEYS`.

    Guide: Supported Resource-Level Permissions for AWS Batch API Actions.
    """

    AWSLOGS_CREATE_GROUP = "batch:AWSLogsCreateGroup"
    AWSLOGS_GROUP = "batch:AWSLogsGroup"
    AWSLOGS_REGION = "batch:AWSLogsRegion"
    AWSLOGS_STREAM_PREFIX = "batch:AWSLogsStreamPrefix"
    COMPUTE_RESOURCES_TAG_KEYS = "batch:ComputeResourcesTagKeys"
    EKS_IMAGE = "batch:EKSImage"
    EKS_NAMESPACE = "batch:EKSNamespace"
    EKS_PRIVILEGED = "batch:EKSPrivileged"
    EKS_RUN_AS_GROUP = "batch:EKSRunAsGroup"
    EKS_RUN_AS_USER = "batch:EKSRunAsUser"
    EKS_SERVICE_ACCOUNT_NAME = "batch:EKSServiceAccountName"
    IMAGE = "batch:Image"
    LOG_DRIVER = "batch:LogDriver"
    PRIVILEGED = "batch:Privileged"
    SCHEDULING_PRIORITY = "batch:SchedulingPriority"
    SHARE_IDENTIFIER = "batch:ShareIdentifier"
    USER = "batch:User"


_STRINGS = {
    "users": BatchConditionKey.USER,
    "images": BatchConditionKey.IMAGE,
    "log_drivers": BatchConditionKey.LOG_DRIVER,
    "awslogs_groups": BatchConditionKey.AWSLOGS_GROUP,
    "awslogs_regions": BatchConditionKey.AWSLOGS_REGION,
    "awslogs_stream_prefixes": BatchConditionKey.AWSLOGS_STREAM_PREFIX,
    "eks_images": BatchConditionKey.EKS_IMAGE,
    "eks_namespaces": BatchConditionKey.EKS_NAMESPACE,
    "eks_service_account_names": BatchConditionKey.EKS_SERVICE_ACCOUNT_NAME,
}
_NUMBERS = {
    "eks_run_as_users": BatchConditionKey.EKS_RUN_AS_USER,
    "eks_run_as_groups": BatchConditionKey.EKS_RUN_AS_GROUP,
}
_BOOLEANS = {
    "privileged": BatchConditionKey.PRIVILEGED,
    "awslogs_create_group": BatchConditionKey.AWSLOGS_CREATE_GROUP,
    "eks_privileged": BatchConditionKey.EKS_PRIVILEGED,
}


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationConditions:
    """The conditions on every container in a job definition that somebody registers.

    Each attribute is one condition key. What is omitted is not checked. Several values of one key are alternatives.
    Strings may contain the wildcards ``*`` and ``?``. A container that leaves a value out matches no condition on it,
    neither ``privileged=False`` nor ``privileged=True``.

    Attributes:
        images: ``image`` of a container on ECS.
        users: ``user``, a name or a number. A name is looked up inside the image, so numbers are safer.
        privileged: Whether the container is privileged.
        log_drivers: ``logDriver``.
        awslogs_groups: ``awslogs-group``.
        awslogs_regions: ``awslogs-region``.
        awslogs_stream_prefixes: ``awslogs-stream-prefix``.
        awslogs_create_group: ``awslogs-create-group``.
        eks_images: ``image`` of a container on EKS.
        eks_namespaces: The namespace of the pod.
        eks_service_account_names: The service account of the pod.
        eks_privileged: Whether the container on EKS is privileged.
        eks_run_as_users: ``runAsUser``, 0 to 2147483647.
        eks_run_as_groups: ``runAsGroup``, 0 to 2147483647.

    Raises:
        ValueError: there is no condition, which every definition would fulfil.

    Guide: Supported Resource-Level Permissions for AWS Batch API Actions (condition keys).
    """

    images: Sequence[str] = ()
    users: Sequence[str] = ()
    privileged: bool | None = None
    log_drivers: Sequence[LogDriver | str] = ()
    awslogs_groups: Sequence[str] = ()
    awslogs_regions: Sequence[str] = ()
    awslogs_stream_prefixes: Sequence[str] = ()
    awslogs_create_group: bool | None = None
    eks_images: Sequence[str] = ()
    eks_namespaces: Sequence[str] = ()
    eks_service_account_names: Sequence[str] = ()
    eks_privileged: bool | None = None
    eks_run_as_users: Sequence[int] = ()
    eks_run_as_groups: Sequence[int] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        for name in _STRINGS:
            problems.check(
                not isinstance(getattr(self, name), str),
                f"{name} must be a list, got the string {getattr(self, name)!r}",
            )
        problems.check(
            bool(self.by_key()),
            "RegistrationConditions needs at least one condition: without any, it holds for every definition",
        )
        problems.raise_if_any()

    def by_key(self) -> list[Condition]:
        """Return one IAM condition for each key."""
        strings = [
            string_condition(key, [str(value) for value in getattr(self, name)])
            for name, key in _STRINGS.items()
            if getattr(self, name)
        ]
        numbers = [
            {"NumericEquals": {key.value: [str(value) for value in getattr(self, name)]}}
            for name, key in _NUMBERS.items()
            if getattr(self, name)
        ]
        booleans = [
            {"Bool": {key.value: [str(getattr(self, name)).lower()]}}
            for name, key in _BOOLEANS.items()
            if getattr(self, name) is not None
        ]
        return [*strings, *numbers, *booleans]

    def together(self) -> Condition:
        """Return one IAM condition that holds when all keys match."""
        merged: Condition = {}
        for condition in self.by_key():
            for operator, keys in condition.items():
                merged.setdefault(operator, {}).update(keys)
        return merged


def string_condition(key: BatchConditionKey, values: Sequence[str], suffix: str = "") -> Condition:
    """Return the condition that a key has one of these values, as patterns if one of them has a wildcard."""
    patterns = any(wildcard in value for value in values for wildcard in "*?")
    return {f"{'StringLike' if patterns else 'StringEquals'}{suffix}": {key.value: list(values)}}


def up_to(maximum_scheduling_priority: Number | None) -> Condition:
    """Return the condition that a job has at most this priority; an empty one if there is no limit."""
    if maximum_scheduling_priority is None:
        return {}
    # IfExists: a job without a priority is within the limit.
    return {
        "NumericLessThanEqualsIfExists": {
            BatchConditionKey.SCHEDULING_PRIORITY.value: [as_string(maximum_scheduling_priority)]
        }
    }
