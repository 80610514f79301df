"""Answers that wait for the disk: none is told before it is true, and none out of its order."""

from __future__ import annotations

import logging
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from waitress.adjustments import Adjustments

from sso_portal.cli.on_waitress import Server
from sso_portal.cli.patience import PatientChannel
from sso_portal.cli.readiness import Connections
from sso_portal.cli.relay import Relay
from sso_portal.cli.row import Row
from sso_portal.storage.database import Database
from sso_portal.storage.versions import bump_version
from sso_testkit.counting import Counted, counting
from sso_testkit.together import together
from tests.support.writing_application import LONG, WritingApplication

PATHS = ("/write", "/break", "/slow", "/own", "/large", "/file", "/fail", "/hash")


class House(WritingApplication):
    """A server whose answers write."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Relay(4))
        listener = socket.create_server(("127.0.0.1", 0))
        self.server = Server(
            self.answer,
            Connections(),
            True,
            listener,
            self.relay,
            Adjustments(ident=None, clear_untrusted_proxy_headers=False, connection_limit=500),
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
            stop_seconds=5,
        )
        shared = database.commit_together(self.relay.is_relieved)
        assert shared is not None
        self.server.answer_together(Row(shared, PATHS))
        self.thread = threading.Thread(target=self.server.run)

    def answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        number = self.act(path)
        if path == "/own":
            with self.database.transaction() as own:
                bump_version(own, "own")
        body = f"seen {number}.".encode() + b"a" * (2_000_000 if path == "/large" else 0)
        start_response("200 OK", [("Content-Length", str(len(body))), ("X-Request-Id", "trace-1")])
        if path == "/file":
            file = Path(self.database.engine.url.database or "").with_name("file")
            file.write_bytes(body)
            return environ["wsgi.file_wrapper"](file.open("rb"))
        return [body]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", int(self.server.effective_port)), timeout=LONG)

    def ask(self, *paths: str, version: str = "1.1") -> str:
        """All that comes until the server closes; the requests are sent at once."""
        with self.connect() as connection:
            connection.sendall(requests(*paths[:-1]) + f"GET {paths[-1]} HTTP/{version}\r\n".encode() + CLOSE)
            return everything(connection)


CLOSE = b"Host: a\r\nConnection: close\r\n\r\n"


def requests(*paths: str) -> bytes:
    return b"".join(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for path in paths)


def everything(connection: socket.socket) -> str:
    answer = b""
    while part := connection.recv(65_536):
        answer += part
    return answer.decode()


def seen(answer: str) -> list[int]:
    return [int(part.partition(".")[0]) for part in answer.split("seen ")[1:]]


@contextmanager
def running(house: House) -> Iterator[House]:
    house.thread.start()
    try:
        yield house
    finally:
        house.end.set()
        house.server.stop()
        house.thread.join(LONG)
        assert not house.thread.is_alive()


@pytest.fixture
def house(tmp_path: Path, migrated_sqlite: Path) -> Iterator[House]:
    file = tmp_path / "together.sqlite3"
    shutil.copy(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}", synchronous="OFF", pool_size=30)
    with running(House(database)) as house:
        yield house
    assert database.connections.taken == 0
    database.close()


def ask_together(house: House, *paths: str) -> list[str]:
    """One request of each of several connections."""
    connections = [house.connect() for _ in paths]
    try:
        for connection, path in zip(connections, paths, strict=True):
            connection.sendall(f"GET {path} HTTP/1.1\r\n".encode() + CLOSE)
        return [everything(connection) for connection in connections]
    finally:
        for connection in connections:
            connection.close()


def test_what_comes_at_once_is_committed_together_and_each_is_answered(house: House) -> None:
    with counting(house.database) as counted:
        answers = together(30, lambda _: [house.ask("/write") for _ in range(20)])
    assert all(answer.startswith("HTTP/1.1 200 OK") for each in answers for answer in each)
    assert house.count() == 600
    assert counted.commits < 500


def test_nobody_is_told_before_it_is_committed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(
        PatientChannel,
        "send",
        lambda self, data, do_close=True: (order.append("sent"), self.socket.send(data))[1],
    )
    monkeypatch.setattr(Counted, "note_commit", lambda self, _: order.append("committed"))
    with counting(house.database):
        ask_together(house, *["/write"] * 8)
    assert order.count("sent") == 8
    # A commit comes before the answers that it makes true.
    assert order[0] == "committed"
    committed = order.count("committed")
    assert 1 <= committed <= 8


def test_requests_that_come_at_once_on_one_connection_are_answered_in_their_order(house: House) -> None:
    answer = house.ask("/write", "/read", "/write", "/write", "/read", "/own", "/write", "/read")
    assert seen(answer) == [0, 1, 1, 2, 3, 3, 4, 5]
    assert answer.count("HTTP/1.1 200 OK") == 8
    assert house.count("own") == 1


def test_what_cannot_be_read_is_refused_at_once(house: House) -> None:
    with house.connect() as connection:
        connection.sendall(b"GET /write HTTP/1.1\r\nno header\r\n\r\n")
        assert everything(connection).startswith("HTTP/1.0 400 Bad Request")
    assert house.ask("/write").count("200 OK") == 1


def test_an_old_client_gets_its_answer_before_the_end(house: House) -> None:
    assert seen(house.ask("/write", version="1.0")) == [0]


def test_answers_of_any_size_and_kind(house: House) -> None:
    assert len(house.ask("/large")) > 2_000_000
    assert seen(house.ask("/file", "/write")) == [1, 2]
    assert house.ask("/fail").startswith("HTTP/1.1 500")
    assert house.count() == 4


def test_a_commit_that_fails_is_told_as_such(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = house.ask("/break", "/write")
    assert answer.startswith("HTTP/1.1 503 Service Unavailable\r\n")
    assert "Retry-After: 5\r\n" in answer
    assert "Connection: close\r\n" in answer
    assert "Cache-Control: no-store\r\n" in answer
    assert '{"error": "temporarily_unavailable"' in answer
    assert answer.count("HTTP/1.1") == answer.count("trace-1\r\n") == 1
    assert "request trace-1 could not be committed" in caplog.text
    assert house.count() == 0
    assert seen(house.ask("/write")) == [0]


def test_all_that_were_to_be_committed_together_are_undone_together(house: House) -> None:
    kept = 0
    for _ in range(20):
        answers = ask_together(house, "/write", "/write", "/break", "/write")
        kept += sum("200 OK" in answer for answer in answers)
        assert all("200 OK" in answer or "503 Service Unavailable" in answer for answer in answers)
        assert "503" in answers[2]
    assert house.count() == kept


def test_a_client_that_goes_away_harms_nobody(house: House) -> None:
    for _ in range(20):
        with house.connect() as connection:
            connection.sendall(requests("/write", "/write"))
    assert "200 OK" in house.ask("/read")
    until = time.monotonic() + LONG
    while house.server.active_channels and time.monotonic() < until:
        time.sleep(0.01)
    assert not house.server.active_channels


@pytest.mark.parametrize("slow", ["/slow", "/hash"])
def test_what_takes_long_keeps_nobody_from_writing(house: House, slow: str) -> None:
    with house.connect() as connection:
        connection.sendall(f"GET {slow} HTTP/1.1\r\n".encode() + CLOSE)
        until = time.monotonic() + LONG
        while not house.count() and time.monotonic() < until:
            time.sleep(0.001)
        began = time.monotonic()
        for _ in range(5):
            assert "200 OK" in house.ask("/write")
        assert time.monotonic() - began < 5
        house.end.set()
        assert seen(everything(connection)) == [0]
    assert house.count() == 6


def test_who_writes_elsewhere_in_this_process_gets_a_turn(house: House) -> None:
    stop = threading.Event()

    def ask(number: int) -> int:
        if number:
            asked = 0
            while not stop.is_set():
                assert "200 OK" in house.ask("/write", "/write", "/write")
                asked += 3
            return asked
        for _ in range(50):
            with house.database.transaction() as work:
                bump_version(work, "other")
        stop.set()
        return 0

    asked = sum(together(9, ask))
    assert (house.count("other"), house.count()) == (50, asked)


def test_an_idle_connection_is_not_busy_and_one_that_waits_is(house: House) -> None:
    with house.connect() as connection:
        connection.sendall(requests("/write"))
        assert b"seen 0" in connection.recv(4_096)
        until = time.monotonic() + LONG
        channels = list(house.server.active_channels.values())
        while any(channel.is_busy for channel in channels) and time.monotonic() < until:
            time.sleep(0.001)
        assert [channel.is_busy for channel in channels] == [False]


def test_an_invitation_to_go_on_does_not_come_before_the_answer(house: House) -> None:
    with house.connect() as connection:
        expecting = (
            b"POST /read HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
        connection.sendall(requests("/write") + expecting)
        told = b""
        while b"100 Continue" not in told:
            told += connection.recv(4_096)
        assert told.index(b"200 OK") < told.index(b"100 Continue")
        connection.sendall(b"ab")
        assert seen(everything(connection)) == [1]
