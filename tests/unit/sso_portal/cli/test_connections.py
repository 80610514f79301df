"""Connections on waitress: what goes over the wire is what waitress would send, in fewer pieces."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from waitress.adjustments import Adjustments
from waitress.task import WSGITask

from sso_portal.cli.connections import Channel, Task
from sso_portal.cli.on_waitress import Server
from sso_portal.cli.readiness import Connections
from sso_portal.cli.relay import Relay

LONG = 30
LARGE = 12_000_000
Application = Callable[[dict[str, Any], Any], Any]


@contextmanager
def server_of(app: Application) -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(
        app,
        Connections(),
        True,
        listener,
        Relay(2),
        Adjustments(ident=None, clear_untrusted_proxy_headers=False, connection_limit=500),
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        bind_socket=False,
        stop_seconds=5,
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(LONG)
        assert not thread.is_alive()


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.effective_port)), timeout=LONG)


def asked(server: Server, request: bytes) -> bytes:
    """What comes until the server closes the connection."""
    with connect(server) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return answer


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Does what the path says."""
    path = environ["PATH_INFO"]
    if path == "/parts":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return iter([b"one ", b"", b"two"])
    if path == "/nothing":
        start_response("304 Not Modified", [("ETag", '"x"')])
        return []
    if path == "/large":
        start_response("200 OK", [("Content-Length", str(LARGE))])
        return [b"a" * LARGE]
    if path == "/slow":
        time.sleep(0.3)
    body = b"" if environ["REQUEST_METHOD"] == "HEAD" else b"you asked " + path.encode() + environ["wsgi.input"].read()
    length = len(b"you asked " + path.encode()) if environ["REQUEST_METHOD"] == "HEAD" else len(body)
    start_response(
        "200 OK", [("content-type", "text/plain"), ("Content-Length", str(length)), ("x-a", "1"), ("X-A", "2")]
    )
    return [body] if body else []


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with server_of(application) as server:
        yield server


CLOSE = b"Host: a\r\nConnection: close\r\n\r\n"


def test_an_answer_with_its_head_is_one_packet(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []

    def send(self: Channel, data: bytes, do_close: bool = True) -> int:
        sent.append(data)
        return int(self.socket.send(data))

    monkeypatch.setattr(Channel, "send", send)
    with connect(server) as connection:
        for number in range(3):
            connection.sendall(b"GET /here HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"you asked /here" in connection.recv(4_096)
            assert len(sent) == number + 1
    assert sent[0].startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_that_come_at_once_are_answered_in_their_order(server: Server) -> None:
    requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(60))
    answer = asked(server, requests + b"GET /last HTTP/1.1\r\n" + CLOSE)
    bodies = [part.partition(b"HTTP/1.1")[0] for part in answer.split(b"you asked ")[1:]]
    assert bodies == [*(b"/%d" % number for number in range(60)), b"/last"]


def test_a_slow_reader_gets_all_of_a_large_answer_and_nobody_waits_for_it(server: Server) -> None:
    with connect(server) as slow:
        slow.sendall(b"GET /large HTTP/1.1\r\n" + CLOSE)
        assert b"you asked /meanwhile" in asked(server, b"GET /meanwhile HTTP/1.1\r\n" + CLOSE)
        received = bytearray()
        while part := slow.recv(1_000_000):
            received += part
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    assert b"Connection: close" in head
    assert body == b"a" * LARGE


def test_a_reader_that_goes_away_harms_nobody(server: Server) -> None:
    for _ in range(3):
        with connect(server) as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            connection.recv(1_000)
    assert b"you asked /after" in asked(server, b"GET /after HTTP/1.1\r\n" + CLOSE)
    until = time.monotonic() + LONG
    while server.active_channels and time.monotonic() < until:
        time.sleep(0.01)
    assert not server.active_channels


def test_a_slow_answer_keeps_nobody_waiting(server: Server) -> None:
    with connect(server) as slow:
        slow.sendall(b"GET /slow HTTP/1.1\r\n" + CLOSE)
        began = time.monotonic()
        for _ in range(5):
            assert b"you asked /quick" in asked(server, b"GET /quick HTTP/1.1\r\n" + CLOSE)
        assert time.monotonic() - began < 0.25
        assert b"you asked /slow" in slow.recv(4_096)


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        (b"HEAD /here HTTP/1.1", b"Content-Length: 15\r\n"),
        (b"GET /nothing HTTP/1.1", b"HTTP/1.1 304 Not Modified\r\n"),
        (b"GET /parts HTTP/1.1", b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"),
        (b"GET /here HTTP/1.0", b"HTTP/1.0 200 OK\r\n"),
        (b"NONSENSE", b" 400 Bad Request\r\n"),
    ],
)
def test_answers_of_other_kinds(server: Server, request_line: bytes, expected: bytes) -> None:
    answer = asked(server, request_line + b"\r\n" + CLOSE)
    assert expected in answer
    assert answer.count(b"HTTP/1.") == 1
    if request_line.startswith(b"HEAD") or b"304" in expected:
        assert answer.endswith(b"\r\n\r\n")


