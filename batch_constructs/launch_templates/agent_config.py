"""Settings of the ECS agent on the instances."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from aws_cdk import Token

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known, mebibytes, seconds
from batch_constructs.facts.boot_commands import RESERVED_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import Duration, Size

__all__ = ["EcsAgentConfig", "ImagePullBehavior"]

_LEAST_SECONDS = {
    "ECS_IMAGE_CLEANUP_INTERVAL": 600,
    "ECS_IMAGE_MINIMUM_CLEANUP_AGE": 1,
    "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": 1,
}


class ImagePullBehavior(StrEnum):
    """When the ECS agent pulls the image of a job.

    Guide: Launch Template Support.
    """

    DEFAULT = "default"
    """Always; if the pull fails, the agent uses the cached image."""
    ALWAYS = "always"
    """Always; if the pull fails, the job fails."""
    ONCE = "once"
    """Only if no earlier job on the instance used it."""
    PREFER_CACHED = "prefer-cached"
    """Only if it is not cached; the cache is never cleaned then."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EcsAgentConfig:
    """Settings of the ECS agent, added to ``/etc/ecs/ecs.config`` before the agent starts.

    What is omitted stays as the image or AWS Batch sets it. Tokens pass.

    Attributes:
        image_pull_behavior: When to pull. ``ONCE`` and ``PREFER_CACHED`` help with registries that limit pulls.
        image_cleanup_interval: How often images without a job are removed: at least 10 minutes, by default 30.
        image_minimum_cleanup_age: How long an image stays after its pull: at least 1 second, by default an hour.
        engine_task_cleanup_wait_duration: How long the container of a finished job keeps its disk space: at least 1
            second, by default 3 hours. Shorten it if you run many short jobs, or the disk fills up.
        enable_spot_instance_draining: Whether a Spot instance takes no more jobs after its interruption notice.
        enable_task_iam_role: Whether containers may get the credentials of their job role.
        awsvpc_block_imds: Whether jobs with their own network interface (nodes of multi-node jobs) are blocked from the
            instance's metadata service, and so from the instance's role. By default they are not: some programs ask
            it where they run. Single jobs use the network of their host, so nothing blocks them.
        reserved_memory: Memory that jobs never get, in whole MiB; by default 32.
        extra: Other settings of the agent by their names, such as ``{"ECS_LOGLEVEL": "debug"}``.

    Raises:
        ValueError: a value is out of the agent's range (the agent would silently use its default), or a setting
            belongs to AWS Batch or is given twice.

    Guide: Launch Template Support; Compute Resource Memory Management.
    """

    image_pull_behavior: ImagePullBehavior | None = None
    image_cleanup_interval: Duration | None = None
    image_minimum_cleanup_age: Duration | None = None
    engine_task_cleanup_wait_duration: Duration | None = None
    enable_spot_instance_draining: bool | None = None
    enable_task_iam_role: bool | None = None
    awsvpc_block_imds: bool | None = None
    reserved_memory: Size | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    content_type: ClassVar[str] = "text/x-shellscript"
    # Durations and sizes are read once, since each reading is a call to Node.js.
    _settings: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        problems = Problems()
        times = {
            "ECS_IMAGE_CLEANUP_INTERVAL": seconds(self.image_cleanup_interval),
            "ECS_IMAGE_MINIMUM_CLEANUP_AGE": seconds(self.image_minimum_cleanup_age),
            "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": seconds(self.engine_task_cleanup_wait_duration),
        }
        for name, value in times.items():
            least = _LEAST_SECONDS[name]
            problems.check(
                value is None or not known(value) or value >= least,
                f"{name.removeprefix('ECS_').lower()} must be at least {least} seconds, got {value}",
            )
        settings = {
            "ECS_IMAGE_PULL_BEHAVIOR": self.image_pull_behavior,
            **{name: None if value is None else f"{_text(value)}s" for name, value in times.items()},
            "ECS_ENABLE_SPOT_INSTANCE_DRAINING": _flag(self.enable_spot_instance_draining),
            "ECS_ENABLE_TASK_IAM_ROLE": _flag(self.enable_task_iam_role),
            "ECS_AWSVPC_BLOCK_IMDS": _flag(self.awsvpc_block_imds),
            "ECS_RESERVED_MEMORY": _text(mebibytes(self.reserved_memory)),
        }
        chosen = {name: value for name, value in settings.items() if value is not None}
        problems.add(*_extra_problems(self.extra, chosen))
        problems.check(
            bool(chosen or self.extra), "an agent configuration needs at least one setting, got none"
        )
        problems.raise_if_any()
        object.__setattr__(self, "_settings", {**chosen, **self.extra})

    def body(self) -> str:
        """Return a script that adds the settings; the quoted here-document keeps every value as it is."""
        lines = "\n".join(f"{name}={value}" for name, value in self._settings.items())
        return f"#!/bin/bash\ncat >>/etc/ecs/ecs.config <<'ECS_CONFIG'\n{lines}\nECS_CONFIG"


def _extra_problems(extra: Mapping[str, str], chosen: Mapping[str, str]) -> list[str]:
    problems: list[str] = []
    for name, value in extra.items():
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            problems.append(f"extra takes names such as ECS_LOGLEVEL, got {name!r}")
        if name in RESERVED_SETTINGS:
            problems.append(
                f"extra must not set {name}: AWS Batch does, and jobs would never reach the instances"
            )
        if name in chosen:
            problems.append(f"{name} is set twice, as an argument and in extra; leave one out")
        if "\n" in value:
            problems.append(f"extra takes values of one line, got {value!r} for {name}")
    return problems


def _flag(value: bool | None) -> str | None:  # noqa: FBT001 - it only formats the value
    return None if value is None else str(value).lower()


def _text(number: float | None) -> str | None:
    if number is None:
        return None
    # Inside a string the CDK resolves only string tokens.
    return str(number) if known(number) else Token.as_string(number)
