"""The client that makes the load: whole answers, right answers, connections that are kept and closed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from benchmarks.wire import Answer, Ask, Look, Outcome, Wire, drive, read_answer

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def read(*parts: bytes) -> Answer:
    """What is read when these parts arrive and then nothing more."""

    async def reading() -> Answer:
        reader = asyncio.StreamReader()
        for part in parts:
            reader.feed_data(part)
        reader.feed_eof()
        return await read_answer(reader)

    return asyncio.run(reading())


def driven(answers: list[bytes], connections: int, ask: Ask, look: Look) -> tuple[Outcome, int]:
    """What became of the requests to a server that gives these answers in turn, closing where it says so, and how many
    connections were opened."""
    opened = 0
    left = iter(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                answer = next(left, b"")
                writer.write(answer)
                await writer.drain()
                if b"close" in answer or not answer:
                    break
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    async def driving() -> Outcome:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            return await drive(server.sockets[0].getsockname()[1], connections, ask, look)

    return asyncio.run(driving()), opened


def asked(amount: int) -> Ask:
    """So many requests over all connections."""
    left = iter(range(amount))
    return lambda _: b"GET / HTTP/1.1\r\n\r\n" if next(left, None) is not None else None


def test_an_answer_is_read_by_its_length() -> None:
    answer = read(b"HTTP/1.1 303 See Other\r\nLocation: /x\r\nContent-", b"Length: 5\r\n\r\nhel", b"lo and more")
    assert (answer.status, answer.body) == (303, b"hello")
    assert answer.header(b"location") == b"/x"
    assert answer.header(b"Content-Type") == b""


def test_an_answer_in_chunks_is_put_together() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert read(head, b"3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n").body == b"hello"


def test_a_header_is_not_found_in_the_value_of_another() -> None:
    answer = read(b"HTTP/1.1 200 OK\r\nX-A: location: /wrong\r\nLocation: /right\r\nContent-Length: 0\r\n\r\n")
    assert answer.header(b"Location") == b"/right"


@pytest.mark.parametrize("parts", [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"HTTP/1.1 200", b""])
def test_half_an_answer_is_none(parts: bytes) -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        read(parts)


def test_connections_are_kept_and_every_answer_is_timed() -> None:
    outcome, opened = driven([OK] * 12, 3, asked(12), lambda _, answer: answer.body == b"ok")
    assert (len(outcome.seconds), outcome.errors, opened) == (12, [], 3)
    assert all(seconds > 0 for seconds in outcome.seconds)


def test_wrong_answers_are_errors() -> None:
    wrong = b"HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nbad"
    outcome, _ = driven([OK, wrong, OK], 1, asked(3), lambda _, answer: answer.status == 200)
    assert outcome.errors == ["500: b'bad'"]


def test_a_connection_that_ends_without_an_answer_is_an_error() -> None:
    outcome, _ = driven([OK, b""], 1, asked(3), lambda *_: True)
    assert len(outcome.errors) == 1
    assert outcome.errors[0].startswith("IncompleteReadError")


def test_after_connection_close_another_is_opened() -> None:
    last = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    outcome, opened = driven([OK, last, OK], 1, asked(3), lambda _, answer: answer.body == b"ok")
    assert (outcome.errors, opened) == ([], 2)


def test_a_connection_closed_in_quiet_is_opened_anew() -> None:
    async def story() -> tuple[bytes, int]:
        opened = 0

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal opened
            opened += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            wire = Wire(server.sockets[0].getsockname()[1])
            await wire.ask(b"GET / HTTP/1.1\r\n\r\n")
            for _ in range(100):
                await asyncio.sleep(0.01)
                if wire.is_over:
                    break
            second = await wire.ask(b"GET / HTTP/1.1\r\n\r\n")
            wire.close()
        return second.body, opened

    assert asyncio.run(story()) == (b"ok", 2)
