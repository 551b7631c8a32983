"""An AWS on this machine: moto's server in a process of its own, on a port that the system chooses.

The server lives as long as its standard input is open, so that it ends with the process that started it, whatever
happens to that process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
# The version whose faults moto_patches.py works around.
MOTO_VERSION = "5.2.5"


@contextmanager
def moto_server(log: Path) -> Iterator[str]:
    """Run the server; what it prints goes to `log`.

    Yields:
        The endpoint URL. Its host is a name, since moto takes the first number of an address for a bucket's name.
    """
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.moto_server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdout
        # Leaving the block closes standard input and waits.
        port = process.stdout.readline().strip()
        assert port, f"moto's server did not start: {log.read_text(encoding='utf-8')}"
        yield f"http://localhost:{port}"


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


def serve() -> None:
    """Serve a patched moto until standard input ends."""
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
    sys.stdin.read()
    # Without farewell to the clients' open connections: nothing in here is worth keeping.
    os._exit(0)


if __name__ == "__main__":
    serve()
