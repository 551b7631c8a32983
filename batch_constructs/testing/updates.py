"""Asserts that a deploy would change an app in place."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes import Kind, plan
from batch_constructs.assembly.template import read
from batch_constructs.testing.synthesis import synthesized

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping

    from aws_cdk import Stack, Stage

    from batch_constructs.assembly.changes import Change
    from batch_constructs.assembly.template import BatchModel

__all__ = ["assert_updates_in_place"]

_SURPRISES = {Kind.REPLACED, Kind.REFUSED}


def assert_updates_in_place(
    old: Stack | Stage | Mapping[str, Any] | str | os.PathLike[str],
    new: Stack | Stage | Mapping[str, Any] | str | os.PathLike[str],
    *,
    allow: Collection[str] = (),
) -> None:
    """Assert that a deploy of ``new`` over ``old`` replaces no environment, queue, definition or policy, and that none fails.

    New revisions of job definitions are in place: old ones stay, unless the template says otherwise. What is created
    or deleted is no surprise.

    Args:
        old: What is deployed: a stack or app, a template as a mapping, or a path to a template, a snapshot in your
            repository, or a ``cdk.out`` folder.
        new: What would be deployed, likewise.
        allow: Constructs, by path or logical id, that may be replaced. By default none.

    Raises:
        AssertionError: something is replaced, refused, or surprises; one line for each, with reason and remedy.
    """
    with TemporaryDirectory() as folder:
        # Both are read before either is compared: a second synth may write to the folder of the first.
        models = [_model(side, Path(folder) / name) for side, name in ((old, "old"), (new, "new"))]
        changes = plan(*models)
    surprises = [
        change
        for change in changes
        if (change.kind in _SURPRISES or change.problems)
        and not {change.logical_id, change.construct_path, change.construct_path.removesuffix("/Resource")}
        & set(allow)
    ]
    if surprises:
        raise AssertionError("\n".join(["not everything is updated in place:", *map(_line, surprises)]))


def _model(side: Any, folder: Path) -> BatchModel:
    folder.mkdir()
    if hasattr(side, "node"):
        return read(synthesized(side))
    if isinstance(side, dict):
        file = folder / "template.json"
        file.write_text(json.dumps(side), encoding="utf-8")
        return read(file)
    return read(side)


def _line(change: Change) -> str:
    where = change.construct_path or change.logical_id
    why = ", ".join(each.path for each in change.properties) or "itself"
    text = f"  {where} is {change.kind} (because of {why})"
    return "; ".join([text, *(f"{problem.message}: {problem.remedy}" for problem in change.problems)])
