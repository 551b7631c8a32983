"""An AWS on this machine: moto's server in a process of its own, on a port that the system chooses.

All workers of a test run share one, however pytest-xdist deals the tests out: the first one that needs it starts it.
Each user holds a shared lock on a file, and the server waits for an exclusive one. So the operating system counts the
users, killed ones too, and the server ends when the last one is gone.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from tests.once import locked, once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
# The version whose faults moto_patches.py works around.
MOTO_VERSION = "5.2.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class MotoServer:
    """A running server, and what its users know of each other.

    Args:
        url: The endpoint of every service. Its host is a name, since moto takes the first number of an address for
            the name of a bucket.
        folder: For files that belong to this server's contents.
    """

    url: str
    folder: Path

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gave the first user who asked under this name; anything that JSON can hold."""
        return once(self.folder, name, make)


@contextmanager
def moto_server(folder: Path) -> Iterator[MotoServer]:
    """Use the server of a folder, as long as the block lasts."""
    users = folder / "users"
    with users.open("w") as membership:
        with locked(folder / "start.lock"):
            fcntl.flock(membership, fcntl.LOCK_SH)
            port = _running(folder) or _start(folder, users)
        yield MotoServer(url=f"http://localhost:{port}", folder=folder / port)


def _running(folder: Path) -> str | None:
    """The port of the server that an earlier user has started, unless it has ended since."""
    note = folder / "port"
    if not note.exists():
        return None
    port = note.read_text()
    with socket.socket() as probe:
        return port if probe.connect_ex(("127.0.0.1", int(port))) == 0 else None


def _start(folder: Path, users: Path) -> str:
    log = folder / "moto.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.moto_server", str(users)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout
    port = process.stdout.readline().strip()
    assert port, f"moto's server did not start: {log.read_text()}"
    (folder / port).mkdir()
    (folder / "port").write_text(port)
    return port


def refuse_other_versions() -> None:
    """Let nobody update moto without looking at the patches, which reach into its insides.

    Raises:
        RuntimeError: moto is not of the version that the patches are for.
    """
    if version("moto") != MOTO_VERSION:
        raise RuntimeError(
            f"the patches are for moto {MOTO_VERSION}, got {version('moto')}: "
            "see which of the faults in moto_patches.py are left, then change MOTO_VERSION"
        )


def serve(users: Path) -> None:
    """Serve a patched moto until nobody holds a lock on the file."""
    refuse_other_versions()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    from tests.deploy import moto_patches

    moto_patches.apply()
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    # moto writes URLs (of queues, for one) with this port.
    os.environ["MOTO_PORT"] = str(server.port)
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.port, flush=True)
    with users.open() as membership:
        fcntl.flock(membership, fcntl.LOCK_EX)
        # Without farewell to open connections: nothing in here is worth keeping.
        os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
