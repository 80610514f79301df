"""A client for load: HTTP/1.1 over connections that are kept, every answer read whole and looked at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_SECONDS = 60
"""How long an answer may take."""


@dataclass(frozen=True)
class Answer:
    """What came back: ``head`` is the status line and the headers."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """The first header of that name, empty when there is none."""
        lowered = self.head.lower()
        start = lowered.find(b"\r\n" + name.lower() + b":")
        if start < 0:
            return b""
        start += len(name) + 3
        end = self.head.find(b"\r\n", start)
        return self.head[start : end if end >= 0 else None].strip()

    @property
    def is_last(self) -> bool:
        """Whether the server closes the connection after it (RFC 9112, section 9.3)."""
        return self.header(b"connection").lower() == b"close"


Ask = Callable[[int], bytes | None]
"""The next request of a connection, by its number; ``None`` when there is nothing left to ask."""

Look = Callable[[int, Answer], bool]
"""Whether what a connection was answered is right."""


@dataclass
class Outcome:
    """What became of a round: seconds of each answer, and what was wrong with others."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def drive(port: int, connections: int, ask: Ask, look: Look) -> Outcome:
    """Keep ``connections`` connections to loopback busy until nothing is left to ask."""
    outcome = Outcome()
    await asyncio.gather(*(_keep_busy(port, number, ask, look, outcome) for number in range(connections)))
    return outcome


async def _keep_busy(port: int, number: int, ask: Ask, look: Look, outcome: Outcome) -> None:
    wire = Wire(port)
    try:
        while (request := ask(number)) is not None:
            began = time.perf_counter()
            answer = await wire.ask(request)
            outcome.seconds.append(time.perf_counter() - began)
            if not look(number, answer):
                outcome.errors.append(f"{answer.status}: {answer.body[:200]!r}")
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
        outcome.errors.append(f"{type(error).__name__}: {error}")
    finally:
        wire.close()


class Wire:
    """One connection to loopback, opened when it is needed, and anew when the server has said that it closes it."""

    def __init__(self, port: int) -> None:
        """Nothing is opened yet."""
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> Answer:
        """Send a request and read its answer whole."""
        if self.is_over:
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        answer = await asyncio.wait_for(read_answer(reader), _SECONDS)
        if answer.is_last:
            self.close()
        return answer

    @property
    def is_over(self) -> bool:
        """Whether the server has closed it while nothing was under way."""
        return self._streams is not None and self._streams[0].at_eof()

    def close(self) -> None:
        """Close it; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """One answer; raises :class:`asyncio.IncompleteReadError` when the connection ends before it does."""
    head = await reader.readuntil(b"\r\n\r\n")
    answer = Answer(int(head[9:12]), head[:-4], b"")
    if length := answer.header(b"content-length"):
        return Answer(answer.status, answer.head, await reader.readexactly(int(length)))
    if answer.header(b"transfer-encoding").lower() == b"chunked":
        return Answer(answer.status, answer.head, await _chunks(reader))
    return answer


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    while (await reader.readline()).strip():
        pass
    return body
