"""Finds Node.js for jsii, which starts it at the first import of ``constructs`` or ``aws_cdk``."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

MISSING_NODE = (
    "the AWS CDK runs on Node.js, and none was found on PATH or in JSII_NODE: "
    "pip install batch-constructs[node]"
)


class MissingNodeError(ImportError):
    """Raised by the first import of a construct on a machine without Node.js."""


def require_node() -> None:
    """Point jsii at a Node.js, or say in one sentence how to get one.

    The one from the ``node`` extra counts also when the virtual environment is not activated.

    Raises:
        MissingNodeError: neither ``JSII_NODE``, nor PATH, nor the environment's own folder has a Node.js.
    """
    if "jsii" in sys.modules or os.environ.get("JSII_NODE") or shutil.which("node"):
        return
    beside_python = shutil.which("node", path=str(Path(sys.executable).parent))
    if beside_python is None:
        raise MissingNodeError(MISSING_NODE)
    os.environ["JSII_NODE"] = beside_python
