"""Known findings: a file that lets ``check`` report only new ones.

An entry has a rule, a place and a member. The place is the construct's path, or file and logical id. It has no line, so
that edits elsewhere in the template do not make a known finding new.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_constructs.cli.failing import fail, reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from batch_constructs.assembly.checks import Finding
    from batch_constructs.assembly.template import Resource

__all__ = ["Key", "apply", "place_of", "read", "write"]

_VERSION = 1

Key = tuple[str, str, str]
"""Rule, place and member."""


def place_of(resource: Resource, folder: Path) -> str:
    """Return a resource's construct path, or else its file, relative to the baseline's folder, and its logical id."""
    if resource.construct_path:
        return resource.construct_path
    return f"{_file_of(resource, folder)}:{resource.logical_id}"


def _file_of(resource: Resource, folder: Path) -> str:
    file = resource.stack.file
    if not file:
        return "-"
    path = Path(file).resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def _key(finding: Finding, folder: Path) -> Key:
    return finding.rule_id, place_of(finding.resource, folder), finding.property_path


def write(file: Path, findings: Iterable[Finding]) -> int:
    """Write the baseline with all findings, and return their number."""
    counts = Counter(_key(finding, file.resolve().parent) for finding in findings)
    entries = [
        {"rule": rule, "at": place, "member": member, **({"count": count} if count > 1 else {})}
        for (rule, place, member), count in sorted(counts.items())
    ]
    text = json.dumps({"version": _VERSION, "findings": entries}, indent=2) + "\n"
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file}: it cannot be written ({reason(error)})")
    return sum(counts.values())


def read(file: Path) -> Counter[Key]:
    """Return the number of known findings of each key in a baseline."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        fail(f"{file}: it cannot be opened ({reason(error)}); --write-baseline writes it")
    except (ValueError, RecursionError):
        fail(f"{file}: it is not a baseline, which is JSON; --write-baseline replaces it")
    entries = (
        content.get("findings") if isinstance(content, dict) and content.get("version") == _VERSION else None
    )
    if not isinstance(entries, list) or not all(map(_is_entry, entries)):
        fail(f"{file}: it is not a baseline of version {_VERSION}; --write-baseline replaces it")
    counts: Counter[Key] = Counter()
    for entry in entries:
        counts[entry["rule"], entry["at"], entry["member"]] += entry.get("count", 1)
    return counts


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(name), str) for name in ("rule", "at", "member"))
        and isinstance(entry.get("count", 1), int)
    )


def apply(
    file: Path, findings: Sequence[Finding], resources: Iterable[Resource], applied: Collection[str]
) -> tuple[list[Finding], list[Key]]:
    """Return the new findings, and the stale entries, which no finding matches any more.

    If a place has more findings of a rule than are known, all of them count as new, since they cannot be told apart. An
    entry is stale only if its rule was applied and its stack or file was checked.
    """
    known = read(file)
    folder = file.resolve().parent
    found = Counter(_key(finding, folder) for finding in findings)
    new = [finding for finding in findings if found[key := _key(finding, folder)] > known[key]]
    seen = {_origin(place_of(resource, folder)) for resource in resources}
    stale = [
        key
        for key, count in known.items()
        if found[key] < count and key[0] in applied and _origin(key[1]) in seen
    ]
    return new, sorted(stale)


def _origin(place: str) -> str:
    """Return the file of a place, or the first part of its construct's path."""
    file, colon, _ = place.rpartition(":")
    return file if colon else place.partition("/")[0]
