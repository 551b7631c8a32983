"""Numeric ranges and quotas, with their messages."""

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
    """The numbers that AWS accepts, including both ends.

    Attributes:
        minimum: The smallest number; ``None`` for no minimum.
        maximum: The largest number; ``None`` for no maximum.
        unit: The unit in messages, in plural: ``seconds``; empty for a number without a unit.
        source: The document that states it.
        rule: The id of the rule that enforces it; empty if several or no rules do.
        also: Accepted numbers outside the range, such as a 0 for off.
        default: The default of AWS, if it is a number.
        whole: Whether only whole numbers are accepted.
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
        """Return whether AWS accepts a number, which must be known: not a token."""
        if not math.isfinite(value) or (self.whole and value != int(value)):
            return False
        above = self.minimum is None or value >= self.minimum
        below = self.maximum is None or value <= self.maximum
        return (above and below) or value in self.also

    @property
    def words(self) -> str:
        """The range in words for a message: ``from 1 to 10 attempts``, ``at least 60 seconds``."""
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
        """Return the message about a number outside the range; ``None`` if AWS accepts it.

        Args:
            name: The user's name of the value, such as ``attempts``.
            value: A known number.
        """
        if self.contains(value):
            return None
        if self.whole and math.isfinite(value) and value != int(value):
            return f"{name} must be a whole number, {self.words}, got {value}"
        return f"{name} must be {self.words}, got {value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A service quota of an account in a Region.

    Attributes:
        value: The default.
        unit: The unit in messages, in plural.
        source: The document that states it.
        adjustable: Whether AWS is known to raise it on request. Exceeding such a quota is never an error.
        rule: The id of the rule that warns about it; empty if none does.
    """

    value: int
    unit: str
    source: Source
    adjustable: bool = False
    rule: str = ""
