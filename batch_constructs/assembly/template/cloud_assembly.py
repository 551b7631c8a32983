"""The output of the CDK: a manifest, a template for each stack, and nested assemblies for stages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.documents import UnreadableInputError
from batch_constructs.assembly.template.files import parse, read_file
from batch_constructs.assembly.template.stacks import Stack
from batch_constructs.assembly.template.unknown import ending

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "manifest.json"
MADE_BY = "batch-constructs"
"""The type of the metadata with which a construct of this library names its class."""

_MAX_STACKS = 2_000
_MAX_NESTING = 16


def read_assembly(folder: Path) -> list[Stack]:
    """Return the stacks of a cloud assembly, those of its stages and nested stacks included.

    Raises:
        UnreadableInputError: the manifest or a template that it names cannot be read.
    """
    stacks: list[Stack] = []
    for stage in _assemblies(folder, folder.resolve(), 0):
        own: list[Stack] = []
        platforms = _image_platforms(stage.folder)
        for artifact_id, artifact in stage.stacks():
            stack = stage.stack(artifact_id, artifact)
            stack.image_platforms = platforms
            own.append(stack)
            own.extend(nested_stacks(stack, stage.folder))
            if len(stacks) + len(own) > _MAX_STACKS:
                raise UnreadableInputError("it holds too many stacks")
        # Stages are deployed independently, so their stacks can import only from each other.
        share_exports(own)
        stacks.extend(own)
    return stacks


def share_exports(stacks: list[Stack]) -> None:
    """Let stacks resolve each other's exports and outputs."""
    exports = {name: value for stack in stacks for name, value in stack.own_exports().items()}
    siblings: dict[str, list[Stack]] = {}
    for stack in stacks:
        siblings.setdefault(stack.deployed_as, []).append(stack)
    for stack in stacks:
        stack.exports = exports
        stack.siblings = siblings


def nested_stacks(stack: Stack, folder: Path, depth: int = 0) -> Iterator[Stack]:
    """Yield the nested stacks of a stack whose templates are in its folder."""
    nested = {
        name: each for name, each in stack.resources.items() if each.type == "AWS::CloudFormation::Stack"
    }
    uploaded = _assets(folder) if nested else {}
    for logical_id, resource in nested.items():
        address = resource.raw("TemplateURL")
        # The CDK's command line writes the path down. Without it, the asset list has it under the end of the URL.
        path = resource.metadata.get("aws:asset:path") or uploaded.get(ending(address) or "", address)
        file = _beside(folder, path)
        if file is None or depth > _MAX_NESTING:
            continue
        try:
            document = parse(read_file(file), file)
        except UnreadableInputError as error:
            raise UnreadableInputError(f"{file}: {error}") from None
        child = Stack(f"{stack.name}/{logical_id}", document, stack.environment)
        child.acknowledged = stack.acknowledged
        child.image_platforms = stack.image_platforms
        child.construct_paths = _paths_below(stack, logical_id)
        child.made_by = stack.made_by
        arguments = resource.raw("Parameters")
        stack.nest(logical_id, child, arguments if isinstance(arguments, dict) else {})
        yield child
        yield from nested_stacks(child, folder, depth + 1)


def _paths_below(stack: Stack, logical_id: str) -> dict[str, str]:
    """Return the construct paths of a nested stack, which the CDK lists under its parent stack."""
    above, found, _ = stack.construct_paths.get(logical_id, "").partition(".NestedStack/")
    return {
        each: path for each, path in stack.construct_paths.items() if found and path.startswith(f"{above}/")
    }


def _assets(folder: Path) -> dict[str, str]:
    """Return the paths of the files that a folder's stacks upload, by object key."""
    found = {key: source.get("path") for key, source in _uploaded(folder, "files", "objectKey")}
    return {key: path for key, path in found.items() if isinstance(path, str)}


def _image_platforms(folder: Path) -> dict[str, str]:
    """Return the platforms of the images that a folder's stacks build, by tag; none if the building machine decides."""
    found = {tag: source.get("platform") for tag, source in _uploaded(folder, "dockerImages", "imageTag")}
    return {tag: platform for tag, platform in found.items() if isinstance(platform, str)}


