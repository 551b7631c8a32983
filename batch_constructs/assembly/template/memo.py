"""Answers that several rules ask for, found once for each view or model."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar, cast

from batch_constructs.assembly.template import BatchModel, View

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K", bound=View | BatchModel)
R = TypeVar("R")


def once(function: Callable[[K], R]) -> Callable[[K], R]:
    """Remember what a function of one view, or of the model, answered.

    The answer stays with the view, as the members do that it has read, and is forgotten with it.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def remembering(subject: K) -> R:
        answers = subject.__dict__
        if name not in answers:
            answers[name] = function(subject)
        return cast("R", answers[name])

    return remembering
