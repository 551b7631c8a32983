"""What is known while Python runs, and what only CloudFormation will know.

A token is a placeholder that the CDK resolves at synth. It must pass through every check untouched, and telling
it apart must not cross the jsii border, so the CDK's own encodings are read here: ``${Token[…]}`` in strings,
``#{Token[…]}`` in lists, and numbers below about -1.8e289.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_cdk import Duration, Size

_NUMBER_TOKEN_CEILING = -1e280


def known(value: Any) -> bool:
    """Whether a value is literal: no token in it, at any depth. ``None`` is known."""
    match value:
        case None | bool():
            return True
        case str():
            return "${Token[" not in value and "#{Token[" not in value
        case int() | float():
            return value > _NUMBER_TOKEN_CEILING
        case Mapping():
            return all(known(key) and known(item) for key, item in value.items())
        case Collection():
            return all(known(item) for item in value)
        case _:
            # An IResolvable, or any other object that only the CDK understands.
            return False


def seconds(duration: Duration | None) -> int | float | None:
    """A duration as seconds for a template, one border crossing; a token stays a token."""
    return None if duration is None else duration.to_seconds()


def minutes(duration: Duration | None) -> int | float | None:
    """A duration as minutes for a template, one border crossing; a token stays a token."""
    return None if duration is None else duration.to_minutes(integral=False)


def mebibytes(size: Size | None) -> int | float | None:
    """A size as MiB for a template, one border crossing; a token stays a token, and a part of a MiB is kept."""
    if size is None:
        return None
    from aws_cdk import SizeRoundingBehavior  # noqa: PLC0415 - whoever has a size has imported it

    # The CDK would fail at parts with an error of JavaScript, which says neither whose value it is nor what to do.
    return size.to_mebibytes(rounding=SizeRoundingBehavior.NONE)


def gibibytes(size: Size | None) -> int | float | None:
    """A size as GiB for a template, one border crossing; a token stays a token."""
    return None if size is None else size.to_gibibytes()


def as_string(number: float) -> str:
    """A number as the string that CloudFormation wants for it; a token becomes a string token."""
    if not known(number):
        from aws_cdk import Tokenization  # noqa: PLC0415 - only tokens need the CDK

        return Tokenization.stringify_number(number)
    return str(int(number)) if number == int(number) else repr(number)
