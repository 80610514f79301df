"""The internet as the portal's own fetches see it: names become addresses once, and connections go to exactly those."""

from __future__ import annotations

import io
import socket
from collections.abc import Sequence
from http.client import HTTPResponse
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from sso_portal.services.federation.addresses import Unfetchable
from sso_portal.services.federation.deadline import MAXIMUM_BYTES, Deadline

_BYTES_ON_THE_WIRE = MAXIMUM_BYTES + 32_768  # with headers and chunk sizes
_TRIED_ADDRESSES = 4


class Internet:
    """The real one."""

    def resolve(self, host: str, port: int, deadline: Deadline) -> Sequence[str]:
        """Ask the system; in a thread of its own, because the system knows no deadline."""
        answers: SimpleQueue[list[str] | Exception] = SimpleQueue()
        Thread(target=lambda: answers.put(_addresses(host, port)), daemon=True).start()
        try:
            found = answers.get(timeout=deadline.remaining())
        except Empty:
            raise Unfetchable("The name of the host could not be looked up in time.") from None
        if isinstance(found, Exception):
            raise found
        return found

    def session(self, addresses: Sequence[str], deadline: Deadline) -> requests.Session:
        """A session of ``requests`` that knows nothing of proxies, netrc and other things of the environment."""
        session = requests.Session()
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(addresses, deadline))
        return session


def _addresses(host: str, port: int) -> list[str] | Exception:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Adapter(HTTPAdapter):
    def __init__(self, addresses: Sequence[str], deadline: Deadline) -> None:
        self._pools = _pools(addresses, deadline)
        super().__init__()

    def init_poolmanager(self, *args: Any, **keywords: Any) -> None:
        super().init_poolmanager(*args, **keywords)
        self.poolmanager.pool_classes_by_scheme = self._pools


def _pools(addresses: Sequence[str], deadline: Deadline) -> dict[str, Any]:
    """urllib3's pools with connections of our own; name and certificate are still those of the address's host."""

    def bounded(connection: Any, *args: Any, **keywords: Any) -> HTTPResponse:
        return HTTPResponse(_BoundedSocket(connection, deadline), *args, **keywords)  # type: ignore[arg-type]

    class Plain(HTTPConnection):
        response_class = staticmethod(bounded)  # type: ignore[assignment]

        def _new_conn(self) -> socket.socket:
            return _dial(addresses, self.port, deadline)

    class Secure(HTTPSConnection):
        response_class = staticmethod(bounded)  # type: ignore[assignment]

        def _new_conn(self) -> socket.socket:
            return _dial(addresses, self.port, deadline)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _dial(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    tried = list(addresses)[:_TRIED_ADDRESSES]
    for number, address in enumerate(tried):
        try:
            connection = socket.create_connection((address, port), timeout=deadline.remaining() / (len(tried) - number))
        except OSError:
            continue
        connection.settimeout(deadline.remaining())
        return connection
    raise Unfetchable("Its host cannot be connected to.")


class _BoundedSocket:
    """What ``http.client`` reads an answer from: every read has only the time and the bytes that are left."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_BoundedReader(self._connection, self._deadline))


class _BoundedReader(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._deadline = deadline
        self._left = _BYTES_ON_THE_WIRE

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._connection.settimeout(self._deadline.remaining())
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise Unfetchable(f"It is longer than {MAXIMUM_BYTES} bytes.")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
