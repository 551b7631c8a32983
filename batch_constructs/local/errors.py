"""The errors of the API."""

from __future__ import annotations


class ClientError(Exception):
    """A request that AWS Batch refuses; the message is what the caller reads."""

    code = "ClientException"
    status = 400


class NotServedError(ClientError):
    """An operation, or a part of one, that the local Batch does not have."""

    code = "NotImplementedException"
    status = 501
