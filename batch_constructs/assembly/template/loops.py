"""Expands ``Fn::ForEach`` as the transform ``AWS::LanguageExtensions`` does it before a deployment.

A loop is a member ``Fn::ForEach::Name: [identifier, collection, body]``. Each member of the body is repeated for each
element of the collection, with ``${identifier}`` replaced in names and values::

    Fn::ForEach::Envs: [Size, [Small, Big], {"Env${Size}": …}]      # EnvSmall, EnvBig

A loop whose collection is known only at the deployment stays as it is, so its members are unknown, not absent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.template.documents import Steps

LOOP = "Fn::ForEach::"
_INCLUDE = "Fn::Transform"
_TRANSFORM = "AWS::LanguageExtensions"
# The sections that may have loops.
_SECTIONS = ("Conditions", "Resources", "Outputs")
# A template of 1 MB cannot hold more members, expanded loops included.
_MAX_MEMBERS = 100_000
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


class Loops:
    """The template after its loops are expanded.

    Attributes:
        root: the template; the same object if it has no loops.
        origins: the path in the file of each resource that a loop creates.
        unread: the loops over resources that cannot be expanded, with the reason.
        left: whether there are loops, over resources or inside of them, that are not expanded.
    """

    def __init__(self, root: Any, resolve: Callable[[Any], Any]) -> None:
        self.root = root
        self.origins: dict[str, Steps] = {}
        self.unread: dict[str, str] = {}
        self.left = False
        self._resolve = resolve
        self._members = 0
        if isinstance(root, dict) and _has_loops(root):
            try:
                self.root = {
                    name: self._section(name, node) if name in _SECTIONS and isinstance(node, dict) else node
                    for name, node in root.items()
                }
            except (RecursionError, _TooManyError):
                self.left = True
                self.origins.clear()
                self.unread = dict.fromkeys(_loop_names(root), "it creates too much")

    def _section(self, name: str, section: dict[str, Any]) -> dict[str, Any]:
        expanded: dict[str, Any] = {}
        for key, node in section.items():
            if key.startswith(LOOP):
                for path, made, body in self._repeated(key, node, (name, key)):
                    if name == "Resources" and made.startswith(LOOP):
                        self.unread.setdefault(
                            made.removeprefix(LOOP), "its collection is known only at the deployment"
                        )
                    elif name == "Resources":
                        self.origins[made] = path
                    expanded[made] = body
            else:
                expanded[key] = self._inside(node)
        return expanded

    def _inside(self, node: Any) -> Any:
        """Return a node with the loops in it expanded; the same object if there are none."""
        self._count()
        if isinstance(node, list):
            elements = [self._inside(each) for each in node]
            return elements if any(a is not b for a, b in zip(elements, node, strict=True)) else node
        if not isinstance(node, dict):
            return node
        members: dict[str, Any] = {}
        changed = False
        for key, each in node.items():
            if key.startswith(LOOP):
                made = {name: body for _, name, body in self._repeated(key, each, ())}
                changed = changed or made != {key: each}
                members |= made
            else:
                members[key] = self._inside(each)
                changed = changed or members[key] is not each
        return members if changed else node

    def _repeated(self, key: str, node: Any, path: Steps) -> list[tuple[Steps, str, Any]]:
        """Return the members that a loop creates, each with its path in the file; itself if it is not known."""
        values = self._collection(node)
        if values is None:
            self.left = True
            return [(path, key, node)]
        identifier, _, body = node
        made: list[tuple[Steps, str, Any]] = []
        for value in values:
            for name, member in body.items():
                here = (*path, 2, name)
                filled = self._filled(member, identifier, value)
                label = _replaced(name, identifier, value)
                if label.startswith(LOOP):
                    made += self._repeated(label, filled, here)
                else:
                    made.append((here, label, self._inside(filled)))
        return made

    def _collection(self, node: Any) -> list[str] | None:
        if not isinstance(node, list) or len(node) != 3 or not isinstance(node[0], str):
            return None
        values = self._resolve(node[1])
        if not isinstance(node[2], dict) or not isinstance(values, list):
            return None
        elements = [self._resolve(each) for each in values]
        known = [str(each) for each in elements if isinstance(each, str | int)]
        return known if len(known) == len(elements) else None

    def _filled(self, node: Any, identifier: str, value: str) -> Any:
        """Return a copy of a node with the identifier replaced by the value."""
        self._count()
        if isinstance(node, str):
            return _replaced(node, identifier, value)
        if isinstance(node, list):
            return [self._filled(each, identifier, value) for each in node]
        if isinstance(node, dict):
            if node == {"Ref": identifier}:
                return value
            return {
                _replaced(key, identifier, value): self._filled(each, identifier, value)
                for key, each in node.items()
            }
        return node

    def _count(self) -> None:
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise _TooManyError


class _TooManyError(Exception):
    """The loops create more than a template can have."""


def _has_loops(root: dict[str, Any]) -> bool:
    """Return whether the template has a loop over resources, or may have one inside of them."""
    transforms = root.get("Transform")
    named = transforms if isinstance(transforms, list) else [transforms]
    return _TRANSFORM in named or bool(_loop_names(root))


def macros_of(root: Any) -> list[str]:
    """Return what may add resources to a template and is not run here: ``AWS::Include`` and macros of an account."""
    if not isinstance(root, dict):
        return []
    transforms = root.get("Transform")
    named = transforms if isinstance(transforms, list) else [transforms]
    macros = [each for each in named if isinstance(each, str) and not each.startswith("AWS::")]
    sections = (root, root.get("Resources"))
    included = any(isinstance(section, dict) and _INCLUDE in section for section in sections)
    return [*(f"the macro {name}" for name in macros), *([_INCLUDE] if included else [])]


def may_grow(node: dict[str, Any]) -> bool:
    """Return whether a mapping may get more members before the deployment."""
    return _INCLUDE in node or any(key.startswith(LOOP) for key in node)


def _loop_names(root: dict[str, Any]) -> list[str]:
    resources = root.get("Resources")
    names = resources if isinstance(resources, dict) else {}
    return [name.removeprefix(LOOP) for name in names if name.startswith(LOOP)]


def _replaced(text: str, identifier: str, value: str) -> str:
    """Return a string with ``${identifier}`` replaced by the value, and ``&{identifier}`` by its letters and digits."""
    if "{" not in text:
        return text
    text = text.replace(f"${{{identifier}}}", value)
    return text.replace(f"&{{{identifier}}}", _NOT_ALPHANUMERIC.sub("", value))
