"""The HTTP server on loopback.

It runs commands, so a web page that the user visits must not reach it: requests with an ``Origin``, with a ``Host``
that is no loopback name, or without a signature are refused. A page cannot send the signature's header without asking
first, and gets no for an answer.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from batch_constructs.facts.operations import operations
from batch_constructs.local import metadata
from batch_constructs.local.api.adoption import adopt
from batch_constructs.local.api.calls import call
from batch_constructs.local.api.log_reads import READS, TARGET, log_group
from batch_constructs.local.errors import ClientError, NotServedError

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch
    from batch_constructs.local.upstream import Upstream

MAX_BODY = 1024 * 1024
_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?\Z")
_SCOPE = re.compile(r"Credential=[^/]*/[0-9]*/([a-z0-9-]+)/")
_SIGNED = "AWS4-HMAC-SHA256"
_TAGS = "/v1/tags/"
_MOTO_API = "/moto-api/"
# CloudFormation of the upstream makes resources in the upstream's own Batch.
_STACK_CALLS = (b"Action=CreateStack", b"Action=UpdateStack", b"Action=ExecuteChangeSet")


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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
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

    do_GET = do_DELETE = do_OPTIONS = do_PUT = do_POST  # noqa: N815 - the names that the base class calls

    def log_message(self, *_: object) -> None:
        """Write nothing: callers see each answer."""

    def _answer(self) -> None:
        try:
            body = self._body()
            self._refuse_strangers()
            try:
                answer = self._served(body)
            except _ForeignError:
                self._forward(body)
                return
        except ClientError as error:
            self._send(error.status, {"message": str(error)}, error.code)
        except Exception as error:  # noqa: BLE001 - a request must never end the server
            self._send(500, {"message": f"{type(error).__name__}: {error}"}, "ServerException")
        else:
            self._send(200, answer)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            raise _TooLargeError(f"a request must be at most {MAX_BODY} bytes long")
        return self.rfile.read(int(length))

    def _refuse_strangers(self) -> None:
        if "Origin" in self.headers or not _LOOPBACK.match(self.headers.get("Host", "")):
            raise _ForbiddenError("requests of web pages are refused")
        if self._upstream and self.path.startswith(_MOTO_API):
            return
        # Containers ask without a signature; the path is a secret that only they know.
        if self._asks_metadata():
            return
        if not self.headers.get("Authorization", "").startswith(_SIGNED):
            raise _ForbiddenError("a request must be signed, with any credentials")

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
            return self._read_logs(target.removeprefix(TARGET), _document(body))
        path = urlsplit(self.path)
        if path.path.startswith(_TAGS):
            return self._tags(unquote(path.path.removeprefix(_TAGS)), parse_qs(path.query), body)
        if own := self._batch.own_calls.get(path.path):
            return own(_document(body))
        operation = _BY_PATH.get(path.path) if self.command == "POST" else None
        if operation is None and self._upstream:
            raise _ForeignError
        if operation is None:
            raise NotServedError(f"{self.command} {path.path} is not an operation of AWS Batch")
        return call(self._batch, operation, _document(body), self._region())

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
        return call(self._batch, "TagResource", {**_document(body), "resourceArn": arn})

    def _read_logs(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if self._upstream and (operation not in READS or not self._batch.logs.has(log_group(request))):
            raise _ForeignError
        if operation not in READS:
            raise NotServedError(
                f"The local Batch does not have the operation {operation} of CloudWatch Logs."
            )
        return READS[operation](self._batch.logs, request)

    def _forward(self, body: bytes) -> None:
        assert self._upstream is not None
        if self.path == f"{_MOTO_API}reset":
            self._batch.reset()
        try:
            reply = self._upstream.forward(self.command, self.path, dict(self.headers), body)
        except OSError as error:
            self._send(
                502, {"message": f"{self._upstream.url} cannot be reached: {error}"}, "ServerException"
            )
            return
        if any(each in body for each in _STACK_CALLS):
            adopt(self._batch, self._upstream)
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
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
        self.end_headers()
        self.wfile.write(data)


class _ForbiddenError(ClientError):
    code = "AccessDeniedException"
    status = 403


class _ForeignError(Exception):
    """The request is for another service."""


class _NotFoundError(ClientError):
    code = "NotFoundException"
    status = 404


class _TooLargeError(ClientError):
    code = "RequestEntityTooLargeException"
    status = 413


_BY_PATH = {each.path: name for name, each in operations().items()}


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise ClientError("the request is no JSON") from None
    if not isinstance(document, dict):
        raise ClientError("the request must be an object")
    return document
