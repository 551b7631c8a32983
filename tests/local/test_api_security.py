"""Who may speak to the local Batch, and what happens to requests that are none."""

from __future__ import annotations

import contextlib
import json
import socket
import stat
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_constructs.facts.operations import operations
from batch_constructs.local.api import guarding, server
from tests.local.requests_by_hand import SIGNED, send
from tests.local.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUBMIT, DESCRIBE = "/v1/submitjob", "/v1/describejobqueues"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("security") / "state").add_resources()
    yield made
    made.close()


def alive(world: World) -> bool:
    """Return whether the server still answers a good request."""
    return send(world.server.url, "POST", DESCRIBE).status == 200


def outside(world: World, tmp_path: Path) -> set[Path]:
    """Return the files next to the folder of the state."""
    state = world.batch.logs._folder.parent
    return {each for each in tmp_path.parent.rglob("*") if not each.is_relative_to(state)}


def raw(world: World, data: bytes, timeout: float = 5) -> bytes:
    """Return what the server answers to bytes."""
    with socket.create_connection(("127.0.0.1", urlsplit(world.server.url).port or 0), timeout) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while more := connection.recv(65_536):
            answer += more
        return answer


def test_the_server_listens_on_loopback_only(world: World) -> None:
    """No other machine can reach it."""
    assert world.server._http.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "headers",
    [
        {**SIGNED, "Origin": "https://example.com"},
        {**SIGNED, "Origin": "null"},
        {**SIGNED, "Host": "example.com"},
        {**SIGNED, "Host": "127.0.0.1.example.com"},
        {**SIGNED, "Host": "localhost.example.com:80"},
        {**SIGNED, "Host": ""},
        {},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer AWS4-HMAC-SHA256"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [SUBMIT, "/v1/tags/x", "/", "/moto-api/reset"])
def test_what_a_web_page_could_send_is_refused(world: World, headers: dict[str, str], path: str) -> None:
    """An origin, a foreign host name (DNS rebinding) or no signature: 403, whatever is asked for."""
    reply = send(world.server.url, "POST", path, headers=headers)
    assert (reply.status, reply.headers["x-amzn-errortype"]) == (403, "AccessDeniedException")


def test_a_preflight_gets_no_permission(world: World) -> None:
    """A browser that asks first is told nothing that would let it go on."""
    reply = send(
        world.server.url,
        "OPTIONS",
        SUBMIT,
        headers={"Origin": "https://example.com", "Access-Control-Request-Headers": "authorization"},
    )
    assert reply.status == 403
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:80", "[::1]:80"])
def test_loopback_names_are_accepted(world: World, host: str) -> None:
    """Whatever the port, since a tunnel may change it."""
    assert send(world.server.url, "POST", DESCRIBE, headers={**SIGNED, "Host": host}).status == 200


@pytest.mark.parametrize("size", [guarding.MAX_BODY + 1, 5 * guarding.MAX_BODY, 10**11])
def test_a_body_that_is_too_long_is_refused_before_it_is_read(world: World, size: int) -> None:
    """The answer names the limit."""
    headers = {**SIGNED, "Content-Length": str(size)}
    reply = send(world.server.url, "POST", SUBMIT, b" " * min(size, 5 * guarding.MAX_BODY), headers=headers)
    assert (reply.status, reply.body["message"]) == (413, "a request must be at most 1048576 bytes long")
    assert alive(world)


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: -1",
        b"Content-Length: 1x",
        b"Content-Length: \xb2",
        b"Content-Length: 1\r\nContent-Length: 2",
        b"Content-Length: 1\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: gzip",
        b"Transfer-Encoding: chunked\r\n\r\nzz",
        b"Transfer-Encoding: chunked\r\n\r\n-1",
    ],
)
def test_a_request_of_unclear_length_is_refused_and_ends_the_connection(world: World, lines: bytes) -> None:
    """Nobody can hide a second request in it."""
    start = f"POST {DESCRIBE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256\r\n".encode()
    answer = raw(world, start + lines + b"\r\n\r\nGET / HTTP/1.1\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413"))
    assert answer.count(b"HTTP/1.1") == 1
    assert b"Connection: close" in answer


def test_a_body_in_chunks_is_read(world: World) -> None:
    """SDKs send one where they do not know the length."""
    start = f"POST {DESCRIBE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256\r\n".encode()
    body = b'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n13;x=y\r\n"jobQueues": ["q"]}\r\n0\r\n\r\n'
    assert b'"jobQueueName": "q"' in raw(world, start + body)


