"""Typed CDK constructs for AWS Batch that prove at synth that the jobs will run.

Names load when they are first used (PEP 562): importing the package starts no Node.js, and a construct brings
only the parts of the CDK that it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass

_HOMES: dict[str, str] = {}

__all__: list[str] = []


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from batch_constructs._node import require_node  # noqa: PLC0415 - only when a name is used

    require_node()
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
