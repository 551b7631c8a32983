"""What the containers of one task share, and how their log is routed, in the API's words.

Chapter: Job Definition Parameters. CloudFormation takes the words in any case: compare with ``vocabulary.word_of``.
"""

from __future__ import annotations

from enum import StrEnum

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