def test_a_body_that_never_comes_ends_the_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are served meanwhile, and the silent one is let go of after the timeout."""
    monkeypatch.setattr(server._Handler, "timeout", 0.3)
    start = f"POST {DESCRIBE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256\r\n"
    with socket.create_connection(("127.0.0.1", urlsplit(world.server.url).port or 0), 10) as connection:
        connection.sendall(f"{start}Content-Length: 100\r\n\r\n{{".encode())
        assert alive(world)
        assert connection.recv(1_000) == b""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{" * 100_000,
        b'{"a":' * 50_000,
        b"[" * 500_000,
        b'{"jobQueues": NaN}',
        b'{"jobQueues": ["\\ud800"]}',
        b'{"maxResults": ' + b"9" * 10_000 + b"}",
        b'{"maxResults": 0}',
        b'{"maxResults": -5}',
        b'{"nextToken": "LTU="}',
        b'{"nextToken": "\\u00e4"}',
    ],
    ids=lambda body: str(body[:24]),
)
def test_a_body_that_is_no_good_is_an_error_of_the_client(world: World, body: bytes) -> None:
    """400, and the server goes on."""
    reply = send(world.server.url, "POST", DESCRIBE, body)
    assert reply.status == (400 if body else 200)


@pytest.mark.parametrize(
    "path",
    [
        "//v1/submitjob",
        "/v1/../v1/submitjob",
        "/v1/submitjob/",
        "/v1/submitjob%00",
        "/v1/",
        "*",
        "/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_a_path_that_is_none_of_the_api_is_refused(world: World, path: str) -> None:
    """No path is a file."""
    assert send(world.server.url, "POST", path).status in {400, 501}


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 1_000,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n",
        b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST http://[ HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request_get_no_page(world: World, data: bytes) -> None:
    """An answer, if there is one, is JSON."""
    answer = raw(world, data)
    assert b"<html" not in answer.lower()
    assert alive(world)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(operation=st.sampled_from(sorted(operations())), data=st.data())
def test_no_request_makes_the_server_fail(world: World, operation: str, data: st.DataObject) -> None:
    """Members of the API with any values: answered or refused, never a ServerException."""
    from batch_constructs.facts.operations import members

    found = operations()[operation]
    names = sorted(members(found.input)) or ["x"]
    body = data.draw(st.dictionaries(st.sampled_from(names), _JSON, max_size=5))
    reply = send(world.server.url, "POST", f"/v1/{operation.lower()}", json.dumps(body))
    assert reply.status in {200, 400, 501}, reply.body


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    operation=st.sampled_from(["GetLogEvents", "FilterLogEvents", "DescribeLogStreams", "DescribeLogGroups"]),
    body=st.dictionaries(
        st.sampled_from(
            [
                "logGroupName",
                "logStreamName",
                "nextToken",
                "limit",
                "startTime",
                "filterPattern",
                "logStreamNames",
            ]
        ),
        _JSON,
        max_size=4,
    ),
)
def test_no_log_request_makes_the_server_fail(world: World, operation: str, body: dict[str, object]) -> None:
    """Answered or refused, never a ServerException."""
    headers = {**SIGNED, "X-Amz-Target": f"Logs_20140328.{operation}"}
    assert send(world.server.url, "POST", "/", json.dumps(body), headers=headers).status in {200, 400}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=400))
def test_random_bytes_never_hang_the_server(world: World, data: bytes) -> None:
    """The connection ends, and the next request is answered."""
    with contextlib.suppress(ConnectionError):
        raw(world, data)
    assert alive(world)


def test_threads_end_with_their_connections(world: World) -> None:
    """Clients that come and go leave nothing behind."""
    before = threading.active_count()
    for _ in range(20):
        alive(world)
    assert threading.active_count() <= before + 5


@pytest.mark.parametrize("name", ["../../escape", "/etc/passwd", "a/../../b", "..", "x\x00y"])
def test_names_cannot_lead_out_of_the_state(world: World, tmp_path: Path, name: str) -> None:
    """Log groups, streams and ids are never parts of a path."""
    before = outside(world, tmp_path)
    container = {
        "image": "busybox",
        "command": ["echo", "x"],
        "resourceRequirements": [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "64"}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": name, "awslogs-stream-prefix": name},
        },
    }
    world.client.register_job_definition(
        jobDefinitionName="out", type="container", containerProperties=container
    )
    job_id = world.submit("out", {"jobQueue": "q", "jobDefinition": "out"})
    assert world.batch.wait(job_id, 20)
    assert world.client.describe_jobs(jobs=[name, f"{job_id}:{name}", f"{job_id}#{name}"])["jobs"] == []
    assert outside(world, tmp_path) == before


def test_only_the_owner_can_read_the_state(world: World) -> None:
    """Folders are 0700, files 0600: logs and jobs may hold secrets."""
    folder = world.batch.logs._folder.parent
    kept = [folder, *(each for each in folder.rglob("*") if "work" not in each.parts)]
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in kept}
    assert {name for name, mode in modes.items() if mode & 0o077} == set()
    assert len(modes) > 3
