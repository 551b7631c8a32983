"""Finds Node.js for jsii, which starts it at the first import of ``constructs`` or ``aws_cdk``."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

MISSING_NODE = (
    "the AWS CDK runs on Node.js, and none was found in JSII_NODE or on PATH: "
    "pip install batch-constructs[node]"
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
        os.environ["JSII_NODE"] = beside_python
    elif shutil.which("node") is None:
        sys.meta_path.insert(0, _NodeIsMissing())
