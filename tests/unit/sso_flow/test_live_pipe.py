"""The way between processes: whole, in order, and no harm done by a side that is gone or talks nonsense."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sso_flow.journal import Hop
from sso_flow.live.pipe import PipeListener, PipeTeller

Heard = list[tuple[str, Hop]]


def hop(number: int, body: bytes = b"\x00\xffbody") -> Hop:
    """A hop with something of everything."""
    headers = (("Content-Type", "text/html"), ("Location", "/中"))
    return Hop(number, 1, "person", "POST", "http://a.test/", {"Referer": "b"}, (("é", "1"),), 303, headers, body, 0.5)


@pytest.fixture
def heard() -> Heard:
    """What has come through."""
    return []


@pytest.fixture
def listener(heard: Heard) -> Iterator[PipeListener]:
    """One that listens when it is asked to."""
    listening = PipeListener(lambda browser, hop: heard.append((browser, hop)))
    yield listening
    listening.close()


def test_a_hop_arrives_as_it_was(listener: PipeListener, heard: Heard) -> None:
    pipe = listener.open()
    PipeTeller(pipe)("hers", hop(1))
    listener.hear()
    assert heard == [("hers", hop(1))]
    os.close(pipe)


def test_many_threads_and_pipes_lose_nothing(listener: PipeListener, heard: Heard) -> None:
    pipes = [listener.open() for _ in range(3)]
    listener.start()
    tellers = [PipeTeller(pipe) for pipe in pipes]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: tellers[n % 3]("hers", hop(n, b"x" * 5000)), range(300)))
    listener.hear()
    assert sorted(one.number for _, one in heard) == list(range(300))
    for pipe in pipes:
        os.close(pipe)


def test_nonsense_is_passed_over(listener: PipeListener, heard: Heard) -> None:
    pipe = listener.open()
    for line in (b"\n", b"{", b"[1]\n", b'{"browser": 1}\n', b'{"browser": "a", "hop": {"form": 1}}\n', b"\xff\xfe\n"):
        os.write(pipe, line)
    PipeTeller(pipe)("hers", hop(2))
    listener.hear()
    assert [one.number for _, one in heard] == [2]
    os.close(pipe)


def test_a_line_without_an_end_is_not_kept(listener: PipeListener, heard: Heard) -> None:
    pipe = listener.open()
    for _ in range(20):
        os.write(pipe, b"x" * 60_000)
        listener.hear()
    os.write(pipe, b"\n")
    PipeTeller(pipe)("hers", hop(3))
    listener.hear()
    assert [one.number for _, one in heard] == [3]
    os.close(pipe)


def test_a_site_that_is_gone_is_no_longer_listened_to(listener: PipeListener, heard: Heard) -> None:
    first, second = listener.open(), listener.open()
    os.close(first)
    listener.start()
    PipeTeller(second)("hers", hop(4))
    deadline = time.monotonic() + 10
    while not heard and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [one.number for _, one in heard] == [4]
    os.close(second)


def test_nobody_listening_is_no_harm() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    PipeTeller(writing)("hers", hop(5))
    os.close(writing)