def test_who_waits_to_be_told_to_go_on_is_told(server: Server) -> None:
    with connect(server) as connection:
        head = (
            b"POST /here HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        connection.sendall(head)
        assert connection.recv(4_096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        assert connection.recv(4_096).endswith(b"you asked /hereabc")


class Heads:
    """A channel that stands for any other."""

    def __init__(self) -> None:
        self.server = type("Server", (), {"is_stopping": False, "adj": Adjustments(ident=None)})


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
@pytest.mark.parametrize("connection", ["", "close", "Keep-Alive", "CLOSE", "x"])
@pytest.mark.parametrize("status", ["200 OK", "204 No Content", "304 Not Modified", "404 Not Found"])
@pytest.mark.parametrize("length", [None, 0, 5])
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("WWW-Authenticate", "a"), ("set-cookie", "a=b"), ("Set-Cookie", "c=d"), ("ETag", '"é"')],
        [("Content-Length", "5")],
        [("Date", "yesterday")],
        [("Server", "other")],
        [("Connection", "close")],
    ],
)
def test_heads_are_those_that_waitress_writes(
    version: str, connection: str, status: str, length: int | None, headers: list[tuple[str, str]]
) -> None:
    if ("Content-Length", "5") in headers:
        # What the application tells is known.
        length = 5

    def written(kind: type[WSGITask]) -> tuple[bytes, list[bytes], bool]:
        request = type("Request", (), {"version": version, "headers": {"CONNECTION": connection} if connection else {}})
        task = kind(Heads(), request)
        task.response_headers, task.status, task.content_length, task.start_time = list(headers), status, length, 10.0
        first, *lines = task.build_response_header().split(b"\r\n")
        return first, sorted(lines), task.close_on_finish

    assert written(Task) == written(WSGITask)


def test_whoever_is_idle_is_not_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    questions: list[Channel] = []
    readable = Channel.readable

    def noted(self: Channel) -> bool:
        questions.append(self)
        return bool(readable(self))

    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(connect(server))
        assert b"you asked" in asked(server, b"GET /here HTTP/1.1\r\n" + CLOSE)
        monkeypatch.setattr(Channel, "readable", noted)
        for _ in range(10):
            assert b"you asked" in asked(server, b"GET /here HTTP/1.1\r\n" + CLOSE)
        assert 0 < len(questions) < 100


def test_at_the_end_those_who_are_being_answered_are_answered_and_told() -> None:
    with server_of(application) as server, connect(server) as slow, connect(server):
        slow.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.1)
        server.stop()
        answer = slow.recv(4_096)
        assert b"you asked /slow" in answer
        assert b"Connection: close" in answer
        assert slow.recv(4_096) == b""
