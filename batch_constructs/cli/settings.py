"""The settings of ``check`` in ``pyproject.toml``, under ``[tool.batch-constructs]``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from batch_constructs.cli.failing import did_you_mean, fail, reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Settings", "find_settings"]

FILE = "pyproject.toml"
TABLE = "batch-constructs"
_SEVERITIES = ("error", "warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The defaults of the options of ``check``.

    Attributes:
        paths: The paths to check; like all paths here, relative to the folder of the file.
        select: Rules or families to apply; all if empty.
        ignore: Rules or families to leave out.
        severity: The severity of findings, by rule or family.
        strict: Whether warnings fail, too.
        baseline: The file of known findings; by default none.
        file: The file of the settings; ``None`` if there is none.
    """

    paths: tuple[Path, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    baseline: Path | None = None
    file: Path | None = None


def find_settings(start: Path) -> Settings:
    """Return the settings of the nearest ``pyproject.toml`` with the table, in a folder or its parents."""
    for folder in (start, *start.parents):
        file = folder / FILE
        if not file.is_file():
            continue
        table = _table(file)
        if table is not None:
            return _settings(table, file)
    return Settings()


def _table(file: Path) -> dict[str, Any] | None:
    try:
        tools = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except OSError as error:
        fail(f"{file}: it cannot be opened ({reason(error)})")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fail(f"{file}: it is not TOML ({error})")
    table = tools.get(TABLE) if isinstance(tools, dict) else None
    if table is not None and not isinstance(table, dict):
        fail(f"{file}: tool.{TABLE} must be a table")
    return table


def _settings(table: dict[str, Any], file: Path) -> Settings:
    settings = Settings(file=file)
    for key, value in table.items():
        if key not in _READERS:
            fail(f"{file}: tool.{TABLE} has no setting {key!r}{did_you_mean(key, _READERS)}")
        problem, read = _READERS[key](value, file.parent)
        if problem:
            fail(f"{file}: {key} must be {problem}, got {value!r}")
        settings = replace(settings, **{key: read})
    return settings


def _strings(value: Any, _: Path) -> tuple[str, Any]:
    right = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return ("", tuple(value)) if right else ('a list of strings such as ["NET", "JQ-03"]', ())


def _paths(value: Any, folder: Path) -> tuple[str, Any]:
    problem, names = _strings(value, folder)
    return ('a list of paths such as ["cdk.out"]' if problem else "", tuple(folder / name for name in names))


def _severities(value: Any, _: Path) -> tuple[str, Any]:
    right = isinstance(value, dict) and all(each in _SEVERITIES for each in value.values())
    return ("", value) if right else ('a table such as {NET-06 = "error", MEM = "warning"}', {})


def _flag(value: Any, _: Path) -> tuple[str, Any]:
    return ("" if isinstance(value, bool) else "true or false", value)


def _path(value: Any, folder: Path) -> tuple[str, Any]:
    right = isinstance(value, str) and value
    return ("", folder / value) if right else ('a path such as "batch-baseline.json"', None)


_READERS = {
    "baseline": _path,
    "ignore": _strings,
    "paths": _paths,
    "select": _strings,
    "severity": _severities,
    "strict": _flag,
}
