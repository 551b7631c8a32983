"""A moto server in its own process, in place of the AWS services other than AWS Batch.

It ends with the process that started it, however that ends: it waits for the end of its standard input.
"""

from __future__ import annotations

import http.client
import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time

_READY_SECONDS = 60
_HOST = "127.0.0.1"
_NEEDED = ("moto", "flask", "flask_cors")


class MotoError(Exception):
    """moto is missing, or does not start; the message says what to do."""


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def check_installed() -> None:
    """Refuse to go on without moto.

    Raises:
        MotoError: It is missing.
    """
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise MotoError("--upstream moto needs moto: pip install 'batch-constructs[aws]'")


class MotoProcess:
    """A moto server that starts at once; `wait` returns when it answers.

    Args:
        port: Where it listens, on loopback only.
        front: The port of the local Batch, to which moto's own services send what they want of AWS Batch.

    Attributes:
        url: Its endpoint. Its host is a name, since moto takes the first number of an address for a bucket.

    Raises:
        MotoError: moto is missing.
    """

    def __init__(self, port: int, front: int) -> None:
        check_installed()
        self.url = f"http://localhost:{port}"
        self._port = port
        self._process = subprocess.Popen(  # noqa: S603 - this very module
            [sys.executable, "-m", __name__, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "MOTO_PORT": str(front)},
            start_new_session=True,
        )

    def wait(self) -> None:
        """Return when it answers.

        Raises:
            MotoError: It has ended, or needs too long.
        """
        deadline = time.monotonic() + _READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise MotoError("moto did not start: try moto_server, and give its URL to --upstream")
            time.sleep(0.05)

    def close(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(_HOST, self._port, timeout=5)
        try:
            connection.request("GET", "/moto-api/")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def main() -> None:
    """Serve moto on a port until the standard input ends."""
    from moto.server import main as serve  # noqa: PLC0415 - an extra

    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(["--host", _HOST, "--port", sys.argv[1]])


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
