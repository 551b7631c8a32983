"""Caches results that several rules need, once for each view or model."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar, cast

from batch_constructs.assembly.template import BatchModel, View

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K", bound=View | BatchModel)
R = TypeVar("R")


def once(function: Callable[[K], R]) -> Callable[[K], R]:
    """Cache the results of a function of one view, or of the model.

    A result is kept in the view, like the members that it has read, and is freed with it.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def cached(subject: K) -> R:
        results = subject.__dict__
        if name not in results:
            results[name] = function(subject)
        return cast("R", results[name])

    return cached
