"""Overrides as the API spells them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from batch_constructs._border.tokens import as_string, known
from batch_constructs.facts import quotas
from batch_constructs.job_definitions.eks_amounts import eks_amounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.submissions.overrides import (
        ContainerOverrides,
        EksContainerOverrides,
        EksPodOverrides,
        NodeOverrides,
        NodePropertyOverride,
        TaskContainerOverrides,
    )

__all__ = [
    "RULE_INPUT",
    "RULE_PARAMETERS",
    "SPELT_HERE",
    "capitalised",
    "check_size",
    "consumed_members",
    "container_members",
    "given",
    "node_members",
    "pod_members",
    "retry_members",
    "task_members",
]


def given(**members: Any) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value is not None and value not in ({}, [])}


def container_members(
    overrides: ContainerOverrides | TaskContainerOverrides | None,
) -> dict[str, Any] | None:
    """For ``containerOverrides``, and but for the name for a container of a task."""
    if overrides is None:
        return None
    amounts = {"VCPU": overrides.vcpus, "MEMORY": overrides.memory_mib, "GPU": overrides.gpus}
    return given(
        command=list(overrides.command) if overrides.command else None,
        environment=[{"name": name, "value": value} for name, value in overrides.environment.items()],
        resourceRequirements=[
            {"type": kind, "value": as_string(amount)}
            for kind, amount in amounts.items()
            if amount is not None
        ],
    )


def check_size(problems: Problems, overrides: dict[str, Any] | None) -> None:
    """Note container overrides that are longer than AWS Batch takes.

    Args:
        problems: Where to note it.
        overrides: As `container_members` gives them.
    """
    if overrides is None or not known(overrides):
        return
    size, most = len(json.dumps(overrides)), int(quotas.CONTAINER_OVERRIDES_CHARACTERS.value)
    problems.check(
        size <= most,
        f"container_overrides must have at most {most:,} characters as JSON, got {size:,}: hand long values over by a "
        "file, such as an object in S3",
    )


def task_members(containers: Sequence[TaskContainerOverrides]) -> dict[str, Any] | None:
    """For ``ecsPropertiesOverride``, which has exactly one task."""
    if not containers:
        return None
    members = [{"name": each.name, **(container_members(each) or {})} for each in containers]
    return {"taskProperties": [{"containers": members}]}


def pod_members(pod: EksPodOverrides | None) -> dict[str, Any] | None:
    """For ``eksPropertiesOverride``."""
    if pod is None:
        return None
    return {
        "podProperties": given(
            containers=[_pod_container(each) for each in pod.containers],
            initContainers=[_pod_container(each) for each in pod.init_containers],
            metadata=given(
                labels=dict(pod.labels), annotations=dict(pod.annotations), namespace=pod.namespace
            ),
        )
    }


def _pod_container(each: EksContainerOverrides) -> dict[str, Any]:
    requests, limits = eks_amounts(
        vcpus=each.vcpus, vcpus_limit=each.vcpus_limit, memory_mib=each.memory_mib, gpus=each.gpus
    )
    return given(
        name=each.name,
        image=each.image,
        command=list(each.command) if each.command else None,
        args=list(each.args) if each.args else None,
        env=[{"name": name, "value": value} for name, value in each.environment.items()],
        resources=given(requests=requests, limits=limits),
    )


def node_members(overrides: NodeOverrides | None) -> dict[str, Any] | None:
    """For ``nodeOverrides``."""
    if overrides is None:
        return None
    return given(
        numNodes=overrides.num_nodes,
        nodePropertyOverrides=[_node_range(each) for each in overrides.node_property_overrides],
    )


def _node_range(each: NodePropertyOverride) -> dict[str, Any]:
    # AWS Batch takes the list of a range for jobs with ecsProperties only.
    of_container = each.container_overrides is not None
    container = container_members(each.container_overrides) or {}
    types = None if each.instance_type is None else [each.instance_type]
    return given(
        targetNodes=str(each.target_nodes),
        containerOverrides=container | given(instanceType=each.instance_type if of_container else None),
        ecsPropertiesOverride=task_members(each.ecs_properties_override),
        eksPropertiesOverride=pod_members(each.eks_properties_override),
        instanceTypes=None if of_container else types,
        consumableResourcePropertiesOverride=consumed_members(each.consumes),
    )


def consumed_members(consumes: Mapping[str, Number]) -> dict[str, Any] | None:
    """For ``consumableResourcePropertiesOverride``."""
    if not consumes:
        return None
    listed = [{"consumableResource": name, "quantity": quantity} for name, quantity in consumes.items()]
    return {"consumableResourceList": listed}


# What goes into a rule's BatchParameters, and what only its input can carry.
RULE_PARAMETERS = {"JobName", "JobDefinition", "ArrayProperties", "RetryStrategy"}
RULE_INPUT = {"Parameters", "ContainerOverrides"}
SPELT_HERE = {
    "EcsPropertiesOverride": "ecs_properties_override",
    "EksPropertiesOverride": "eks_properties_override",
    "NodeOverrides": "node_overrides",
    "ConsumableResourcePropertiesOverride": "consumes",
    "DependsOn": "depends_on",
    "Timeout": "timeout_seconds",
    "ShareIdentifier": "share_identifier",
    "SchedulingPriorityOverride": "scheduling_priority_override",
    "PropagateTags": "propagate_tags",
    "Tags": "tags",
}

# Maps of the user's, whose keys are nobody's to change.
_OWN_KEYS = {"parameters", "tags", "labels", "annotations", "requests", "limits"}


def capitalised(value: Any, key: str = "") -> Any:
    """Members as Scheduler and Step Functions spell them: ``JobName`` for ``jobName``."""
    if isinstance(value, dict):
        return {
            name if key in _OWN_KEYS else name[0].upper() + name[1:]: capitalised(each, name)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [capitalised(each) for each in value]
    return value


def retry_members(strategy: RetryStrategy) -> dict[str, Any]:
    """For ``retryStrategy``."""
    rules = [
        given(
            action=rule.action.value,
            onExitCode=rule.on_exit_code,
            onReason=rule.on_reason,
            onStatusReason=rule.on_status_reason,
        )
        for rule in strategy.evaluate_on_exit
    ]
    return {"attempts": strategy.attempts, **given(evaluateOnExit=rules)}
