"""Snapshots of CDK templates with syrupy: one readable file for each stack, without values that change on their own."""

from __future__ import annotations

import json
import re
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syrupy.location import PyTestLocation

__all__ = ["TemplateSnapshotExtension", "normalized", "with_paths"]

_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_NOISE = {"Parameters": "BootstrapVersion", "Rules": "CheckBootstrapVersion", "Resources": "CDKMetadata"}
_CONDITION = "CDKMetadataAvailable"
# The part of a title after the path of the construct.
_PATH = re.compile(r"(/Resource)? \(\w+\)$")
_SHOWN = 12


def normalized(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template without the values that change although nobody changed the app.

    Hashes of assets become ``<asset 1>``, ``<asset 2>`` in their order; the bootstrap version and its rule, the CDK's
    own metadata resource and its condition are removed.

    Args:
        template: The template as data.
    """
    numbers: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f"<asset {len(numbers) + 1}>")

    copy: dict[str, Any] = json.loads(_HASH.sub(name, json.dumps(template)))
    for section, noise in (*_NOISE.items(), ("Conditions", _CONDITION)):
        if isinstance(copy.get(section), dict):
            copy[section].pop(noise, None)
            if not copy[section]:
                del copy[section]
    return copy


class TemplateSnapshotExtension(SingleFileSnapshotExtension):  # type: ignore[misc] # syrupy has no types here
    """A comparison of stacks with their reviewed templates.

    ``assert stack == template_snapshot`` synthesizes the stack; a template as data works as well. The files are in
    ``snapshots`` next to the test, in a folder for each module, named after the test; ``pytest --snapshot-update``
    writes them. A difference lists the resources that differ, then shows each under the path of its construct.
    """

    file_extension = "template.json"
    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """Return the folder of a module's files.

        Args:
            test_location: The test.
        """
        return str(Path(test_location.filepath).parent / "snapshots" / test_location.basename)

    def serialize(self, data: Any, **_: Any) -> str:
        """Return a stack or a template as a string.

        Args:
            data: An ``aws_cdk.Stack``, or a template as data.

        Raises:
            ValueError: the stack belongs to no app.
        """
        template = data if isinstance(data, dict) else _template(data)
        return json.dumps(normalized(template), indent=2) + "\n"

    def diff_lines(self, serialized_data: Any, snapshot_data: Any) -> Iterator[str]:
        """Yield the difference: first the resources that differ, then the lines of each.

        Args:
            serialized_data: The test's template as a string.
            snapshot_data: The reviewed template as a string; empty if there is no snapshot yet.
        """
        if not snapshot_data:
            yield "write it with pytest --snapshot-update, review it, and commit it"
            return
        try:
            new, old = json.loads(serialized_data), json.loads(snapshot_data)
        except ValueError:
            yield from unified_diff(
                snapshot_data.splitlines(), serialized_data.splitlines(), "reviewed", "now", lineterm=""
            )
            return
        differing = [each for each in _sections(old, new) if each[1] != each[2]]
        yield _summary(differing)
        yield "if that is meant: pytest --snapshot-update, and review the difference"
        for title, before, after in differing:
            yield title
            yield from list(unified_diff(_lines(before), _lines(after), lineterm="", n=2))[2:]


def _summary(differing: list[tuple[str, Any, Any]]) -> str:
    """Return ``2 resources differ: - Etl/Queue, + Etl/MainQueue``: removed, added, or changed (``~``)."""
    said = [
        f"{'+' if before is None else '-' if after is None else '~'} {_PATH.sub('', title)}"
        for title, before, after in differing
    ]
    resources = sum(_is_resource(before, after) for _, before, after in differing)
    what = f"{resources} resource{'s' * (resources != 1)}" if resources else "other sections"
    more = f", and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    verb = "differs" if resources == 1 else "differ"
    return f"{what} {verb}: {', '.join(said[:_SHOWN])}{more}"


def _is_resource(before: Any, after: Any) -> bool:
    node = after if after is not None else before
    return isinstance(node, dict) and isinstance(node.get("Type"), str)


def _template(stack: Any) -> dict[str, Any]:
    from batch_constructs.testing.synthesis import synthesized  # noqa: PLC0415 - data needs neither CDK nor Node

    return with_paths(synthesized(stack), str(stack.template_file))


def with_paths(assembly: Path, file: str) -> dict[str, Any]:
    """Return a template of a cloud assembly, each resource with the path of its construct, as ``cdk synth`` writes it.

    Args:
        assembly: The folder, such as ``cdk.out``.
        file: The template's file name.
    """
    from batch_constructs.assembly.template import read  # noqa: PLC0415 - templates as data need no reader

    template: dict[str, Any] = json.loads((assembly / file).read_text(encoding="utf-8"))
    paths = next(
        each for each in read(assembly).stacks if Path(each.file).name == Path(file).name
    ).construct_paths
    for logical_id, resource in template.get("Resources", {}).items():
        if logical_id in paths:
            resource.setdefault("Metadata", {}).setdefault("aws:cdk:path", paths[logical_id])
    return template


def _sections(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    resources = [each.get("Resources", {}) for each in (old, new)]
    for logical_id in dict.fromkeys([*resources[0], *resources[1]]):
        before, after = (each.get(logical_id) for each in resources)
        path = ((after or before).get("Metadata") or {}).get("aws:cdk:path")
        yield f"{path} ({logical_id})" if path else logical_id, before, after
    for section in dict.fromkeys([*old, *new]):
        if section != "Resources":
            yield section, old.get(section), new.get(section)


def _lines(node: Any) -> list[str]:
    return [] if node is None else json.dumps(node, indent=2).splitlines()
