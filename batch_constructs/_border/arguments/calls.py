"""The decorator that checks the arguments of each call."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from batch_constructs._border.arguments.annotations import hints
from batch_constructs._border.arguments.kinds import fitted, is_misplaced

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WrongArgumentError", "checked"]

T = TypeVar("T")


class WrongArgumentError(TypeError, ValueError):
    """An error for a call with unknown or missing arguments, or with values of a wrong kind.

    It is a `TypeError`, like Python's own error, and a `ValueError`, like all other errors of arguments here.

    Guide: Troubleshooting AWS Batch.
    """


# Users see and catch it under its public name.
WrongArgumentError.__module__ = "batch_constructs"


def checked(target: T) -> T:
    """Check the arguments of each call of a function, or of a class and its public methods.

    The signature stays the same for editors, for `help` and for type checkers.

    Args:
        target: A public class or function of this library.
    """
    if not isinstance(target, type):
        return _checked(target, getattr(target, "__name__", ""))  # type: ignore[arg-type, return-value]
    for name, member in _members(target).items():
        label = target.__name__ if name == "__init__" else f"{target.__name__}.{name}"
        if isinstance(member, classmethod | staticmethod):
            setattr(target, name, type(member)(_checked(member.__func__, label)))
        else:
            setattr(target, name, _checked(member, label))
    if type(target) is not type:
        # The metaclass of jsii hides the signature behind one that accepts anything.
        signature = inspect.signature(inspect.getattr_static(target, "__init__"))
        own = [each for name, each in signature.parameters.items() if name != "self"]
        target.__signature__ = signature.replace(parameters=own, return_annotation=inspect.Signature.empty)  # type: ignore[attr-defined]
    return target


def _members(target: type) -> dict[str, Any]:
    """Return the constructor and the public methods of a class, including those inherited from our private classes."""
    found: dict[str, Any] = {}
    for base in reversed(target.__mro__):
        if base.__module__.startswith("batch_constructs"):
            found |= {
                name: each
                for name, each in vars(base).items()
                if (name == "__init__" or not name.startswith("_"))
                and (inspect.isfunction(each) or isinstance(each, classmethod | staticmethod))
            }
        else:
            # A method that a class of the CDK overrides belongs to the CDK, and is not checked.
            found = {name: each for name, each in found.items() if name not in vars(base)}
    return found


def _checked(function: Callable[..., Any], label: str) -> Callable[..., Any]:
    # Another public class may already check the method; messages must name the class of this call.
    function = getattr(function, "__checked__", function)
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & inspect.CO_VARKEYWORDS:
        return function
    if not function.__annotations__.keys() - {"return"}:
        return function
    call = _Call(function, label)

    @wraps(function)
    def checking(*args: Any, **kwargs: Any) -> Any:
        return function(*call.positional(args, kwargs), **kwargs)

    checking.__checked__ = function  # type: ignore[attr-defined]
    return checking


class _Call:
    """A function's signature, which is read at the first call, and the check against it."""

    __slots__ = ("_expected", "_parameters", "function", "label")

    def __init__(self, function: Callable[..., Any], label: str) -> None:
        self.function, self.label = function, label
        self._parameters: dict[str, inspect.Parameter] = {}
        self._expected: dict[str, Any] = {}

    def positional(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """Return the positional arguments, with strings turned into enumeration members; update keyword arguments in place.

        Raises:
            WrongArgumentError: the call is wrong; one line for each problem.
        """
        if not self._parameters:
            self._parameters = dict(inspect.signature(self.function).parameters)
            self._expected = hints(self.function)
        names = self._names(len(args))
        wrong: list[tuple[str, Any, Any]] = []
        fits = [self._fit(name, value, wrong) for name, value in zip(names, args, strict=False)]
        for name, value in kwargs.items():
            kwargs[name] = self._fit(name, value, wrong)
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        if not wrong and len(args) <= len(names) and self._is_whole(given):
            return fits
        self._refuse(args, kwargs)
        # With all modules of the annotations loaded, every argument was right.
        return [self._fit(name, value, []) for name, value in zip(names, args, strict=False)]

    def _names(self, count: int) -> list[str]:
        """Return a parameter name for each positional argument; a variadic parameter takes all remaining ones."""
        names: list[str] = []
        for name, each in self._parameters.items():
            if each.kind is each.VAR_POSITIONAL:
                names += [name] * (count - len(names))
            elif each.kind is not each.KEYWORD_ONLY:
                names.append(name)
        return names

    def _fit(self, name: str, value: Any, wrong: list[tuple[str, Any, Any]]) -> Any:
        return fitted(name, value, self._expected[name], wrong) if name in self._expected else value

    def _is_whole(self, given: dict[str, Any]) -> bool:
        required = {
            name
            for name, each in self._parameters.items()
            if each.default is each.empty and each.kind is not each.VAR_POSITIONAL
        }
        return required <= given.keys() <= self._parameters.keys() and not is_misplaced(self.function, given)

    def _refuse(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        from batch_constructs._border.arguments.refusals import problems  # noqa: PLC0415 - only on the way to an error

        self._expected = hints(self.function, load=True)
        names = self._names(len(args))
        left, by_position = args[len(names) :], list(zip(names, args, strict=False))
        found = problems(
            self.function, self.label, self._parameters, self._expected, by_position, left, kwargs
        )
        if found:
            raise WrongArgumentError("\n".join(found))
        kwargs.update({name: self._fit(name, value, []) for name, value in kwargs.items()})
