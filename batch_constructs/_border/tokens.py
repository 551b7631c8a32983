"""Literal values and tokens.

A token is a placeholder that the CDK resolves at synth. It must pass every check unchanged. To recognize it without a
call to Node.js, this module reads the CDK's encodings: ``${Token[…]}`` in strings,
``#{Token[…]}`` in lists, and numbers below about -1.8e289.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_cdk import Duration, Size

_NUMBER_TOKEN_CEILING = -1e280


def known(value: Any) -> bool:
    """Return whether a value is literal, without a token at any depth. ``None`` is literal."""
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
            # An IResolvable, or another object that only the CDK understands.
            return False


def seconds(duration: Duration | None) -> int | float | None:
    """Return a duration in seconds, with one call to Node.js; a token stays a token."""
    return None if duration is None else duration.to_seconds()


def minutes(duration: Duration | None) -> int | float | None:
    """Return a duration in minutes, with one call to Node.js; a token stays a token."""
    return None if duration is None else duration.to_minutes(integral=False)


def mebibytes(size: Size | None) -> int | float | None:
    """Return a size in MiB, with one call to Node.js; a token stays a token, and fractions are kept."""
    if size is None:
        return None
    from aws_cdk import SizeRoundingBehavior  # noqa: PLC0415 - a caller with a size has imported it

    # By default, the CDK raises an error for fractions, which names neither the argument nor a remedy.
    return size.to_mebibytes(rounding=SizeRoundingBehavior.NONE)


def gibibytes(size: Size | None) -> int | float | None:
    """Return a size in GiB, with one call to Node.js; a token stays a token."""
    return None if size is None else size.to_gibibytes()


def as_string(number: float) -> str:
    """Return a number as the string that CloudFormation expects; a token becomes a string token."""
    if not known(number):
        from aws_cdk import Tokenization  # noqa: PLC0415 - only tokens need the CDK

        return Tokenization.stringify_number(number)
    return str(int(number)) if number == int(number) else repr(number)
