"""Reads a path into a model: one template, a cloud assembly, or a folder of templates."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Importing the module registers the class of each resource.
import batch_constructs.assembly.template.resources  # noqa: F401
from batch_constructs.assembly.template.cloud_assembly import (
    MANIFEST,
    nested_stacks,
    read_assembly,
    share_exports,
)
from batch_constructs.assembly.template.documents import (
    DataDocument,
    Document,
    UnreadableInputError,
)
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

    Templates of one folder count as one application: they may import each other's exports and deploy each
    other as nested stacks. Other files in it are skipped.

    Raises:
        UnreadableInputError: there is nothing to check; the message is one sentence with the reason.
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
    """Read one template that is not a file, such as standard input.

    Args:
        data: the template, in JSON or YAML.
        name: its name in messages.

    Raises:
        UnreadableInputError: it is not a template; the message is one sentence with the reason.
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
    """Create a model from templates that are already parsed; each is a stack, and they may import from each other."""
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
        # Several files may be called template.yaml; then only the path tells them apart.
        stack = Stack(stem if stems[stem] == 1 else place, document)
        stack.place = place
        children = list(nested_stacks(stack, file.parent))
        deployed.update(child.document.file.resolve() for child in children if child.document.file)
        stacks += [stack, *children]
    # A template that another template deploys is only a nested stack.
    stacks = [
        s
        for s in stacks
        if not s.place or s.document.file is None or s.document.file.resolve() not in deployed
    ]
    share_exports(stacks)
    return stacks


def _stem(name: str) -> str:
    """Return a file's name without template suffixes: ``Network`` for ``Network.template.json``."""
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
    if not isinstance(root.get("Resources"), dict) and "service" in root and "provider" in root:
        raise UnreadableInputError(
            "it is a configuration of the Serverless Framework: run `serverless package`, and check "
            ".serverless/cloudformation-template-update-stack.json"
        )
    if not isinstance(root.get("Resources"), dict):
        raise UnreadableInputError("it is not a CloudFormation template: it has no Resources")
