"""Requests that no SDK would send."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/batch/aws4_request, "
    "SignedHeaders=host, Signature=0",
    "Content-Type": "application/json",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, headers and the members of the body."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


def send(
    url: str,
    method: str,
    path: str,
    body: str | bytes = b"{}",
    *,
    headers: dict[str, str] | None = None,
    timeout: float = 10,
) -> Reply:
    """Send a request as it is; without ``headers`` it is signed."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=timeout)
    try:
        connection.request(method, path, body, SIGNED if headers is None else headers)
        answer = connection.getresponse()
        text = answer.read()
        lowered = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, lowered, json.loads(text))
    finally:
        connection.close()
