"""From a path to a model: one template, a cloud assembly, or a folder of templates."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Each resource announces its class when it is imported.
import batch_constructs.assembly.template.resources  # noqa: F401
from batch_constructs.assembly.template._errors import UnreadableInputError
from batch_constructs.assembly.template.cloud_assembly import (
    MANIFEST,
    nested_stacks,
    read_assembly,
    share_exports,
)
from batch_constructs.assembly.template.documents import DataDocument, Document
from batch_constructs.assembly.template.files import parse, read_file
from batch_constructs.assembly.template.garbage import undisturbed
from batch_constructs.assembly.template.model import BatchModel
from batch_constructs.assembly.template.stacks import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SUFFIXES = {".json", ".yaml", ".yml", ".template"}
_MAX_FILES = 2_000


@undisturbed()
def read(path: str | os.PathLike[str]) -> BatchModel:
    """Read a template, a cloud assembly (``cdk.out``), or a folder of templates.

    Templates of one folder count as one application: they may import what the others export, and deploy each
    other as nested stacks. Files in it that are no templates are passed over.

    Raises:
        UnreadableInputError: there is nothing to check; the message is one sentence that says why.
    """
    place = Path(path)
    try:
        if (place / MANIFEST).is_file():
            return BatchModel(read_assembly(place))
        if place.is_dir():
            return BatchModel(_read_folder(place))
        document = parse(read_file(place), place)
        _demand_resources(document)
    except UnreadableInputError as error:
        raise UnreadableInputError(f"{place}: {error}") from None
    except (OSError, RecursionError, MemoryError, ValueError) as error:
        raise UnreadableInputError(f"{place}: it cannot be read ({type(error).__name__})") from None
    stack = Stack(_stem(place.name), document)
    stack.place = stack.name
    return BatchModel([stack, *nested_stacks(stack, place.parent)])


@undisturbed()
def read_bytes(data: bytes, name: str) -> BatchModel:
    """Read one template that is no file, such as what comes on standard input.

    Args:
        data: the text of the template, in JSON or YAML.
        name: what messages call it.

    Raises:
        UnreadableInputError: it is no template; the message is one sentence that says why.
    """
    try:
        document = parse(data)
        _demand_resources(document)
    except (UnreadableInputError, RecursionError) as error:
        raise UnreadableInputError(f"{name}: {error}") from None
    stack = Stack(name, document)
    stack.place = name
    return BatchModel([stack])


def model_of(*templates: Mapping[str, Any]) -> BatchModel:
    """Make a model from templates that are data already; each is a stack, and they may import from each other."""
    stacks = [
        Stack(f"Stack{number}", DataDocument(dict(root), None)) for number, root in enumerate(templates, 1)
    ]
    share_exports(stacks)
    return BatchModel(stacks)


def _read_folder(folder: Path) -> list[Stack]:
    documents = dict(_templates(folder))
    if not documents:
        raise UnreadableInputError("it holds neither a manifest.json nor a CloudFormation template")
    stacks: list[Stack] = []
    deployed: set[Path] = set()
    stems = Counter(_stem(file.name) for file in documents)
    for file, document in documents.items():
        stem = _stem(file.name)
        place = (file.parent.relative_to(folder) / stem).as_posix()
        # Of several files called template.yaml only the path tells which one is meant.
        stack = Stack(stem if stems[stem] == 1 else place, document)
        stack.place = place
        children = list(nested_stacks(stack, file.parent))
        deployed.update(child.document.file.resolve() for child in children if child.document.file)
        stacks += [stack, *children]
    # A template that another one deploys is a stack only in that place.
    stacks = [
        s
        for s in stacks
        if not s.place or s.document.file is None or s.document.file.resolve() not in deployed
    ]
    share_exports(stacks)
    return stacks


def _stem(name: str) -> str:
    """A file's name without the endings of templates: ``Network`` of ``Network.template.json``."""
    while (stem := Path(name)).suffix in _SUFFIXES and stem.stem:
        name = stem.stem
    return name


def _templates(folder: Path) -> Iterator[tuple[Path, Document]]:
    count = 0
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(files):
            file = Path(root, name)
            if file.suffix not in _SUFFIXES:
                continue
            count += 1
            if count > _MAX_FILES:
                raise UnreadableInputError("it holds too many files")
            try:
                document = parse(read_file(file), file)
                _demand_resources(document)
            except UnreadableInputError:
                continue
            yield file, document


def _demand_resources(document: Document) -> None:
    root = document.root
    if not isinstance(root, dict):
        raise UnreadableInputError("it is not a CloudFormation template, which is a mapping")
    if not isinstance(root.get("Resources"), dict):
        raise UnreadableInputError("it is not a CloudFormation template: it has no Resources")
