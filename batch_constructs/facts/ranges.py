"""The shape of a numeric limit, and the sentence that tells a user of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batch_constructs.facts.sources import Source


def _text(number: float) -> str:
    return f"{number:,}"


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that AWS accepts, both ends included.

    Attributes:
        minimum: ``None`` = no lower end.
        maximum: ``None`` = no upper end.
        unit: the plural word for a message, ``seconds``; empty for a bare number.
        source: where it was read.
        rule: the id of the rule that enforces it; empty when several or none do.
        also: numbers outside that are accepted too, such as a 0 that switches off.
        default: what counts when the value is omitted, where that is a number.
        whole: whether only whole numbers count.
    """

    minimum: float | None
    maximum: float | None
    unit: str = field(kw_only=True)
    source: Source = field(kw_only=True)
    rule: str = field(default="", kw_only=True)
    also: tuple[float, ...] = field(default=(), kw_only=True)
    default: float | None = field(default=None, kw_only=True)
    whole: bool = field(default=True, kw_only=True)

    def contains(self, value: float) -> bool:
        """Whether AWS accepts a number. Ask for known numbers only: a token is none."""
        if not math.isfinite(value) or (self.whole and value != int(value)):
            return False
        above = self.minimum is None or value >= self.minimum
        below = self.maximum is None or value <= self.maximum
        return (above and below) or value in self.also

    @property
    def words(self) -> str:
        """The range as it stands in a message: ``from 1 to 10 attempts``, ``at least 60 seconds``."""
        unit = f" {self.unit}" if self.unit else ""
        also = "".join(f"{_text(number)} or " for number in self.also)
        match self.minimum, self.maximum:
            case None, None:
                return f"{also}a number{unit and f' of{unit}'}"
            case minimum, None if minimum is not None:
                return f"{also}at least {_text(minimum)}{unit}"
            case None, maximum if maximum is not None:
                return f"{also}at most {_text(maximum)}{unit}"
            case minimum, maximum if minimum is not None and minimum == maximum:
                return f"{also}exactly {_text(minimum)}{unit}"
            case minimum, maximum if minimum is not None and maximum is not None:
                return f"{also}from {_text(minimum)} to {_text(maximum)}{unit}"
        raise AssertionError

    def problem(self, name: str, value: float) -> str | None:
        """The sentence that says what is wrong with a number; ``None`` when nothing is.

        Args:
            name: what the user calls the value, ``attempts``.
            value: a known number.
        """
        if self.contains(value):
            return None
        if self.whole and math.isfinite(value) and value != int(value):
            return f"{name} must be a whole number, {self.words}, got {value}"
        return f"{name} must be {self.words}, got {value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What an account may have in a Region.

    Attributes:
        value: the default.
        unit: the plural word for a message.
        adjustable: whether AWS is known to raise it on request. Crossing such a quota is never an error.
        source: where it was read.
        rule: the id of the rule that warns of it; empty when none does.
    """

    value: int
    unit: str
    source: Source
    adjustable: bool = False
    rule: str = ""
