"""What the containers of one task share, and how their log is routed, in the API's words.

Chapter: Job Definition Parameters. CloudFormation takes the words in any case: compare with ``vocabulary.word_of``.
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
"""The page on awslogs names these six, and AWS Batch was seen to refuse another one (2026-09)."""
PLATFORM_LOG_DRIVERS = frozenset({"awslogs", "splunk", "awsfirelens"})
"""What Fargate (recorded refusals, 2026-09) and ECS Managed Instances (guide, 2026-10) take."""
FIRELENS_OPTIONS = ("enable-ecs-log-metadata", "config-file-type", "config-file-value")
FIRELENS_FILE_TYPES = ("s3", "file")


class IpcMode(StrEnum):
    """What the containers of a task share memory with (ECS-07).

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    HOST = "host"
    TASK = "task"
    NONE = "none"


class PidMode(StrEnum):
    """Whose processes the containers of a task see; only their own when omitted (ECS-08).

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    HOST = "host"
    TASK = "task"
