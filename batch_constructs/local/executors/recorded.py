"""Containers that only seem to run: durations, exit codes and reasons from a list, for tests."""

from __future__ import annotations

import fnmatch
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_constructs.local.executors.base import CannotStartError, InvalidDefinitionError, Outcome

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from batch_constructs.local.executors.base import Container

_NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The course of the attempts of some jobs.

    Attributes:
        job: A pattern of the job definition's name, such as ``align*``; by default all.
        seconds: How long an attempt runs; ``None``: until it is stopped.
        exit_codes: The exit code of each attempt in turn; the last one holds for all further attempts.
        reason: The container's reason, where an exit code is not 0.
        starts: Whether attempts start at all; by default they do. Those that do not fail with the reason.
        valid: Whether the job definition is valid; by default it is. A job of an invalid one fails with the reason,
            and is not retried.
        lines: What the container writes.
    """

    job: str = "*"
    seconds: float | None = 0
    exit_codes: tuple[int, ...] = (0,)
    reason: str = ""
    starts: bool = True
    valid: bool = True
    lines: tuple[str, ...] = ()


class RecordedExecutor:
    """Lets containers end as recordings say; the first recording whose pattern matches counts.

    Args:
        recordings: The recordings, in order. Jobs that none matches succeed at once.
    """

    name = "recorded"

    def __init__(self, recordings: Iterable[Recording] = ()) -> None:
        self._recordings = tuple(recordings)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> RecordedExecutor:
        """Return an executor for recordings in a JSON file: a list of objects with the fields of `Recording`.

        With ``"seconds": "never"`` attempts run until they are stopped.
        """
        entries: list[dict[str, Any]] = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(
            Recording(
                **{
                    **each,
                    "seconds": None if each.get("seconds") == _NEVER else each.get("seconds", 0),
                    "exit_codes": tuple(each.get("exit_codes", (0,))),
                    "lines": tuple(each.get("lines", ())),
                }
            )
            for each in entries
        )

    def start(self, container: Container) -> RecordedContainer:
        """Begin to wait.

        Raises:
            CannotStartError: The recording says that it does not start.
            InvalidDefinitionError: The recording says that the definition is invalid.
        """
        found = next(
            (each for each in self._recordings if fnmatch.fnmatch(container.definition, each.job)),
            Recording(),
        )
        if not found.valid:
            raise InvalidDefinitionError(found.reason)
        if not found.starts:
            raise CannotStartError(found.reason)
        attempt = int(container.environment.get("AWS_BATCH_JOB_ATTEMPT", "1"))
        return RecordedContainer(found, found.exit_codes[min(attempt, len(found.exit_codes)) - 1])

    def clean_up(self, folder: Path) -> None:
        """Do nothing: no container was ever there."""


class RecordedContainer:
    """A container that ends after its time, or when it is stopped."""

    def __init__(self, recording: Recording, exit_code: int) -> None:
        self._recording = recording
        self._exit_code = exit_code
        self._stopped = threading.Event()

    def wait(self, line: Callable[[str], None]) -> Outcome:
        """Write the lines, wait, and return the outcome; 143 where it was stopped."""
        for each in self._recording.lines:
            line(each)
        if self._stopped.wait(self._recording.seconds):
            return Outcome(143)
        return Outcome(self._exit_code, self._recording.reason if self._exit_code else "")

    def stop(self, grace: float) -> None:
        """End at once."""
        del grace
        self._stopped.set()
