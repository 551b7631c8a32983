"""The endpoint for all other services: moto, LocalStack or whatever the user runs."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from batch_constructs.local.errors import UpstreamError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the upstream."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    length: str
    """The length that the upstream says; the answer to HEAD has no body."""


class Upstream:
    """Forwards requests to another endpoint.

    Args:
        url: The endpoint, such as ``http://localhost:5000``.
        region: The Region of the requests that the local Batch sends by itself.
    """

    def __init__(self, url: str, region: str) -> None:
        self.url = url
        self._region = region
        self._address = urlsplit(url)

    def forward(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a request as it came, and return the answer.

        Raises:
            OSError: The endpoint cannot be reached.
        """
        connection = http.client.HTTPConnection(
            self._address.hostname or "", self._address.port, timeout=_TIMEOUT
        )
        try:
            kept = {name: value for name, value in headers.items() if name.lower() not in _NOT_PASSED_ON}
            connection.request(method, path, body, kept | {"Host": headers.get("Host", self._address.netloc)})
            answer = connection.getresponse()
            passed_on = [each for each in answer.getheaders() if each[0].lower() not in _NOT_PASSED_ON]
            content = answer.read()
            length = answer.headers.get("Content-Length") or str(len(content))
            return Reply(answer.status, passed_on, content, length)
        except http.client.HTTPException as error:
            raise ConnectionError(f"{type(error).__name__}: {error}") from None
        finally:
            connection.close()

    def ask(self, service: str, target: str, path: str, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request of our own, and return the members of the answer; none if it is refused.

        Raises:
            UpstreamError: The endpoint cannot be reached.
        """
        try:
            reply = self.send(service, target, path, request)
        except OSError as error:
            raise UpstreamError(f"{self.url} cannot be reached: {error}") from None
        if reply.status != 200:
            return {}
        answer: dict[str, Any] = json.loads(reply.body or b"{}")
        return answer

    def send(self, service: str, target: str, path: str, request: dict[str, Any]) -> Reply:
        """Send a request of our own, in JSON, and return the answer.

        Args:
            service: The service's name in a signature, such as ``ecs``.
            target: The value of ``X-Amz-Target``, or nothing.
            path: The path.
            request: The members of the request.
        """
        headers = {
            "Authorization": self._authorization(service),
            "Content-Type": "application/x-amz-json-1.1" if target else "application/json",
            **({"X-Amz-Target": target} if target else {}),
        }
        return self.forward("POST", path, headers, json.dumps(request).encode())

    def query(self, service: str, version: str, action: str, **members: str) -> Reply:
        """Send a request of our own to a service that takes forms, and return the answer.

        Args:
            service: The service's name in a signature, such as ``sns``.
            version: The version of its API.
            action: The action.
            **members: The members of the request.
        """
        form = urlencode({"Action": action, "Version": version, **members})
        headers = {
            "Authorization": self._authorization(service),
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        return self.forward("POST", "/", headers, form.encode())

    def _authorization(self, service: str) -> str:
        scope = f"Credential=local/20260101/{self._region}/{service}/aws4_request"
        return f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=local"
