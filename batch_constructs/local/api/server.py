"""The HTTP server on loopback: it finds the operation of a request, or forwards it to the upstream."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import threading
import time
import uuid
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from batch_constructs.facts.operations import operations
from batch_constructs.local import metadata
from batch_constructs.local.api.adoption import adopt
from batch_constructs.local.api.calls import call
from batch_constructs.local.api.guarding import (
    MAX_BODY,
    MAX_FORWARDED,
    document_of,
    read_body,
    refuse_strangers,
)
from batch_constructs.local.api.log_reads import READS, TARGET, log_group, read
from batch_constructs.local.errors import ClientError, NotServedError, UpstreamError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from batch_constructs.local.batch import LocalBatch
    from batch_constructs.local.upstream import Upstream

_SCOPE = re.compile(r"Credential=[^/]*/[0-9]*/([a-z0-9-]+)/")
_TAGS = "/v1/tags/"
_MOTO_API = "/moto-api/"
# CloudFormation of the upstream makes resources in the upstream's own Batch.
_STACK_CALLS = (b"Action=CreateStack", b"Action=UpdateStack", b"Action=ExecuteChangeSet")
_DRAIN_SECONDS = 1
_LONGEST_DRAIN_SECONDS = 10
_BY_PATH = {each.path: name for name, each in operations().items()}


class Server:
    """Serves a local Batch until it is closed.

    Attributes:
        url: Where it listens.
    """

    def __init__(self, batch: LocalBatch, port: int = 0, upstream: Upstream | None = None) -> None:
        batch.upstream = upstream
        self._http = _HttpServer(("127.0.0.1", port), partial(_Handler, batch, upstream))
        self.url = f"http://localhost:{self._http.server_address[1]}"
        batch.launcher.metadata.url = self.url
        batch.launcher.endpoints = {
            "AWS_ENDPOINT_URL_BATCH": self.url,
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": self.url,
            **({"AWS_ENDPOINT_URL": self.url} if upstream else {}),
        }
        threading.Thread(target=self._http.serve_forever, name="batch-api", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._http.shutdown()
        self._http.server_close()


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that have gone."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "batch-constructs", ""
    wbufsize = -1  # an answer leaves in one piece
    disable_nagle_algorithm = True
    timeout = 60

    def __init__(self, batch: LocalBatch, upstream: Upstream | None, *base: Any) -> None:
        self._batch = batch
        self._upstream = upstream
        super().__init__(*base)

    def do_POST(self) -> None:
        """Answer a request."""
        self._answer()

    do_GET = do_DELETE = do_OPTIONS = do_PUT = do_HEAD = do_PATCH = do_POST  # noqa: N815 - the names that the base class calls

    def log_message(self, *_: object) -> None:
        """Write nothing: callers see each answer."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is not a request of HTTP."""
        del explain
        self.close_connection = True
        self._send(code, {"message": message or "this is not a request"}, "ClientException")

    def _answer(self) -> None:
        try:
            body = self._body()
        except ClientError as error:
            # What is left of the request would be taken for the next one.
            self.close_connection = True
            self._send(error.status, {"message": str(error)}, error.code)
            self._drain()
            return
        except OSError:
            self.close_connection = True
            return
        try:
            answer = self._served(body)
        except _ForeignError:
            self._forward(body)
        except ClientError as error:
            self._send(error.status, {"message": str(error)}, error.code)
        except Exception as error:  # noqa: BLE001 - a request must never end the server
            self._send(500, {"message": f"{type(error).__name__}: {error}"}, "ServerException")
        else:
            self._send(200, answer)

    def _body(self) -> bytes:
        """Return the body of a request that may be answered."""
        reset = bool(self._upstream) and self.path.startswith(_MOTO_API)
        # Containers ask for metadata without a signature; the path is a secret that only they know.
        refuse_strangers(self.headers, signed=not (reset or self._asks_metadata()))
        limit = MAX_BODY if self._is_ours() or not self._upstream else MAX_FORWARDED
        return read_body(self.headers, self.rfile, limit)

    def _drain(self) -> None:
        """Read what the client is still sending, for a moment: it reads the answer only afterwards."""
        self.wfile.flush()
        self.connection.settimeout(_DRAIN_SECONDS)
        deadline, left = time.monotonic() + _LONGEST_DRAIN_SECONDS, 8 * MAX_BODY
        with contextlib.suppress(OSError):
            # A busy machine hands over little at a time, so bytes are counted, not reads.
            while left > 0 and time.monotonic() < deadline and (data := self.rfile.read1(MAX_BODY)):
                left -= len(data)

    def _is_ours(self) -> bool:
        path = self._url().path
        return self.headers.get("X-Amz-Target", "").startswith(TARGET) or path.startswith("/v1/")

    def _url(self) -> SplitResult:
        try:
            return urlsplit(self.path)
        except ValueError:
            raise ClientError("the path is not one of a URL") from None

    def _asks_metadata(self) -> bool:
        return self.command == "GET" and self.path.startswith(metadata.PATH)

    def _served(self, body: bytes) -> dict[str, Any]:
        if self._asks_metadata():
            found = self._batch.launcher.metadata.answer(self.path)
            if found is None:
                raise _NotFoundError("there is no such container")
            return found
        target = self.headers.get("X-Amz-Target", "")
        if target.startswith(TARGET):
            return self._read_logs(target.removeprefix(TARGET), document_of(body))
        url = self._url()
        if url.path.startswith(_TAGS):
            return self._tags(unquote(url.path.removeprefix(_TAGS)), parse_qs(url.query), body)
        if own := self._batch.own_calls.get(url.path):
            return own(document_of(body))
        operation = _BY_PATH.get(url.path) if self.command == "POST" else None
        if operation is None and self._upstream:
            raise _ForeignError
        if operation is None:
            raise NotServedError(f"{self.command} {url.path} is not an operation of AWS Batch")
        return call(self._batch, operation, document_of(body), self._region())

    def _region(self) -> str:
        """Return the Region that the request was signed for."""
        scope = _SCOPE.search(self.headers.get("Authorization", ""))
        return scope[1] if scope else ""

    def _tags(self, arn: str, query: dict[str, list[str]], body: bytes) -> dict[str, Any]:
        match self.command:
            case "GET":
                return call(self._batch, "ListTagsForResource", {"resourceArn": arn})
            case "DELETE":
                keys = query.get("tagKeys", [])
                return call(self._batch, "UntagResource", {"resourceArn": arn, "tagKeys": keys})
            case "POST":
                return call(self._batch, "TagResource", {**document_of(body), "resourceArn": arn})
        raise NotServedError(f"{self.command} {_TAGS} is not an operation of AWS Batch")

    def _read_logs(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if self._upstream and not (operation in READS and self._batch.logs.has(log_group(request))):
            raise _ForeignError
        if operation not in READS:
            raise NotServedError(
                f"The local Batch does not have the operation {operation} of CloudWatch Logs."
            )
        return read(self._batch.logs, operation, request)

    def _forward(self, body: bytes) -> None:
        assert self._upstream is not None
        if self.path == f"{_MOTO_API}reset":
            self._batch.reset()
        try:
            reply = self._upstream.forward(self.command, self.path, dict(self.headers), body)
            if any(each in body[:MAX_BODY] for each in _STACK_CALLS):
                adopt(self._batch, self._upstream)
        except (OSError, UpstreamError) as error:
            self._send(502, {"message": f"{self._upstream.url}: {error}"}, "ServerException")
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", reply.length)
        self.end_headers()
        self.wfile.write(reply.body)

    def _send(self, status: int, answer: dict[str, Any], code: str = "") -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        if code:
            self.send_header("x-amzn-errortype", code)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


class _ForeignError(Exception):
    """The request is for another service."""


class _NotFoundError(ClientError):
    code = "NotFoundException"
    status = 404
