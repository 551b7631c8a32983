"""Refuses requests that do not come from an SDK of the user, and bodies that are not valid.

The server runs commands, so a web page that the user visits must not reach it. Requests with an ``Origin``, with
a ``Host`` that is no loopback name, or without a signature are refused. A page cannot send the header of the signature
without asking first, and the answer to that question is no.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from batch_constructs.local.errors import ClientError

if TYPE_CHECKING:
    from email.message import Message
    from io import BufferedIOBase

MAX_BODY = 1024 * 1024
"""Bytes of a request to AWS Batch or CloudWatch Logs."""
MAX_FORWARDED = 256 * MAX_BODY
"""Bytes of a request to another service."""

_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?\Z")
_SIGNED = "AWS4-HMAC-SHA256"
_LENGTH = re.compile(r"[0-9]{1,12}\Z")
_LONGEST_CHUNK_LINE = 256


class ForbiddenError(ClientError):
    """A request that does not come from an SDK of the user."""

    code = "AccessDeniedException"
    status = 403


class TooLargeError(ClientError):
    """A body that is too long."""

    code = "RequestEntityTooLargeException"
    status = 413


def refuse_strangers(headers: Message, *, signed: bool = True) -> None:
    """Refuse requests of web pages, and those that are not signed.

    Args:
        headers: The headers of the request.
        signed: Whether the request must have a signature, of any credentials.

    Raises:
        ForbiddenError: It is refused.
    """
    hosts = headers.get_all("Host") or [""]
    if "Origin" in headers or len(hosts) != 1 or not _LOOPBACK.match(hosts[0]):
        raise ForbiddenError("requests of web pages are refused")
    if signed and not headers.get("Authorization", "").startswith(_SIGNED):
        raise ForbiddenError("a request must be signed, with any credentials")


def read_body(headers: Message, file: BufferedIOBase, limit: int) -> bytes:
    """Read the body of a request.

    Args:
        headers: The headers of the request.
        file: What follows them.
        limit: The most bytes that it may have.

    Raises:
        ClientError: It is too long, or does not say where it ends.
        OSError: The client has gone, or sends nothing any more.
    """
    lengths = set(headers.get_all("Content-Length") or ())
    if "Transfer-Encoding" in headers:
        if lengths or headers["Transfer-Encoding"].strip().lower() != "chunked":
            raise ClientError("the length of the request is not clear")
        return _chunks(file, limit)
    length = lengths.pop() if lengths else "0"
    if lengths or not _LENGTH.match(length):
        raise ClientError("the length of the request is not clear")
    if int(length) > limit:
        raise TooLargeError(f"a request must be at most {limit} bytes long")
    return _exactly(file, int(length))


def document_of(body: bytes) -> dict[str, Any]:
    """Return the members of a request in JSON.

    Raises:
        ClientError: It is not JSON, or not an object.
    """
    try:
        document = json.loads(body or b"{}", parse_constant=_refuse_constant)
        if b"\\u" in body:
            json.dumps(document, ensure_ascii=False).encode()  # half of a surrogate pair is not a character
    except (ValueError, RecursionError):
        raise ClientError("the request is no JSON") from None
    if not isinstance(document, dict):
        raise ClientError("the request must be an object")
    return document


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _chunks(file: BufferedIOBase, limit: int) -> bytes:
    found = bytearray()
    while True:
        size, _, _ = file.readline(_LONGEST_CHUNK_LINE).partition(b";")
        try:
            length = int(size.strip(), 16)
        except ValueError:
            raise ClientError("the length of the request is not clear") from None
        if length < 0 or len(found) + length > limit:
            raise TooLargeError(f"a request must be at most {limit} bytes long")
        found += _exactly(file, length)
        end = file.readline(_LONGEST_CHUNK_LINE)
        if not length:
            # Trailers may follow the last chunk, up to an empty line.
            while end.strip():
                end = file.readline(_LONGEST_CHUNK_LINE)
            return bytes(found)


def _exactly(file: BufferedIOBase, length: int) -> bytes:
    body = file.read(length)
    if len(body) < length:
        raise ConnectionError("the request ended too early")
    return body
