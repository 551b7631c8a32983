"""An assertion that a deploy would change an app in place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes import Kind, plan
from batch_constructs.assembly.template import read
from batch_constructs.testing.synthesis import synthesized

if TYPE_CHECKING:
    import os
    from collections.abc import Collection

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
    removed: Collection[str] = (),
) -> None:
    """Assert that a deploy of ``new`` over ``old`` removes no queue, environment or policy, and that nothing fails.

    A queue or an environment that is deleted, replaced or renamed loses its jobs. New revisions of job
    definitions count as in place: old ones stay, unless the template says otherwise. New resources are allowed.

    Args:
        old: The deployed version: a stack or app, a template as a mapping, or a path to a template, a snapshot in your
            repository, or a ``cdk.out`` folder.
        new: The version to deploy, in the same forms.
        allow: Constructs, by path or logical id, that may be replaced. By default none.
        removed: Queues, environments, policies and quotas of ``old``, by construct path or logical id, that may be removed
            with their jobs, also by a rename or a replacement. By default none.

    Raises:
        AssertionError: something is removed, replaced or refused, or has a problem; one line for each, with reason and
            remedy.
    """
    with TemporaryDirectory() as folder:
        # The first model is complete before the second synth, which may write to the same folder.
        models = [_model(side, Path(folder) / name) for side, name in ((old, "old"), (new, "new"))]
        changes = plan(*models, removed=removed)
    surprises = [
        change
        for change in changes
        if (change.problems or (change.kind in _SURPRISES and not change.names & set(removed)))
        and not (change.kind is not Kind.DELETED and change.names & set(allow))
    ]
    if surprises:
        raise AssertionError("\n".join(["not everything is updated in place:", *map(_line, surprises)]))


def _model(side: Any, folder: Path) -> BatchModel:
    folder.mkdir()
    if hasattr(side, "node"):
        return read(synthesized(side))
    if isinstance(side, Mapping):
        file = folder / "template.json"
        # The default handles other kinds of mappings, also nested ones, such as a MappingProxyType.
        file.write_text(json.dumps(side, default=_plain), encoding="utf-8")
        return read(file)
    return read(side)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"a template holds no {type(value).__name__}")


def _line(change: Change) -> str:
    where = change.construct_path.removesuffix("/Resource") or change.logical_id
    why = f" (because of {', '.join(each.path for each in change.properties)})" if change.properties else ""
    verb = "moved" if change.moved else "renamed"
    renamed = f", {verb} to {change.renamed_to}" if change.renamed_to else ""
    text = f"  {where} is {change.kind}{why}{renamed}"
    accept = [f"if that is meant: removed=[{where!r}]"] if change.loss else []
    return "; ".join([text, *(f"{each.message}: {each.remedy}" for each in change.problems), *accept])
