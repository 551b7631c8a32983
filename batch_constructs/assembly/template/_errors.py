"""What can go wrong before there is anything to check."""

from __future__ import annotations


class UnreadableInputError(Exception):
    """The input is no CloudFormation template and no cloud assembly; the message is one sentence that says why."""
