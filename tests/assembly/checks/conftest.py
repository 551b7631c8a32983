"""Reads the corpus: for each rule broken templates, and valid ones at the limit.

A file ``corpus/<RULE>.yaml`` looks like this; ``!JobQueue {…}`` is a resource of type ``AWS::Batch::JobQueue`` with
these properties, a type of another service is written in full (``!AWS::IAM::Role``)::

    broken:
      - says: Priority must be from 0 to 1,000, got 1001     # part of the message
        at: Queue.Priority                                   # the resource and the property path
        resources: {Queue: !JobQueue {Priority: 1001}}
    valid:
      - because: 1000 is the highest priority
        resources: {Queue: !JobQueue {Priority: 1000}}

Optional keys: ``severity`` if milder than the rule's, ``also`` for other sections of the template (``Parameters``,
``Conditions``), ``others`` for rules that the case breaks as well (on purpose, and more than by leaving something out),
and a top-level ``shared`` for anchors. A broken case names every finding of its rule, in their order:
where there are several, they are a list ``findings`` of ``{says: …, at: …}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.template.files import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "corpus"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``broken`` or ``valid`` once for each such case."""
    for kind in ("broken", "valid"):
        if kind in metafunc.fixturenames:
            metafunc.parametrize(kind, cases(kind), ids=lambda case: case.name)


@pytest.fixture(scope="session")
def pairs() -> dict[str, set[str]]:
    """Return the rules with cases, by kind of case."""
    return {kind: {case.rule for case in cases(kind)} for kind in ("broken", "valid")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A finding that a case expects: part of its message, its place, and its severity if milder than the rule's."""

    says: str
    at: str
    severity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A template that breaks a rule, or a valid one."""

    rule: str
    name: str
    template: dict[str, Any]
    findings: tuple[Expected, ...] = ()
    because: str = ""
    others: tuple[str, ...] = ()


@cache
def cases(kind: str) -> tuple[Case, ...]:
    """Return all cases under ``broken`` or under ``valid``."""
    return tuple(_cases(kind))


@cache
def _content(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = parse(file.read_bytes(), file).root
    return found


def _cases(kind: str) -> Iterator[Case]:
    words = {"says", "at", "severity", "findings"} if kind == "broken" else {"because"}
    for file in sorted(FOLDER.glob("*.yaml")):
        content = _content(file)
        assert set(content) <= {"broken", "valid", "shared"}, f"{file.name}: {set(content)}"
        for number, entry in enumerate(content[kind], 1):
            assert set(entry) <= {*words, "resources", "also", "others"}, f"{file.name}: {set(entry)}"
            yield Case(
                rule=file.stem,
                name=f"{file.stem}-{number}",
                template={**entry.get("also", {}), "Resources": _resources(entry["resources"])},
                findings=tuple(_expected(entry)) if kind == "broken" else (),
                because=entry.get("because", ""),
                others=tuple(entry.get("others", ())),
            )


def _expected(entry: dict[str, Any]) -> Iterator[Expected]:
    """Yield the findings of a broken case; a single finding needs no list."""
    single = {key: entry[key] for key in ("says", "at", "severity") if key in entry}
    for finding in entry.get("findings", [single]):
        yield Expected(**finding)


def _resources(short: dict[str, Any]) -> dict[str, Any]:
    return {logical_id: _resource(entry) for logical_id, entry in short.items()}


def _resource(entry: dict[str, Any]) -> dict[str, Any]:
    if "Type" in entry:
        return entry
    [(tag, properties)] = entry.items()
    kind = tag.removeprefix("Fn::")
    return {"Type": kind if "::" in kind else f"AWS::Batch::{kind}", "Properties": properties or {}}
