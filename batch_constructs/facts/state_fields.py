"""The fields that each type of state has in the Amazon States Language.

Source: the Amazon States Language, and answers of ValidateStateMachineDefinition on 2026-09-05, as recorded by
badmintoncryer/cdk-preflight. A field that no type has may be newer than these lists.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMON = frozenset({"Type", "Comment", "QueryLanguage"})
_FLOW = frozenset({"InputPath", "OutputPath", "Output", "Assign"})
_WORK = _FLOW | {"ResultPath", "ResultSelector", "Retry", "Catch", "Next", "End"}

OF_TYPE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Pass": _FLOW | {"Result", "ResultPath", "Parameters", "Next", "End"},
        "Task": _WORK
        | {"Parameters", "Arguments", "Resource", "Credentials"}
        | {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"},
        "Wait": _FLOW | {"Seconds", "Timestamp", "SecondsPath", "TimestampPath", "Next", "End"},
        "Parallel": _WORK | {"Parameters", "Arguments", "Branches"},
        "Map": _WORK
        | {"Parameters", "ItemProcessor", "Iterator", "ItemsPath", "Items", "ItemSelector", "ItemReader"}
        | {"ItemBatcher", "ResultWriter", "MaxConcurrency", "MaxConcurrencyPath", "Label"}
        | {"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"}
        | {"ToleratedFailureCount", "ToleratedFailureCountPath"},
        "Choice": _FLOW | {"Choices", "Default"},
        "Succeed": _FLOW - {"Assign"},
        "Fail": frozenset({"Error", "Cause", "ErrorPath", "CausePath"}),
    }
)
KNOWN = frozenset().union(COMMON, *OF_TYPE.values())

BATCH_PATTERNS = frozenset({"", "sync"})
"""How a state can wait for a job: not at all, or until it ends. There is no waitForTaskToken for AWS Batch."""
