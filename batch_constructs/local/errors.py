"""The errors of the API."""

from __future__ import annotations

import uuid


class ClientError(Exception):
    """A request that AWS Batch refuses; the message is what the caller reads."""

    code = "ClientException"
    status = 400


def refused(words: str) -> ClientError:
    """Return the error of a request that AWS Batch began to carry out, in its words."""
    return ClientError(f"Error executing request, Exception : {words}, RequestId: {uuid.uuid4()}")


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


class UpstreamError(ClientError):
    """The endpoint for other services cannot be reached."""

    code = "ServerException"
    status = 502


class FolderInUseError(RuntimeError):
    """Another local Batch uses the folder of the state."""
