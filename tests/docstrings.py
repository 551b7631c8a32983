"""What the public docstrings say, read as the reference reads them, and whether the code behind them can raise."""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
import re
import textwrap
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import griffe

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "batch_constructs"
# Where in the tree it belongs, which each construct says in the same words.
_PLACE = {"self", "cls", "scope", "id", "_"}


@dataclass(frozen=True)
class Documented:
    """A function, a method, or the making of an object: its arguments, and a text about them."""

    name: str
    function: Any
    text: str
    owner: type | None = None

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """What it takes, but for its place in the tree."""
        parameters = inspect.signature(self.function).parameters.values()
        return [each for each in parameters if each.name not in _PLACE]

    @cached_property
    def _sections(self) -> list[griffe.DocstringSection]:
        return griffe.Docstring(self.text).parse("google", warnings=False)

    @cached_property
    def arguments(self) -> dict[str, str]:
        """What the text says of each argument."""
        return {
            each.name: " ".join(each.description.split())
            for section in self._sections
            if section.kind.value in {"parameters", "attributes"}
            for each in section.value
        }

    @property
    def prose(self) -> str:
        """What the text says of all arguments together."""
        return "\n".join(section.value for section in self._sections if section.kind.value == "text")

    @property
    def says_what_is_raised(self) -> bool:
        """Whether there is a section on it."""
        return any(section.kind.value == "raises" for section in self._sections)

    @property
    def can_raise(self) -> bool:
        """Whether calls lead from here to a ``raise`` in the package, as far as names in the source tell."""
        return any(_raises(function) for function, _ in _reached(self.function, self.owner))


def chapters(text: str | None) -> list[str]:
    """What stands behind ``Guide:``, chapter by chapter."""
    text = inspect.cleandoc(text or "")
    found = re.search(r"^Guide: (.+?)\.?$(?=\n\n|\n?\Z)", text, re.MULTILINE | re.DOTALL)
    return [] if found is None else re.split(r";\s+(?![^(]*\))", " ".join(found[1].split()))


def documented(thing: Any) -> Iterator[Documented]:
    """The thing itself, if it can be called, and the public methods that it has from this package."""
    if isinstance(thing, FunctionType):
        yield Documented(thing.__name__, thing, inspect.cleandoc(thing.__doc__ or ""))
        return
    if _written(thing.__init__) or (not issubclass(thing, enum.Enum) and dataclasses.is_dataclass(thing)):
        texts = [thing.__doc__, None if dataclasses.is_dataclass(thing) else thing.__init__.__doc__]
        text = "\n\n".join(inspect.cleandoc(each) for each in texts if each)
        yield Documented(thing.__name__, thing.__init__, text, thing)
    seen: set[FunctionType] = set()
    for base in thing.__mro__:
        for name, member in vars(base).items():
            method = _function(member)
            # A method of a private class is checked, and so written again, in each public one.
            if method is None or method in seen or not _written(method) or name.startswith("_"):
                continue
            seen.add(method)
            yield Documented(method.__qualname__, method, inspect.cleandoc(method.__doc__ or ""), thing)


def _function(member: Any) -> FunctionType | None:
    """What runs behind a member of a class."""
    for behind in ("__func__", "fget", "func"):
        member = getattr(member, behind, member)
    member = inspect.unwrap(member)
    return member if isinstance(member, FunctionType) else None


def _written(function: Any) -> bool:
    """Whether it stands in a file of the package: neither ``dataclass`` made it nor another package."""
    return (
        isinstance(function, FunctionType)
        and function.__module__.startswith(PACKAGE)
        and function.__code__.co_filename.endswith(".py")
    )


@cache
def _tree(function: FunctionType) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those whose errors are caught on the spot."""
    caught: list[ast.stmt] = []
    if isinstance(tree, ast.Try) and any("ValueError" in ast.unparse(each) for each in tree.handlers):
        caught = tree.body
    for node in ast.iter_child_nodes(tree):
        if node not in caught:
            yield node
            yield from _nodes(node)


def _raises(function: FunctionType) -> bool:
    return any(
        (isinstance(node, ast.Raise) and "NotImplementedError" not in ast.unparse(node))
        or (isinstance(node, ast.Attribute) and node.attr == "raise_if_any")
        or (isinstance(node, ast.withitem) and ast.unparse(node.context_expr) == "problems")
        for node in _nodes(_tree(function))
    )


Call = tuple[FunctionType, type | None]
"""A function of the package, and the class that it is called on."""


@cache
def _reached(function: Any, owner: type | None) -> set[Call]:
    """All that runs when this is called."""
    found: set[Call] = set()
    waiting = list(_runs(function, owner))
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(_calls(*each))
    return found


def _runs(called: Any, owner: type | None) -> Iterator[Call]:
    """What a call runs first; a dataclass checks itself behind the ``__init__`` that was made for it."""
    if isinstance(called, type):
        if called.__module__.startswith(PACKAGE):
            yield from _runs(inspect.getattr_static(called, "__init__"), called)
        return
    function = _function(called)
    if _written(function):
        assert function is not None
        yield function, owner
    elif function is not None and function.__name__ == "__init__":
        yield from _runs(getattr(owner, "__post_init__", None), owner)


def _calls(function: FunctionType, owner: type | None) -> Iterator[Call]:
    nodes = list(_nodes(_tree(function)))
    names = {**function.__globals__, "self": owner, "cls": owner}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            module = import_module(node.module or "")
            names |= {each.asname or each.name: getattr(module, each.name) for each in node.names}
    for node in nodes:
        if isinstance(node, ast.Call):
            on, called = _found(node.func, function, names)
            yield from _runs(called, on)


def _found(expression: ast.expr, function: FunctionType, names: dict[str, Any]) -> tuple[type | None, Any]:
    """What is called, and on which class, where names alone tell."""
    match expression:
        case ast.Name(id=name):
            return None, names.get(name)
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
            classes = list(names["self"].__mro__)
            here = [each.__name__ for each in classes].index(function.__qualname__.split(".")[-2])
            above = (vars(each).get(name) for each in classes[here + 1 :])
            return names["self"], next((each for each in above if each is not None), None)
        case ast.Attribute(value=ast.Name(id=place), attr=name):
            match names.get(place):
                case type() as on if on.__module__.startswith(PACKAGE):
                    return on, inspect.getattr_static(on, name, None)
                case ModuleType() as module if module.__name__.startswith(PACKAGE):
                    return None, getattr(module, name, None)
    return None, None
