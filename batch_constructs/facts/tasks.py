"""The API's words for what the containers of a task share, and for the routing of their logs.

Guide: Job Definition Parameters. CloudFormation accepts the words in any case: compare with ``vocabulary.word_of``.
"""

from __future__ import annotations

from enum import StrEnum

AWSLOGS_OPTIONS = frozenset(
    f"awslogs-{name}"
    for name in (
        "create-group",
        "datetime-format",
        "group",
        "multiline-pattern",
        "region",
        "stream-prefix",
    )
)
"""The six options on the page about awslogs; AWS Batch refused another one (2026-09)."""
PLATFORM_LOG_DRIVERS = frozenset({"awslogs", "splunk", "awsfirelens"})
"""The log drivers of Fargate (recorded refusals, 2026-09) and ECS Managed Instances (guide, 2026-10)."""
ROOT_USERS = frozenset({"root", "0"})


def may_be_root(user: str) -> bool:
    """Return whether a container's user, such as ``0:0``, is root, which log routers must be (user guide, 2026)."""
    return not user or user.partition(":")[0] in ROOT_USERS


FIRELENS_OPTIONS = ("enable-ecs-log-metadata", "config-file-type", "config-file-value")
FIRELENS_FILE_TYPES = ("s3", "file")


class IpcMode(StrEnum):
    """The containers or host that the containers of a task share memory with (ECS-07).

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    HOST = "host"
    TASK = "task"
    NONE = "none"


class PidMode(StrEnum):
    """The processes that the containers of a task see; by default only their own (ECS-08).

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    HOST = "host"
    TASK = "task"
