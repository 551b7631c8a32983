"""The errors of the API."""

from __future__ import annotations


class ClientError(Exception):
    """A request that AWS Batch refuses; the message is what the caller reads."""

    code = "ClientException"
    status = 400


class ValidationError(ClientError):
    """A value that is too short or too long."""

    code = "ValidationError"


class InvalidParameterError(ClientError):
    """A value that AWS Batch does not know."""

    code = "InvalidParameterValue"


class NotServedError(ClientError):
    """An operation, or a part of one, that the local Batch does not have."""

    code = "NotImplementedException"
    status = 501
