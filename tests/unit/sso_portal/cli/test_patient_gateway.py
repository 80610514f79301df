"""Requests that granian has read, answered in a row: none is told before it is true, and none is forgotten."""

from __future__ import annotations

import io
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sso_portal.cli.arrivals import Arrivals
from sso_portal.cli.gateway import PatientGateway, _Call
from sso_portal.cli.relay import Relay
from sso_portal.cli.row import Row
from sso_portal.storage.database import Database
from sso_testkit.counting import counting
from tests.support.writing_application import LONG, WritingApplication

PATHS = ("/write", "/break", "/slow", "/hash", "/fail", "/parts", "/body")


class Protocol:
    """What granian gives to answer with; it may be used by any thread."""

    def __init__(self, note: Callable[[], None]) -> None:
        self._note = note
        self.done = threading.Event()
        self.times = 0

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self._note()
        self.times += 1
        self.status, self.headers, self.body = status, dict(headers), body
        self.thread = threading.get_ident()
        self.done.set()

    @property
    def answer(self) -> tuple[int, bytes]:
        assert self.done.wait(LONG)
        assert self.times == 1
        return self.status, self.body


class Parts:
    """A body that is no list."""

    def __init__(self) -> None:
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"a", b"b"])

    def close(self) -> None:
        self.is_closed = True


