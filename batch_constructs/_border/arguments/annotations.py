"""Evaluate annotations without loading the modules that they name."""

from __future__ import annotations

import ast
import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["hints"]

_OURS = "batch_constructs."
_LIGHT = (f"{_OURS}facts.", "typing", "collections")
"""Modules that are always loaded: facts are small, and their enumerations are compared with strings."""


class _NotLoaded:
    """A stand-in for a module that is not loaded; each of its classes is a new one without instances."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __getattr__(self, name: str) -> type | _NotLoaded:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.islower():
            return _NotLoaded(f"{self.module}.{name}")
        return type(name, (), {"__module__": self.module})


class _Names(dict[str, object]):
    """The names that annotations in a module may use, looked up on demand."""

    def __init__(self, module: str, *, load: bool) -> None:
        super().__init__()
        self.module, self.load = module, load

    def __missing__(self, name: str) -> object:
        statement = _type_checking(self.module).get(name)
        if statement is None:
            raise KeyError(name)
        self[name] = found = self._meaning(name, statement)
        return found

    def _meaning(self, name: str, statement: ast.stmt) -> object:
        match statement:
            case ast.ImportFrom(module=str(home), names=names):
                return self._imported(
                    home, next(each.name for each in names if name in {each.asname, each.name})
                )
            case ast.Import(names=names):
                return self._module(next(each.name for each in names if name in {each.asname, each.name}))
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                text = value.value if isinstance(value, ast.Constant) else ast.unparse(value)
                return _evaluated(text, vars(sys.modules[self.module]), self)
        raise KeyError(name)

    def _imported(self, home: str, attribute: str) -> object:
        module = self._module(home)
        found = getattr(module, attribute, None)
        if found is None and home in sys.modules and attribute in _type_checking(home):
            return _Names(home, load=self.load)[attribute]
        # ``from aws_cdk import aws_ec2``: a package has its modules as attributes only once they are loaded.
        return found or self._module(f"{home}.{attribute}")

    def _module(self, name: str) -> object:
        if self.load or name.startswith(_LIGHT):
            return import_module(name)
        return sys.modules.get(name) or _NotLoaded(name)


def hints(function: Callable[..., Any], *, load: bool = False) -> dict[str, Any]:
    """Return the annotations of a function's parameters by name; `Any` for those that cannot be evaluated.

    Args:
        function: A function of this library, whose annotations are strings.
        load: Whether to import the modules that annotations name, which is for error messages.
    """
    names = _Names(function.__module__, load=load)
    scope = vars(sys.modules[function.__module__])
    return {
        name: _evaluated(text, scope, names)
        for name, text in function.__annotations__.items()
        if name != "return"
    }


def _evaluated(annotation: Any, scope: dict[str, Any], names: Mapping[str, object]) -> Any:
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, scope, names)  # noqa: S307 - text of this library's own signatures
    except (NameError, AttributeError, TypeError, ModuleNotFoundError):
        return Any


@cache
def _type_checking(module: str) -> dict[str, ast.stmt]:
    """Return the statements in a module's ``if TYPE_CHECKING`` block, by the name that each defines."""
    found: dict[str, ast.stmt] = {}
    for statement in ast.parse(_block(module)).body:
        match statement:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {each.asname or each.name: statement for each in names}
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = statement
    return found


def _block(module: str) -> str:
    # Parsing whole modules would take longer than checking all calls of an app.
    file = sys.modules[module].__file__
    if file is None:
        return ""
    with open(file, encoding="utf-8") as lines:  # noqa: PTH123 - pathlib costs 5 ms
        return "".join(_indented(lines))


def _indented(lines: Iterator[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        if line.startswith("if TYPE_CHECKING:"):
            inside = True
        elif inside and line.strip() and not line.startswith(" "):
            return
        elif inside:
            yield line.removeprefix("    ")
