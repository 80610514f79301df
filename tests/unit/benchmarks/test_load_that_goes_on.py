"""Load that goes on while something else happens: what a site asks, what people in a burst are told."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from benchmarks.in_process import PortalInProcess
from benchmarks.machine import machine
from benchmarks.overload import Burst
from benchmarks.peers.peer import NotInstalled, run
from benchmarks.provider import Provider
from benchmarks.restart import lines_of
from benchmarks.server import Server, free_port
from benchmarks.visiting import Visits, steps_of
from benchmarks.wire import Answer


def test_a_site_goes_through_all_steps_again_and_again(tmp_path: Path) -> None:
    portal = PortalInProcess(tmp_path)
    try:
        steps = steps_of(portal.provider)
        request, asked = next(steps), []
        for _ in range(10):
            asked.append(request.split(b" ")[1].split(b"?")[0].decode())
            request = steps.send(portal.ask(request))
    finally:
        portal.close()
    once = ["/o/authorize/", "/o/token/", "/o/token/", "/o/userinfo/", "/o/introspect/"]
    assert asked == once * 2


@pytest.mark.parametrize("status", [303, 503])
def test_a_wrong_answer_ends_the_steps(status: int) -> None:
    steps = steps_of(Provider(name="portal", port=1, pid=1, cookie=""))
    next(steps)
    with pytest.raises(ValueError, match=str(status)):
        steps.send(Answer(status, b"HTTP/1.1 303 See Other\r\nLocation: /o/login/", b""))


def test_what_people_are_told_is_counted_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Burst, "_drive", lambda *_: None)
    burst = Burst(Provider(name="portal", port=1, pid=1, cookie=""))
    session = b"HTTP/1.1 303 See Other\r\nSet-Cookie: sso_session=x; Path=/"
    for answer in (
        Answer(303, session, b""),
        Answer(303, b"HTTP/1.1 303 See Other\r\nLocation: /", b""),
        Answer(503, b"HTTP/1.1 503 Busy\r\nRetry-After: 2", b""),
        Answer(503, b"HTTP/1.1 503 Busy", b""),
        Answer(500, b"HTTP/1.1 500 Oh", b""),
    ):
        assert burst.note(0, answer)
    assert burst.answers == {
        "signed in": 1,
        "status 303": 1,
        "503 with Retry-After": 1,
        "503 without Retry-After": 1,
        "status 500": 1,
    }


def test_failed_requests_are_counted_by_kind() -> None:
    visits = Visits(1000, ["ConnectionResetError: x", "503: 'busy'", "ConnectionResetError: y"])
    text = "\n".join(lines_of(2, 3, 6, visits))
    assert "6 processes were replaced" in text
    assert "1,000 requests were answered meanwhile; 3 failed (1 × 503, 2 × ConnectionResetError)" in text
    assert lines_of(2, 3, 6, Visits(5))[1].endswith("0 failed")


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('the port is taken')"]
    server = Server(command, free_port(), "/", tmp_path / "log")
    with pytest.raises(RuntimeError, match="the port is taken"):
        server.start()


def test_an_installation_that_fails_says_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match=r"^no network$"):
        run([sys.executable, "-c", "raise SystemExit('trying\\nno network')"], tmp_path)
    with pytest.raises(NotInstalled, match="no such command"):
        run([str(tmp_path / "no such command")], tmp_path)


def test_the_machine_is_named_by_its_size() -> None:
    assert "GiB, Python 3." in machine()
    assert socket.gethostname() not in machine()