class House(WritingApplication):
    """A gateway whose application writes."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Relay(2))
        self.failed = threading.Event()
        shared = database.commit_together(self.relay.is_relieved)
        assert shared is not None
        row = Row(shared, PATHS)
        self.gateway = PatientGateway(self.application, 100, row, Arrivals(self.relay, row), self.failed.set)
        self.parts = Parts()
        self.order: list[str] = []

    def application(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        number = self.act(path)
        start_response("200 OK", [("X-Request-Id", "trace-1")])
        if path == "/parts":
            return self.parts
        if path == "/body":
            return [environ["wsgi.input"].read()]
        return [f"seen {number}".encode()]

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **scope: Any) -> Protocol:
        protocol = Protocol(lambda: self.order.append("told"))
        length = {} if body is None else {"CONTENT_LENGTH": str(len(body))}
        scope = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": io.BytesIO(body or b""), **length, **scope}
        self.gateway(protocol, scope)
        return protocol

    @contextmanager
    def busy(self) -> Iterator[None]:
        """All that is asked inside the block is there before the first of it is answered."""
        self.begun.clear()
        self.end.clear()
        # Nobody else is at the post as long as both are.
        holders = [self.ask("/slow")]
        assert self.begun.wait(LONG)
        self.begun.clear()
        holders.append(self.ask("/hash"))
        assert self.begun.wait(LONG)
        yield
        self.end.set()
        assert [holder.answer[0] for holder in holders] == [200, 200]


@pytest.fixture
def house(tmp_path: Path, migrated_sqlite: Path) -> Iterator[House]:
    file = tmp_path / "together.sqlite3"
    shutil.copy(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}", synchronous="OFF", pool_size=30)
    house = House(database)
    with house.gateway.open():
        yield house
        house.end.set()
    # It has ended because it was to.
    assert house.failed.is_set()
    assert database.connections.taken == 0
    database.close()


def test_each_is_answered_and_those_that_come_at_once_are_committed_together(house: House) -> None:
    with counting(house.database) as counted:
        asked = [house.ask("/write") for _ in range(200)]
        assert {protocol.answer[0] for protocol in asked} == {200}
    assert house.count() == 200
    assert counted.commits < 150
    assert threading.get_ident() not in {protocol.thread for protocol in asked}


def test_nobody_is_told_before_it_is_committed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from sso_testkit.counting import Counted

    monkeypatch.setattr(Counted, "note_commit", lambda _self, _: house.order.append("committed"))
    with counting(house.database):
        for protocol in [house.ask("/write") for _ in range(8)]:
            assert protocol.answer[0] == 200
    assert house.order[0] == "committed"
    assert house.order.count("told") == 8


def test_what_only_reads_is_told_at_once(house: House) -> None:
    assert house.ask("/write").answer == (200, b"seen 0")
    direct = house.ask("/read")
    # Not one of those that may wait: it has been answered where it came in.
    assert direct.done.is_set()
    assert direct.thread == threading.get_ident()
    assert direct.answer == (200, b"seen 1")


def test_head_is_answered_where_it_comes_in(house: House) -> None:
    assert house.ask("/write", "HEAD").thread == threading.get_ident()
    assert house.count() == 1


def test_a_commit_that_fails_is_told_as_such(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        broken = house.ask("/break")
        assert broken.answer[0] == 503
    assert broken.headers["Retry-After"] == "5"
    assert broken.headers["Cache-Control"] == "no-store"
    assert broken.headers["Connection"] == "close"
    assert broken.headers["X-Request-Id"] == "trace-1"
    assert broken.headers["Content-Length"] == str(len(broken.body))
    assert b'"error": "temporarily_unavailable"' in broken.body
    assert "request trace-1 could not be committed" in caplog.text
    assert house.ask("/write").answer == (200, b"seen 0")


def test_all_that_were_to_be_committed_together_are_undone_together(house: House) -> None:
    kept = 0
    for _ in range(20):
        asked = [house.ask(path) for path in ("/write", "/write", "/break", "/write")]
        statuses = [protocol.answer[0] for protocol in asked]
        assert statuses[2] == 503
        assert set(statuses) <= {200, 503}
        kept += statuses.count(200)
    assert house.count() == kept


def test_an_application_that_fails_is_answered_for(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert house.ask("/fail").answer == (500, b"")
    assert "ZeroDivisionError" in caplog.text
    assert house.ask("/write").answer[0] == 200


def test_a_body_in_parts_is_put_together_and_closed(house: House) -> None:
    assert house.ask("/parts").answer == (200, b"ab")
    assert house.parts.is_closed


def test_a_body_is_taken_in_before_anybody_waits_for_it(house: House) -> None:
    assert house.ask("/body", "POST", b"abc").answer == (200, b"abc")
    assert house.ask("/body", "POST").answer == (200, b"")
    endless = io.BytesIO(b"a" * 1_000_000)
    scope = {"wsgi.input": endless, "HTTP_TRANSFER_ENCODING": "chunked"}
    assert house.ask("/body", "POST", **scope).answer == (200, b"a" * 101)
    assert endless.tell() == 101


@pytest.mark.parametrize("slow", ["/slow", "/hash"])
def test_what_takes_long_keeps_nobody_from_writing(house: House, slow: str) -> None:
    long_one = house.ask(slow)
    assert house.begun.wait(LONG)
    began = time.monotonic()
    for _ in range(5):
        assert house.ask("/write").answer[0] == 200
    assert time.monotonic() - began < 5
    house.end.set()
    assert long_one.answer == (200, b"seen 0")


def test_what_came_while_all_were_busy_is_answered(house: House) -> None:
    with house.busy():
        waiting = [house.ask("/write") for _ in range(20)]
    assert {protocol.answer[0] for protocol in waiting} == {200}
    assert house.count() == 22


def test_a_protocol_that_breaks_harms_nobody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Protocol):
        def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            super().response_bytes(status, headers, body)
            raise OSError("gone")

    broken = Broken(lambda: None)
    with caplog.at_level(logging.ERROR):
        house.gateway(broken, {"REQUEST_METHOD": "GET", "PATH_INFO": "/write", "wsgi.input": io.BytesIO()})
        assert house.ask("/write").answer[0] == 200
        assert broken.done.wait(LONG)
    assert "an answer could not be sent" in caplog.text
    assert house.count() == 2


def test_who_cannot_be_answered_any_more_is_told_to_come_again(house: House) -> None:
    protocol = Protocol(lambda: None)
    _Call(house.gateway, protocol, {}).cancel()
    assert protocol.answer == (503, b"")
    assert protocol.headers == {"Connection": "close", "Retry-After": "5"}


def test_who_comes_last_is_answered_too(tmp_path: Path, migrated_sqlite: Path) -> None:
    file = tmp_path / "last.sqlite3"
    shutil.copy(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}", synchronous="OFF", pool_size=30)
    house = House(database)
    with house.gateway.open():
        asked = [house.ask("/write") for _ in range(20)]
    statuses = [protocol.answer[0] for protocol in asked]
    # Answered, or sent away by the end, and then nothing has been written.
    assert set(statuses) <= {200, 503}
    assert house.count() == statuses.count(200)
    database.close()
