"""The server is one for all, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.deploy.moto_server import ROOT, moto_server, refuse_other_versions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.moto_server import MotoServer


def test_next_user_gets_the_same_server(server: MotoServer) -> None:
    """Another user of the folder starts nothing."""
    with moto_server(server.folder.parent) as again:
        assert again == server


def test_work_is_done_once(server: MotoServer) -> None:
    """What one user has made, the next one reads."""
    assert server.once("answer", lambda: 42) == 42
    assert server.once("answer", lambda: 43) == 42


def test_server_without_users_ends(tmp_path: Path) -> None:
    """A server ends when nobody holds the lock any more, which also happens when a test run is killed."""
    users = tmp_path / "users"
    users.touch()
    done = subprocess.run(
        [sys.executable, "-m", "tests.deploy.moto_server", str(users)], cwd=ROOT, timeout=120, check=False
    )
    assert done.returncode == 0


def test_another_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An update of moto is noticed, not patched blindly."""
    monkeypatch.setattr("tests.deploy.moto_server.version", lambda _: "5.3.0")
    with pytest.raises(RuntimeError, match=r"the patches are for moto 5\.2\.5, got 5\.3\.0"):
        refuse_other_versions()
