"""Schedules of EventBridge that submit jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template.resources.submissions import FREE_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ScheduleTarget

CHAPTER = "Scheduled Jobs"


@rule(
    "EVT-28",
    severity=Severity.ERROR,
    remedy="begin each member with a capital, unlike the API: JobName, JobQueue, JobDefinition",
    prevents="a schedule that never submits a job",
)
def members_are_capitalised(target: ScheduleTarget) -> Iterator[Finding]:
    """The input of a schedule that submits a job must have members in PascalCase, such as JobName."""
    if target.concerns_batch:
        for path, name in _uncapitalised(target.message):
            message = f"the input must spell it {name[:1].upper() + name[1:]}, got {name}"
            yield Finding(target, message, at=f"Input.{path}")


def _uncapitalised(node: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the path and the name of each member that begins in lower case, except keys that users choose."""
    if isinstance(node, dict) and depth < _MAX_DEPTH:
        for key, value in node.items():
            here = f"{path}.{key}" if path else key
            if key[:1].islower():
                yield here, key
            if key[:1].upper() + key[1:] not in FREE_KEYS:
                yield from _uncapitalised(value, here, depth + 1)
    elif isinstance(node, list) and depth < _MAX_DEPTH:
        for index, value in enumerate(node):
            yield from _uncapitalised(value, f"{path}[{index}]", depth + 1)


_MAX_DEPTH = 16
