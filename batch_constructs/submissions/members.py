"""The members of a request for services that carry only some of them, or spell them differently."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from batch_constructs._border.tokens import known
from batch_constructs.facts import quotas

if TYPE_CHECKING:
    from batch_constructs._border.problems import Problems

__all__ = ["RULE_INPUT", "RULE_PARAMETERS", "SPELT_HERE", "capitalised", "check_size"]


def check_size(problems: Problems, overrides: dict[str, Any] | None) -> None:
    """Add a problem for container overrides that are longer than AWS Batch takes.

    Args:
        problems: Where to add it.
        overrides: The overrides with the API's names.
    """
    if overrides is None or not known(overrides):
        return
    size, most = len(json.dumps(overrides)), int(quotas.CONTAINER_OVERRIDES_CHARACTERS.value)
    problems.check(
        size <= most,
        f"container_overrides must have at most {most:,} characters as JSON, got {size:,}: pass long values by a "
        "file, such as an object in S3",
    )


# The members of a rule's BatchParameters, and those that only its input can carry.
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

# Maps with keys of the user, which stay unchanged.
_OWN_KEYS = {"parameters", "tags", "labels", "annotations", "requests", "limits"}


def capitalised(value: Any, key: str = "") -> Any:
    """Return members with the names of Scheduler and Step Functions: ``JobName`` for ``jobName``."""
    if isinstance(value, dict):
        return {
            name if key in _OWN_KEYS else name[0].upper() + name[1:]: capitalised(each, name)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [capitalised(each) for each in value]
    return value
