"""Many WSGI applications in one process, told apart by scheme, host and port."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

# Imported for what they do: whatever a site asks while it is being served stays in its world, and so do its mails, its
# threads and its time.
import sso_testkit.back_channel
import sso_testkit.httpx_channel
import sso_testkit.mail_channel
import sso_testkit.threads
import sso_testkit.world_dates  # noqa: F401
from sso_flow.journal import Journal
from sso_testkit import time_machines, world_time
from sso_testkit.clock import Clock, MovableClock
from sso_testkit.here import TEST, entered, here
from sso_testkit.interceptors import Interceptors
from sso_testkit.mails import Mail
from sso_testkit.noting import Noted
from sso_testkit.transport import send_to_wsgi

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_PUBLIC_ADDRESS = "198.51.101.1"
_USUAL_PORTS = {"http": "80", "https": "443"}


class UnknownHost(LookupError):
    """Somebody asked for a host that nobody has in this world."""


class World:
    """A WSGI application that hands each request to the application of its host. ``portal_host``: who makes the fetches
    of :meth:`session`."""

    def __init__(self, clock: Clock | None = None) -> None:
        """An empty world. ``clock`` tells its time."""
        # Again for each: another library that plays with the time may have put everything back.
        world_time.lay()
        time_machines.make_room()
        self.clock = clock or MovableClock()
        self.journal = Journal(self.clock.now)
        self.mails: list[Mail] = []
        self.portal_host = "portal"
        self._applications: dict[str, Application] = {}
        self._down: set[str] = set()
        self._addresses: dict[str, str] = {}
        self.interceptors = Interceptors()

    def add(self, address: str, application: Application) -> None:
        """Put an application at ``scheme://host[:port]``. Raises :class:`ValueError` for what is no such address."""
        parts = urlsplit(address)
        if parts.scheme not in _USUAL_PORTS or not parts.hostname or parts.path not in {"", "/"}:
            raise ValueError(f"{address!r} is not an address like https://shop.example.test")
        self._applications[_origin(parts.scheme, parts.netloc)] = application

    @property
    def addresses(self) -> list[str]:
        """Where somebody is, in this world."""
        return sorted(self._applications)

    def take_down(self, address: str) -> None:
        """Make every connection to an address fail until :meth:`bring_up`."""
        self._down.add(urlsplit(address).netloc)

    def bring_up(self, address: str) -> None:
        """End :meth:`take_down`."""
        self._down.discard(urlsplit(address).netloc)

    def is_down(self, host: str) -> bool:
        """Whether connections to a host fail just now."""
        return host in self._down

    def point(self, host: str, address: str) -> None:
        """Let a host's name stand for an IP address, as whoever owns the name may: a private one, for example."""
        self._addresses[host] = address

    def resolve(self, host: str, port: int, _deadline: Any) -> Sequence[str]:
        """The IP addresses that the portal's own fetches find behind a host; raises :class:`OSError` for names that
        nobody has here. Numbers, however they are spelled, and ``localhost`` are what they are everywhere."""
        if host in self._addresses:
            return [self._addresses[host]]
        if {_origin(scheme, f"{host}:{port}") for scheme in _USUAL_PORTS} & set(self._applications):
            return [_PUBLIC_ADDRESS]
        name = "127.0.0.1" if host.rstrip(".") == "localhost" else host
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(entry[4][0]) for entry in found]

    def session(self, _addresses: Sequence[str], _deadline: Any) -> requests.Session:
        """What the portal's own fetches are made with."""
        return self.http(self.portal_host)

    def entered(self, actor: str = TEST) -> AbstractContextManager[None]:
        """``with world.entered():`` whatever is asked in the block stays in this world, as if the server of the host
        ``actor`` asked it."""
        return entered(self, actor)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request. Raises :class:`UnknownHost`."""
        origin = _origin(environ.get("wsgi.url_scheme", "http"), environ.get("HTTP_HOST", ""))
        application = self._applications.get(origin)
        if application is None:
            raise UnknownHost(self._nobody(origin))
        # As browsers write it: WebTest names the usual port too, and frameworks compare this with Origin.
        environ["HTTP_HOST"] = host = urlsplit(origin).netloc
        with self.entered(host):
            # Read here: a body that is made while it is read belongs to the same host.
            chunks = application(environ, start_response)
            try:
                return [b"".join(chunks)]
            finally:
                close = getattr(chunks, "close", None)
                if close is not None:
                    close()

    def http(self, actor: str = "") -> requests.Session:
        """A ``requests`` session whose calls stay in this world: the back channel of the sites, without sockets.
        ``actor``: the host whose server calls, if not the one that is being served."""
        session = requests.Session()
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, _WorldAdapter(self, actor))
        return session

    def carry(self, request: requests.PreparedRequest, actor: str) -> requests.Response:
        """Answer a call that the server of the host ``actor`` makes, or fail as a network does."""
        return Noted(self.journal, actor).make(request, partial(self._answer, actor=actor))

    def _answer(self, request: requests.PreparedRequest, actor: str) -> requests.Response:
        host = urlsplit(request.url or "").netloc
        if self.is_down(host):
            raise requests.ConnectionError(f"{host} is down in this world", request=request)
        with self.entered(actor):
            return self.interceptors.carry(request, partial(send_to_wsgi, self))

    def _nobody(self, origin: str) -> str:
        where = here()
        scheme, _, host = origin.partition("://")
        asked = where.actor if where is not None else "a person's browser"
        return f"nobody is at {host!r} ({scheme}); asked by {asked}; there are: {', '.join(self.addresses)}"


def _origin(scheme: str, netloc: str) -> str:
    """``scheme://host[:port]`` as everybody writes it: the usual port is left out, letters are small."""
    host, colon, port = netloc.lower().rpartition(":")
    if colon and port == _USUAL_PORTS.get(scheme):
        netloc = host
    return f"{scheme}://{netloc.lower()}"


class _WorldAdapter(BaseAdapter):
    """Carries a prepared request into the world."""

    def __init__(self, world: World, actor: str) -> None:
        super().__init__()
        self._world = world
        self._actor = actor

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        """Answer as a server would, or fail as a network does."""
        where = here()
        return self._world.carry(request, self._actor or (where.actor if where is not None else TEST))

    def close(self) -> None:
        """Nothing is open."""
