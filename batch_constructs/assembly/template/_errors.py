"""The error for input that cannot be checked at all."""

from __future__ import annotations


class UnreadableInputError(Exception):
    """The input is neither a CloudFormation template nor a cloud assembly; the message is one sentence with the reason."""
