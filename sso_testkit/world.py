"""Many WSGI applications in one process, told apart by host name."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from sso_testkit.transport import send_to_wsgi

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_PUBLIC_ADDRESS = "198.51.101.1"
_GATEWAY_PORTS = {"http": "80", "https": "443"}


class UnknownHost(LookupError):
    """Somebody asked for a host that nobody has in this world."""


class World:
    """A WSGI application that hands each request to the application of its host."""

    def __init__(self) -> None:
        """An empty world."""
        self._applications: dict[str, Application] = {}
        self._down: set[str] = set()
        self._addresses: dict[str, str] = {}

    def add(self, address: str, application: Application) -> None:
        """Put an application at ``scheme://host[:port]``."""
        self._applications[urlsplit(address).netloc] = application

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
        if {host, f"{host}:{port}"} & set(self._applications):
            return [_PUBLIC_ADDRESS]
        name = "127.0.0.1" if host.rstrip(".") == "localhost" else host
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(entry[4][0]) for entry in found]

    def session(self, _addresses: Sequence[str], _deadline: Any) -> requests.Session:
        """What the portal's own fetches are made with."""
        return self.http()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request. Raises :class:`UnknownHost`."""
        host = environ.get("HTTP_HOST", "")
        name, _, port = host.partition(":")
        if port == _GATEWAY_PORTS.get(environ.get("wsgi.url_scheme", "")):
            host = name
        if host not in self._applications:
            raise UnknownHost(f"nobody is at {host!r}; there are: {', '.join(sorted(self._applications))}")
        return self._applications[host](environ, start_response)

    def http(self) -> requests.Session:
        """A ``requests`` session whose calls stay in this world: the back channel of the sites, without sockets."""
        session = requests.Session()
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, _WorldAdapter(self))
        return session


class _WorldAdapter(BaseAdapter):
    """Carries a prepared request into the world."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        """Answer as a server would, or fail as a network does."""
        host = urlsplit(request.url or "").netloc
        if self._world.is_down(host):
            raise requests.ConnectionError(f"{host} is down in this world", request=request)
        return send_to_wsgi(self._world, request)

    def close(self) -> None:
        """Nothing is open."""
