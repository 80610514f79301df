"""Slow clients, a thousand idle connections, endless bodies, a flood of wrong secrets: the others notice nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import requests

from tests.support.served import Served
from tests.support.steady_clients import steady_clients

IDLE = 1_100
"""More than a server keeps open when they are of no use."""
HEAD = b"POST /o/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module", params=["waitress", "granian"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One process, on each of the servers."""
    served = Served(tmp_path_factory.mktemp("hostile"), server=request.param)
    served.command(
        *("client", "add", "--name", "Victim", "--client-id", "victim", "--secret-stdin", "--set", "response_types=[]"),
        *("--grant-type", "client_credentials", "--scope", "all"),
        stdin="a chosen secret of the victim\n",
    )
    served.start()
    yield served
    served.stop()


def connect(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=30)


@contextmanager
def drip(connections: list[socket.socket]) -> Iterator[None]:
    """A byte a second on each of them, as long as the block runs."""
    stop = threading.Event()

    def send() -> None:
        while not stop.wait(1):
            for connection in connections:
                connection.send(b"a")

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("begun", [HEAD + b"X-Slow: ", HEAD + b"Content-Length: 4000\r\n\r\n"], ids=["head", "body"])
def test_clients_that_send_a_byte_a_second(served: Served, begun: bytes) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(served)) for _ in range(40)]
        for connection in slow:
            connection.sendall(begun)
        with drip(slow), steady_clients(served) as counted:
            counted.wait_for(300)
            time.sleep(2)
            counted.wait_for(100)
    assert counted.failed == []


def test_a_thousand_idle_connections(served: Served) -> None:
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(connect(served))
        with steady_clients(served) as counted:
            counted.wait_for(300)
            # New ones come in, too.
            assert {requests.get(f"{served.address}/healthz", timeout=30).status_code for _ in range(20)} == {200}
    assert counted.failed == []


@pytest.mark.parametrize(
    "length", [b"Content-Length: 1073741824", b"Transfer-Encoding: chunked"], ids=["told", "chunks"]
)
def test_a_body_of_a_gigabyte(served: Served, length: bytes) -> None:
    sent, answer = 0, b""
    with steady_clients(served, 2) as counted, connect(served) as connection:
        connection.settimeout(10)
        try:
            connection.sendall(HEAD + length + b"\r\n\r\n")
            part = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
            while sent < 1_073_741_824 and not answer:
                connection.sendall(part)
                sent += len(part)
                if sent > 1_000_000:
                    answer = connection.recv(4096)
        except (ConnectionError, TimeoutError):
            # It is closed without reading on: what has been sent and not read may take the answer with it.
            pass
        counted.wait_for(100)
    assert sent < 20_000_000, "a gigabyte was taken"
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")
    assert counted.failed == []


def test_a_flood_of_wrong_secrets_for_one_client(served: Served) -> None:
    tokens = served.redeem(served.code(served.sign_in())).json()
    stop, statuses = threading.Event(), set[int]()

    def flood() -> None:
        with requests.Session() as http:
            while not stop.is_set():
                form = {"grant_type": "client_credentials"}
                answer = http.post(f"{served.address}/o/token/", data=form, auth=("victim", "wrong"), timeout=30)
                statuses.add(answer.status_code)

    threads = [threading.Thread(target=flood) for _ in range(12)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
            answer = requests.post(
                f"{served.address}/o/token/", data=form, auth=("load", "a chosen secret"), timeout=30
            )
            assert answer.status_code == 200, answer.text
            tokens = answer.json()
        served.sign_in()
        form = {"grant_type": "client_credentials"}
        owner = ("victim", "a chosen secret of the victim")
        assert requests.post(f"{served.address}/o/token/", data=form, auth=owner, timeout=30).status_code == 200
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert statuses <= {401, 503}
    assert 401 in statuses
