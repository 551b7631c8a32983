"""The interface of executors: they start one container, wait for it and stop it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container to run.

    Attributes:
        id: A name that no other container of this machine has.
        definition: The name of the job definition.
        name: The container's name in its task; ``default`` where a job has one container only.
        image: The image's URI.
        command: The command with its parameters filled in; empty where the image's own command runs.
        environment: All variables that the job sees.
        vcpus: The vCPUs that it may use.
        memory: The memory that it may use, in MiB; 0 for no limit.
        gpus: The number of GPUs.
        folder: A folder of its own.
        properties: The container as the definition describes it, in the spelling of the API.
    """

    id: str
    definition: str = ""
    name: str = "default"
    image: str = ""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    vcpus: float = 1
    memory: int = 0
    gpus: int = 0
    folder: Path
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a container.

    Attributes:
        exit_code: The exit code; ``None`` if it never ran.
        reason: The container's reason, such as ``OutOfMemoryError: …``; often empty.
        invalid: Whether the job definition is invalid, so that another attempt would fail, too.
    """

    exit_code: int | None
    reason: str = ""
    invalid: bool = False


class Running(Protocol):
    """A container that runs."""

    def wait(self, line: Callable[[str], None]) -> Outcome:
        """Call ``line`` with each line of output, and return how the container ended."""

    def stop(self, grace: float) -> None:
        """Send SIGTERM, and SIGKILL after ``grace`` seconds; return at once."""


class Executor(Protocol):
    """An object that starts containers."""

    name: str

    def start(self, container: Container) -> Running:
        """Start a container.

        Raises:
            CannotStartError: It cannot be started; the message is the container's reason.
            InvalidDefinitionError: The job definition is invalid.
        """

    def clean_up(self, folder: Path) -> None:
        """End what an earlier run left behind.

        Args:
            folder: The folder that holds the folders of all containers.
        """


class CannotStartError(Exception):
    """A container cannot be started; the message is the reason in AWS's words."""


class InvalidDefinitionError(CannotStartError):
    """A container cannot be started because its job definition is invalid: its job is not retried."""
