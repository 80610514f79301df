"""Several processes on one address: replaced, restarted and stopped, and nobody who asks is refused."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import children_of, eventually, is_alive
from tests.support.served import Served
from tests.support.steady_clients import steady_clients

SERVERS = ("waitress", "granian")


@pytest.fixture(scope="module", params=SERVERS)
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A portal for two processes that is not started, on each of the servers."""
    folder = tmp_path_factory.mktemp("pair")
    return Served(folder, workers=2, server=request.param, settings="sso.web.stop_seconds = 8\n")


@pytest.fixture
def pair(prepared: Served) -> Iterator[Served]:
    """Two processes that answer."""
    prepared.log.write_text("")
    prepared.start()
    assert eventually(lambda: prepared.log.read_text().count("a process is ready") == 2)
    yield prepared
    prepared.stop()


def workers_of(served: Served) -> set[int]:
    assert served.process is not None
    return children_of(served.process.pid)


def tell(served: Served, number: signal.Signals) -> None:
    assert served.process is not None
    served.process.send_signal(number)


def half_a_request(served: Served) -> socket.socket:
    """A connection on which a request has begun that is not whole yet."""
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    connection.sendall(b"POST /o/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n")
    connection.sendall(b"Content-Type: application/x-www-form-urlencoded\r\n\r\na=")
    return connection


def read_all(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received


def test_a_restart_under_load_fails_no_request(pair: Served) -> None:
    before = workers_of(pair)
    with steady_clients(pair) as counted:
        counted.wait_for(200)
        tell(pair, signal.SIGHUP)
        assert eventually(lambda: len(workers_of(pair)) == 2 and not workers_of(pair) & before)
        counted.wait_for(200)
    assert counted.failed == []
    assert counted.asked_to_leave > 0, "connections that were open are closed politely"


def test_a_process_that_dies_is_replaced(pair: Served) -> None:
    (victim, other) = sorted(workers_of(pair))
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: len(workers_of(pair) - {victim}) == 2)
    assert other in workers_of(pair)
    with steady_clients(pair) as counted:
        counted.wait_for(50)
    assert counted.failed == []
    assert "a process has ended; another one takes its place" in pair.log.read_text()


def test_a_request_under_way_is_finished_before_the_processes_stop(pair: Served) -> None:
    open_ones = [half_a_request(pair) for _ in range(4)]
    with steady_clients(pair, 1) as counted:
        counted.wait_for(20)
    tell(pair, signal.SIGTERM)
    for connection in open_ones:
        connection.sendall(b"1234567")
        answer = read_all(connection)
        assert answer.startswith(b"HTTP/1.1 400 "), answer
        assert b"grant_type is missing" in answer
        assert re.search(rb"(?i)\r\nconnection: close\r\n", answer)
        connection.close()
    assert pair.process is not None
    assert pair.process.wait(30) == 0


def test_who_never_ends_a_request_does_not_keep_the_processes(pair: Served) -> None:
    with half_a_request(pair):
        workers = workers_of(pair)
        tell(pair, signal.SIGTERM)
        assert pair.process is not None
        assert pair.process.wait(60) == 0
    assert not any(map(is_alive, workers))


def test_without_their_keeper_the_processes_stop(pair: Served) -> None:
    workers = workers_of(pair)
    pair.kill()
    assert eventually(lambda: not any(map(is_alive, workers)))


def test_a_restart_that_cannot_start_leaves_the_former_processes(pair: Served) -> None:
    before, settings = workers_of(pair), pair.ini.read_text()
    pair.ini.write_text(settings.replace("sso.web.threads = 8", "sso.web.threads = none"))
    tell(pair, signal.SIGHUP)
    assert eventually(lambda: "the former ones go on" in pair.log.read_text())
    assert eventually(lambda: workers_of(pair) == before)
    assert "sso.web.threads" in pair.log.read_text()
    pair.ini.write_text(settings)
    tell(pair, signal.SIGHUP)
    assert eventually(lambda: len(workers_of(pair)) == 2 and not workers_of(pair) & before)


def test_what_cannot_start_ends_with_a_clear_line(tmp_path: Path) -> None:
    served = Served(tmp_path, workers=3)
    # Its shape is no longer this version's: that is seen by each process, and not before.
    for file in tmp_path.glob("served.sqlite3*"):
        file.unlink()
    with pytest.raises(RuntimeError, match="did not start"):
        served.start()
    assert served.process is not None
    assert served.process.wait(30) == 1
    log = served.log.read_text()
    assert log.count("run: sso-portal db upgrade") == 1
    assert log.splitlines()[-1] == "The portal's processes do not start; the reason stands above."
    assert "Traceback" not in log
