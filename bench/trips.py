"""Counts the messages to the jsii kernel, each a round trip to Node.js: `python trips.py APP`."""

from __future__ import annotations

import json
import runpy
import sys
from collections import Counter
from typing import Any

from jsii._kernel.providers import process

COUNT: Counter[str] = Counter()
"""The counts by kind, such as `Create`; a `_Complete` answers a call from Node.js to Python."""

_send = process._NodeProcess.send  # noqa: SLF001 - the one place that every message passes


def _counting(self: Any, request: Any, response_type: Any) -> Any:
    COUNT[type(request).__name__.removesuffix("Request")] += 1
    return _send(self, request, response_type)


process._NodeProcess.send = _counting  # type: ignore[method-assign] # noqa: SLF001


if __name__ == "__main__":
    runpy.run_path(sys.argv[1], run_name="__main__")
    print(json.dumps(COUNT))
