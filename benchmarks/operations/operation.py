"""One operation: how a provider is asked, and what a right answer looks like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from urllib.parse import urlencode

from benchmarks.provider import Provider
from benchmarks.wire import Ask, Look

Drive = Callable[[Ask, Look], None]
"""Asks over many connections until nothing is left, and raises when an answer is wrong."""


class Operation(ABC):
    """Asked from many connections at once."""

    name = ""
    title = ""
    amount = 3000
    """How often in a round."""

    def __init__(self, provider: Provider) -> None:
        """Asks ``provider``."""
        self.provider = provider

    @classmethod
    def fits(cls, _provider: Provider) -> bool:
        """Whether the provider has it."""
        return True

    def prepare(self, amount: int, drive: Drive) -> None:  # noqa: B027 - most need nothing
        """Get what the next ``amount`` requests need, before anything is measured."""

    @abstractmethod
    def request(self, connection: int) -> bytes:
        """The next request of a connection."""

    @property
    @abstractmethod
    def look(self) -> Look:
        """Whether an answer is the one that was wanted."""


def get(host: str, path: str, *headers: str) -> bytes:
    """A GET as a browser or a server sends it."""
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode()


def post(host: str, path: str, fields: dict[str, str], *headers: str) -> bytes:
    """A form that is posted."""
    body = urlencode(fields)
    kind = ("Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}")
    return "\r\n".join([f"POST {path} HTTP/1.1", f"Host: {host}", *kind, *headers, "", body]).encode()


def times(amount: int, request: Callable[[int], bytes]) -> Ask:
    """Ask ``amount`` times in all."""
    left = iter(range(amount))

    def ask(connection: int) -> bytes | None:
        return request(connection) if next(left, None) is not None else None

    return ask
