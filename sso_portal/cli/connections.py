"""A connection and the answers on it, as waitress has them, with fewer system calls and a way to end politely."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask
from waitress.utilities import build_http_date

_SAID_BY_SERVERS = frozenset({"Date", "Server", "Connection"})


@lru_cache(maxsize=256)
def _written(name: str) -> str:
    """A header's name as waitress writes it."""
    return "-".join(part.capitalize() for part in name.split("-"))


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    return str(build_http_date(second))


class Task(WSGITask):
    """One request. A server that is about to stop asks the client to connect anew (RFC 9112, section 9.6)."""

    wrote_header: bool

    def build_response_header(self) -> bytes:
        """The head of the answer."""
        if self.channel.server.is_stopping:
            self.request.headers["CONNECTION"] = "close"
        lines = self._plain_lines()
        if lines is not None:
            return "\r\n".join(lines).encode("latin-1")
        header: bytes = super().build_response_header()
        return header

    def _plain_lines(self) -> list[str] | None:
        """The lines of an answer whose length is known, on a connection that goes on; ``None`` for any other, about
        which waitress has more to say."""
        is_plain = (
            self.version == "1.1"
            and self.content_length is not None
            and self.has_body
            and not self.close_on_finish
            and self.request.headers.get("CONNECTION", "").lower() != "close"
        )
        if not is_plain:
            return None
        lines = [f"HTTP/1.1 {self.status}"]
        names = set()
        for name, value in self.response_headers:
            written = _written(name)
            names.add(written)
            lines.append(f"{written}: {value}")
        if not names.isdisjoint(_SAID_BY_SERVERS):
            return None
        if "Content-Length" not in names:
            lines.append(f"Content-Length: {self.content_length}")
        return [*lines, f"Date: {_date(int(self.start_time))}", "", ""]

    def write(self, data: bytes) -> None:
        """A part of the answer. The head goes out together with the first one."""
        if self.wrote_header or not self.complete:
            super().write(data)
            return
        self.channel.head = self.build_response_header()
        self.wrote_header = True
        super().write(data)
        # There was no body to go with it.
        self.channel.write_soon(b"")


class Channel(HTTPChannel):
    """One connection; it knows since when its request is on the way, and when it was last of use."""

    task_class = Task
    head = b""
    began = 0.0
    served = 0.0

    def received(self, data: bytes) -> bool:
        """Something has arrived."""
        if self.request is None:
            self.began = self.last_activity
        return bool(super().received(data))

    def service(self) -> None:
        """Answer the request that is whole."""
        super().service()
        self.served = self.last_activity
        self.note()

    def note(self) -> None:
        """It may wait for something else from now on."""
        self.server.note(self._fileno)

    def close_soon(self) -> None:
        """Whoever looks after the connections closes this one."""
        self.will_close = True
        self.note()

    def write_soon(self, data: Any) -> int:
        """Send it. Only what the system does not take at once is kept, for whoever looks after the connections."""
        if isinstance(data, bytes):
            data, self.head = self.head + data, b""
        return self.send_soon(data)

    def send_soon(self, data: Any) -> int:
        """Send what is complete, with its head."""
        if isinstance(data, bytes) and data and self.connected:
            data = data[self._send_now(data) :]
        if not data:
            return 0
        # Also before: when too much is kept already, this waits until some of it has been sent.
        self.note()
        kept: int = super().write_soon(data)
        self.note()
        return kept

    def _send_now(self, data: bytes) -> int:
        with self.outbuf_lock:
            # What is kept goes first.
            if self.total_outbufs_len:
                return 0
            try:
                return int(self.send(data, do_close=False))
            except OSError:
                # It is tried again, by the one who closes.
                return 0

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered, or an answer is not sent yet."""
        return bool(self.requests or self.total_outbufs_len or self.close_when_flushed)

    @property
    def useful_since(self) -> float:
        """When it was last answered, or else was made."""
        return self.served or float(self.creation_time)
