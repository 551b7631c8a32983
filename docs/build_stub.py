"""The stub of the package: each public name with its module, for type checkers and editors."""  # noqa: INP001

from __future__ import annotations

from batch_constructs import _HOMES, _NAMES


def stub() -> str:
    """Return the text of ``batch_constructs/__init__.pyi``."""
    imports = [
        f"from batch_constructs.{home} import {', '.join(names.split())}" for home, names in _NAMES.items()
    ]
    return "\n".join(
        [
            "# Written by `make docs` from the table of names in __init__.py.",
            "from collections.abc import Mapping",
            "",
            *imports,
            "",
            "_NAMES: Mapping[str, str]",
            "_HOMES: Mapping[str, str]",
            "",
            "__all__ = [",
            *(f'    "{name}",' for name in _HOMES),
            "]",
            "",
        ]
    )
