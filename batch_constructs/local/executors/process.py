"""Containers as plain processes of this machine, without any isolation: they run as the user who started them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from batch_constructs.facts.job_environment import BatchEnv
from batch_constructs.local.executors.base import CannotStartError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_constructs.local.executors.base import Container

_PROCESS = ".process"
_IS_JOB = f"{BatchEnv.JOB_ID}=".encode()
_PASSED_ON = ("PATH", "HOME", "LANG", "TZ")


class ProcessExecutor:
    """Runs the command of a container as a process. The image is ignored."""

    name = "process"

    def start(self, container: Container) -> RunningProcess:
        """Start the command in a folder and a session of its own.

        Raises:
            CannotStartError: There is no command, or no such program.
        """
        if not container.command:
            raise CannotStartError(
                "CannotStartContainerError: the process executor has no image, so the job must give a command"
            )
        container.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Never the caller's own variables: among them are credentials.
        own = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            process = subprocess.Popen(  # noqa: S603 - running the job's command is what it is for
                container.command,
                cwd=container.folder,
                env=own | dict(container.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise CannotStartError(
                f"CannotStartContainerError: {container.command[0]}: {error.strerror}"
            ) from None
        note = container.folder / f"{_PROCESS}-{container.name}"
        note.write_text(f"{process.pid} {_started(process.pid)}", encoding="utf-8")
        return RunningProcess(process)

    def clean_up(self, folder: Path) -> None:
        """Kill processes of an earlier run; a process id that belongs to another program now is left alone."""
        for note in folder.glob(f"*/{_PROCESS}-*"):
            pid, _, started = note.read_text(encoding="utf-8").partition(" ")
            if pid.isdigit() and started and _started(int(pid)) == started:
                _signal_group(int(pid), signal.SIGKILL)
            note.unlink()
        # A process that had just started has no note yet.
        for group in _working_in(folder.resolve()):
            _signal_group(group, signal.SIGKILL)


class RunningProcess:
    """A process with all its children."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def wait(self, line: Callable[[str], None]) -> Outcome:
        """Call ``line`` with each line of output, and return the exit code; a signal N gives 128 + N."""
        assert self.process.stdout is not None
        for raw in self.process.stdout:
            line(raw.decode("utf-8", "replace").rstrip("\r\n"))
        code = self.process.wait()
        self._signal(signal.SIGKILL)  # what it left behind in its session
        return Outcome(code if code >= 0 else 128 - code)

    def stop(self, grace: float) -> None:
        """Send SIGTERM to the whole session, and SIGKILL after ``grace`` seconds."""
        self._signal(signal.SIGTERM)
        timer = threading.Timer(grace, self._signal, (signal.SIGKILL,))
        timer.daemon = True
        timer.start()

    def _signal(self, number: int) -> None:
        _signal_group(self.process.pid, number)


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _working_in(folder: Path) -> Iterator[int]:
    """Yield the process groups of jobs whose working folder is inside a folder, where the system lists them in ``/proc``."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or belongs to somebody else
            inside = process.joinpath("cwd").readlink().is_relative_to(folder)
            # A shell of the user who looks at the files is no job.
            if inside and _IS_JOB in process.joinpath("environ").read_bytes():
                yield os.getpgid(int(process.name))


def _started(pid: int) -> str:
    """Return when a process was started, in a form that differs for another process of its id; empty if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        found = subprocess.run(  # noqa: S603 - a fixed program, and a number
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return found.stdout.strip()
    return stat.rpartition(")")[2].split()[19]