def _uploaded(folder: Path, kind: str, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the key and the source of each asset of a kind, for each place to which it is uploaded."""
    for file in sorted(folder.glob("*.assets.json")):
        try:
            assets = list(json.loads(read_file(file)).get(kind, {}).values())
            found = [(d[key], asset["source"]) for asset in assets for d in asset["destinations"].values()]
        except (ValueError, RecursionError, LookupError, AttributeError, TypeError, UnreadableInputError):
            # Not written by the CDK. Assets only add to what the templates say, so skip it.
            continue
        yield from (
            (name, source) for name, source in found if isinstance(name, str) and isinstance(source, dict)
        )


def _beside(folder: Path, path: Any) -> Path | None:
    """Return a file of the folder; ``None`` for a path that leads out of it or to the network."""
    if not isinstance(path, str) or "://" in path or "\0" in path or len(path) > 1000:
        return None
    file = folder / path
    try:
        inside = file.resolve().is_relative_to(folder.resolve())
        return file if inside and file.is_file() else None
    except (OSError, RuntimeError):
        return None


class _Stage:
    """One manifest."""

    def __init__(self, folder: Path, artifacts: dict[str, Any]) -> None:
        self.folder = folder
        self._artifacts = artifacts

    def of_type(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for artifact_id, artifact in self._artifacts.items():
            if isinstance(artifact, dict) and artifact.get("type") == kind:
                yield artifact_id, artifact

    def stacks(self) -> Iterator[tuple[str, dict[str, Any]]]:
        return self.of_type("aws:cloudformation:stack")

    def stack(self, artifact_id: str, artifact: dict[str, Any]) -> Stack:
        name = _properties(artifact).get("templateFile")
        file = _beside(self.folder, name)
        if file is None:
            raise UnreadableInputError(f"the template {name} of stack {artifact_id} is missing")
        try:
            document = parse(read_file(file), file)
        except UnreadableInputError as error:
            raise UnreadableInputError(f"{file}: {error}") from None
        title = artifact.get("displayName")
        stack = Stack(title if isinstance(title, str) else artifact_id, document, _environment(artifact))
        deployed_as = _properties(artifact).get("stackName", artifact_id)
        stack.deployed_as = deployed_as if isinstance(deployed_as, str) else artifact_id
        for path, kind, data in _entries(self._metadata(artifact)):
            if kind == "aws:cdk:logicalId" and isinstance(data, str):
                stack.construct_paths[data] = path
            if kind == MADE_BY and isinstance(data, str):
                stack.made_by[path] = data
            if kind == "aws:cdk:acknowledged-rules" and isinstance(data, dict):
                stack.acknowledged[path] = frozenset(data)
        return stack

    def _metadata(self, artifact: dict[str, Any]) -> dict[str, Any]:
        """Return the metadata of a stack's constructs; newer versions of the CDK write it to a separate file."""
        metadata = artifact.get("metadata")
        file = _beside(self.folder, artifact.get("additionalMetadataFile"))
        if file is not None:
            try:
                metadata = json.loads(read_file(file))
            except (ValueError, RecursionError, UnreadableInputError):
                return {}
        return metadata if isinstance(metadata, dict) else {}


def _assemblies(folder: Path, root: Path, depth: int) -> Iterator[_Stage]:
    """Yield the manifest of a folder, then those of its stages."""
    file = folder / MANIFEST
    root_of = parse(read_file(file), file).root
    artifacts = root_of.get("artifacts") if isinstance(root_of, dict) else None
    if not isinstance(artifacts, dict):
        raise UnreadableInputError("its manifest.json is not that of a cloud assembly")
    stage = _Stage(folder, artifacts)
    yield stage
    for _, artifact in stage.of_type("cdk:cloud-assembly"):
        name = _properties(artifact).get("directoryName")
        inner = folder / name if isinstance(name, str) and "\0" not in name else None
        if inner is None or depth > _MAX_NESTING or not inner.resolve().is_relative_to(root):
            raise UnreadableInputError("its manifest.json names a stage outside of it")
        yield from _assemblies(inner, root, depth + 1)


def _properties(artifact: dict[str, Any]) -> dict[str, Any]:
    properties = artifact.get("properties")
    return properties if isinstance(properties, dict) else {}


def _environment(artifact: dict[str, Any]) -> dict[str, str]:
    """Return the pseudo-parameters that the stack's environment fixes, from ``aws://123456789012/eu-west-1``."""
    environment = artifact.get("environment")
    account, _, region = str(environment).removeprefix("aws://").partition("/")
    values = {"AWS::AccountId": account, "AWS::Region": region}
    return {name: value for name, value in values.items() if value and not value.startswith("unknown-")}


def _entries(metadata: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield construct path, type and data of each entry."""
    for path, entries in metadata.items():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("type"), str):
                yield path.lstrip("/"), entry["type"], entry.get("data")
