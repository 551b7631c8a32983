"""Reads the corpus: for each rule what it catches, and twins at the boundary that it lets pass.

A file ``corpus/<RULE>.yaml`` looks like this; ``!JobQueue {…}`` is a resource of type ``AWS::Batch::JobQueue`` with
these properties, a type of another service stands in full (``!AWS::IAM::Role``)::

    broken:
      - says: Priority must be from 0 to 1,000, got 1001     # part of the message
        at: Priority                                         # property path
        resources: {Queue: !JobQueue {Priority: 1001}}
    valid:
      - because: 1000 is the highest priority
        resources: {Queue: !JobQueue {Priority: 1000}}

Optional keys: ``severity`` if milder than the rule's, ``also`` for other sections of the template (``Parameters``,
``Conditions``), and a top-level ``shared`` for anchors.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch_constructs.assembly.template.documents import parse

FOLDER = Path(__file__).parent / "corpus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A template that breaks a rule, or one that keeps it."""

    rule: str
    name: str
    template: dict[str, Any]
    says: str = ""
    at: str | None = None
    severity: str | None = None


def files() -> list[Path]:
    """All files of the corpus."""
    return sorted(FOLDER.glob("*.yaml"))


def cases(kind: str) -> list[Case]:
    """All cases under ``broken`` or under ``valid``."""
    found: list[Case] = []
    for file in files():
        content = parse(file.read_bytes(), file).root
        assert set(content) <= {"broken", "valid", "shared"}, f"{file.name}: {set(content)}"
        for number, entry in enumerate(content[kind], 1):
            words = {"says", "at", "severity"} if kind == "broken" else {"because"}
            assert set(entry) <= {*words, "resources", "also"}, f"{file.name}: {set(entry)}"
            found.append(
                Case(
                    rule=file.stem,
                    name=f"{file.stem}-{number}",
                    template={**entry.get("also", {}), "Resources": _resources(entry["resources"])},
                    says=entry.get("says", ""),
                    at=entry.get("at"),
                    severity=entry.get("severity"),
                )
            )
    return found


def _resources(short: dict[str, Any]) -> dict[str, Any]:
    return {logical_id: _resource(entry) for logical_id, entry in short.items()}


def _resource(entry: dict[str, Any]) -> dict[str, Any]:
    if "Type" in entry:
        return entry
    [(tag, properties)] = entry.items()
    kind = tag.removeprefix("Fn::")
    return {"Type": kind if "::" in kind else f"AWS::Batch::{kind}", "Properties": properties or {}}
