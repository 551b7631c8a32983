"""The state that survives a crash: resources, jobs and their children, in one SQLite file.

Each input of the engine is one transaction. The write-ahead log keeps it through a crash of the process; the file is
not synchronized for each of them, so that a crash of the whole machine may cost the last ones.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

from batch_constructs.local.engine import Job, Queue, State
from batch_constructs.local.errors import FolderInUseError
from batch_constructs.local.files import private_file
from batch_constructs.local.jobs.records import ChildRecord, JobRecord
from batch_constructs.local.jobs.submitting import work_of
from batch_constructs.local.resources.registry import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from batch_constructs.local.engine import Engine
    from batch_constructs.local.history import History
    from batch_constructs.local.resources import Resources

LOST_REASON = "Host EC2 (instance i-0000000000local000) terminated."
"""The status reason of attempts that ran when the process died."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
    kind TEXT, name TEXT, document TEXT, PRIMARY KEY (kind, name)
);
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY, position INTEGER, record TEXT, parent TEXT, states BLOB, attempts BLOB, reason TEXT, canceled TEXT
);
CREATE TABLE IF NOT EXISTS child (
    job TEXT, number INTEGER, record TEXT, PRIMARY KEY (job, number)
);
"""
_STATIC = ("id", "name", "arn", "queue_arn", "definition_arn", "created", "request", "members")
_CHILD = (
    "attempts",
    "started",
    "stopped",
    "reason",
    "container",
    "nodes",
    "streams",
    "canceled",
    "terminated",
)


# A queue refers to its environments and its policy; an update may have put it before them.
_KINDS = ("policy", "consumable", "environment", "queue", "definition")


class Store:
    """The state of a local Batch in a file, for one process at a time.

    Raises:
        FolderInUseError: Another local Batch has opened the file.
    """

    def __init__(self, path: Path) -> None:
        self._lock = _locked(path.with_suffix(".lock"))
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def save(
        self,
        resources: Iterable[tuple[str, str, dict[str, Any] | None]],
        jobs: Iterable[tuple[JobRecord, set[int]]],
    ) -> None:
        """Write what has changed, all of it or nothing.

        Args:
            resources: Kind, name and document of each resource; without a document it was deleted.
            jobs: Each job with the indexes of its children that have changed.
        """
        gone, kept, rows, children = [], [], [], []
        for kind, name, document in resources:
            if document is None:
                gone.append((kind, name))
            else:
                kept.append((kind, name, json.dumps(document)))
        for record, indexes in jobs:
            rows.append(_job_row(record))
            children += [
                (record.id, index, _dumped(record.children[index]))
                for index in indexes
                if index in record.children
            ]
        if not (gone or kept or rows or children):
            return
        self._db.execute("BEGIN")
        self._db.executemany("DELETE FROM resource WHERE kind = ? AND name = ?", gone)
        self._db.executemany("REPLACE INTO resource VALUES (?, ?, ?)", kept)
        self._db.executemany("REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._db.executemany("REPLACE INTO child VALUES (?, ?, ?)", children)
        self._db.execute("COMMIT")

    def resources(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield kind and document of each resource: what others refer to first, then in the order of creation."""
        found = self._db.execute("SELECT kind, document FROM resource ORDER BY rowid").fetchall()
        for kind, document in sorted(found, key=lambda row: _KINDS.index(row[0])):
            yield kind, json.loads(document)

    def jobs(self) -> Iterator[tuple[JobRecord, bytes, bytes, str, str | None]]:
        """Yield each job with its states, attempts, reason and cancellation, in the order of submission."""
        children: dict[str, dict[int, ChildRecord]] = {}
        for job_id, number, record in self._db.execute("SELECT job, number, record FROM child"):
            children.setdefault(job_id, {})[number] = _loaded(record)
        query = "SELECT record, parent, states, attempts, reason, canceled FROM job ORDER BY position"
        for text, parent, states, attempts, reason, canceled in self._db.execute(query):
            record = JobRecord(**json.loads(text))
            record.children = children.get(record.id, {})
            record.parent = _loaded(parent)
            yield record, states, attempts, reason, canceled

    def forget_before(self, moment: float) -> None:
        """Forget the jobs whose last child ended before a moment, in milliseconds."""
        last = "SELECT MAX(json_extract(record, '$.stopped')) FROM child WHERE job = job.id"
        old = self._db.execute(f"SELECT id, states FROM job WHERE ({last}) < ?", (moment,)).fetchall()  # noqa: S608 - a constant
        ended = [(job_id,) for job_id, states in old if min(states) >= State.SUCCEEDED]
        self._db.executemany("DELETE FROM job WHERE id = ?", ended)
        self._db.executemany("DELETE FROM child WHERE job = ?", ended)

    def clear(self) -> None:
        """Forget everything."""
        self._db.executescript("DELETE FROM resource; DELETE FROM job; DELETE FROM child;")

    def close(self) -> None:
        """Close the file."""
        self._db.close()
        self._lock.close()


def restore(store: Store, engine: Engine, resources: Resources, history: History) -> list[Job]:
    """Put back what an earlier local Batch left; return the jobs in the order of submission."""
    for kind, document in store.resources():
        resources.put(kind, document)
    resources.forget_touched()
    jobs = []
    for position, (record, states, attempts, reason, canceled) in enumerate(store.jobs()):
        name = name_of(record.queue_arn)
        queue = engine.queues.get(name) or Queue(name)
        work = work_of(record.id, name, record.members, record.request)
        deleted = name not in resources.queues
        if deleted:
            # What ran when its queue was deleted was being stopped, so that it is not retried.
            work = replace(work, attempts=1)
        job = Job(work, queue.share(work, usage_window=engine.assumptions.usage_window), position)
        job.resume(states, attempts)
        job.reason, job.canceled = reason, canceled
        if deleted and not job.done:
            engine.queues[name] = queue
            queue.enabled, queue.removed = False, True
        record.job = job
        history.jobs[record.id] = record
        jobs.append(job)
    return jobs


def _locked(path: Path) -> TextIO:
    """Return a file that only one process can hold; the system frees it when the process dies."""
    file = private_file(path, "a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise FolderInUseError(
            f"another local Batch uses {path.parent}: stop it with `batch-constructs local down`, or name another folder"
        ) from None
    return file


def _job_row(record: JobRecord) -> tuple[Any, ...]:
    job = record.job
    static = json.dumps({name: getattr(record, name) for name in _STATIC})
    states, attempts = bytes(job.states), bytes(job.attempts)
    return (record.id, job.order, static, _dumped(record.parent), states, attempts, job.reason, job.canceled)


def _dumped(child: ChildRecord) -> str:
    return json.dumps({name: getattr(child, name) for name in _CHILD})


def _loaded(text: str) -> ChildRecord:
    found = json.loads(text)
    found["nodes"] = {int(node): details for node, details in found["nodes"].items()}
    return ChildRecord(**found)
