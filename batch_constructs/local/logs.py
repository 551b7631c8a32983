"""Log groups and streams as files: a line of a job is a time in milliseconds and a message."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from typing import TYPE_CHECKING, TextIO

from batch_constructs.local.files import private_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Logs:
    """The log streams below a folder.

    Streams are found by group and name. File names are hashes, so that no name can lead out of the folder.

    Attributes:
        region: The Region that ARNs of groups and streams name.
    """

    def __init__(self, folder: Path, region: str = "us-east-1") -> None:
        self.region = region
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._index = folder / "streams.jsonl"
        # The time in milliseconds when each stream was made.
        self._streams: dict[tuple[str, str], int] = dict(self._earlier())

    def writer(self, group: str, stream: str) -> StreamWriter:
        """Return what writes the lines of a new stream, or of one that goes on."""
        with self._lock:
            if (group, stream) not in self._streams:
                made = self._streams[group, stream] = int(time.time() * 1000)
                with private_file(self._index, "a") as index:
                    index.write(json.dumps([group, stream, made]) + "\n")
        return StreamWriter(self._path(group, stream))

    def streams(self, group: str) -> dict[str, int]:
        """Return the names of a group's streams with the times in milliseconds when they were made."""
        with self._lock:
            return {name: made for (its, name), made in self._streams.items() if its == group}

    def has(self, group: str) -> bool:
        """Return whether a job has written to a group."""
        return bool(self.streams(group))

    def groups(self) -> list[str]:
        """Return the names of all groups."""
        with self._lock:
            return sorted({group for group, _ in self._streams})

    def events(self, group: str, stream: str) -> Iterator[tuple[int, str]]:
        """Yield the lines of a stream with their times in milliseconds.

        Raises:
            KeyError: There is no such stream.
        """
        if (group, stream) not in self._streams:
            raise KeyError(stream)
        path = self._path(group, stream)
        if not path.exists():
            return
        with path.open(encoding="utf-8", newline="\n") as file:
            for line in file:
                stamp, _, message = line.rstrip("\n").partition(" ")
                yield int(stamp), message

    def _earlier(self) -> Iterator[tuple[tuple[str, str], int]]:
        """Yield the streams that an earlier run has made; a line that it did not finish is passed over."""
        if not self._index.exists():
            return
        for line in self._index.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):
                group, stream, made = json.loads(line)
                yield (group, stream), made

    def _path(self, group: str, stream: str) -> Path:
        return self._folder / hashlib.sha256(f"{group}\0{stream}".encode()).hexdigest()[:32]


class StreamWriter:
    """Writes the lines of one stream; the file is made with the first line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def write(self, message: str) -> None:
        """Add a line with the present time."""
        if self._file is None:
            self._file = private_file(self._path, "a")
        self._file.write(f"{int(time.time() * 1000)} {message}\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
