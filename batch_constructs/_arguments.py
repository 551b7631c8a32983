"""What a call is given, against what its signature says: for those who run no type checker before their app."""

from __future__ import annotations

import sys
from enum import Enum
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batch_constructs._expectations import Expected

__all__ = ["WrongArgumentError", "check_arguments"]


class WrongArgumentError(TypeError, ValueError):
    """Raised where a class is called with an argument that it does not have, or of a kind that it does not take."""


def check_arguments(kind: Any, homes: Mapping[str, str]) -> None:
    """Have what a public class is called with looked at first, so that no error comes from deep inside.

    Args:
        kind: The class; whatever else is left alone, and so are words (`Enum`).
        homes: The modules of all public names.
    """
    made = kind.__dict__.get("__init__") if isinstance(kind, type) and not issubclass(kind, Enum) else None
    if made is not None and not hasattr(made, "__wrapped__"):
        kind.__init__ = _checked(made, kind, homes)


def _checked(init: Callable[..., None], kind: type, homes: Mapping[str, str]) -> Callable[..., None]:
    expected: dict[str, Expected] = {}

    @wraps(init)
    def checked(self: Any, *args: Any, **kwargs: Any) -> None:
        if not expected:
            # Read at the first call: most of what a module offers, an app has no use for.
            expected.update(_expected(init, kind, homes))
        problems: list[str] = []
        for name, value in kwargs.items():
            if name in expected:
                kwargs[name] = expected[name].fitted(name, value, problems)
            else:
                problems.append(_unknown(kind, name, list(expected)))
        if problems:
            raise WrongArgumentError("\n".join(problems))
        init(self, *args, **kwargs)

    return checked


def _expected(init: Callable[..., None], kind: type, homes: Mapping[str, str]) -> dict[str, Expected]:
    from batch_constructs._expectations import expected_by  # noqa: PLC0415 - only where something is called

    scope = vars(sys.modules[kind.__module__])

    def meaning(name: str) -> object:
        home = homes.get(name)
        if name in scope or home is None:
            return scope.get(name)
        # Facts cost little; of constructs that are not loaded, nobody has an instance.
        module = f"batch_constructs.{home}"
        loaded = import_module(module) if home.startswith("facts.") else sys.modules.get(module)
        return getattr(loaded, name, object())

    return expected_by(init.__annotations__, meaning)


def _unknown(kind: type, name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error message

    close = get_close_matches(name, known, n=1)
    return f"{kind.__name__} has no argument {name!r}" + (f" (did you mean {close[0]!r}?)" if close else "")
