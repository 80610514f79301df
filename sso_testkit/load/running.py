"""A portal and sites that run somewhere: the kit's browser goes there over the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import requests

from sso_testkit.browser import Browser
from sso_testkit.clock import MovableClock
from sso_testkit.site import Site
from sso_testkit.world import World

_PATIENCE_SECONDS = 30
_NOT_CARRIED = frozenset({"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"})


class WallClock(MovableClock):
    """The time of this machine, which cannot be moved."""

    def now(self) -> int:
        """In whole seconds since 1970-01-01 UTC."""
        return int(time.time())

    def advance(self, seconds: int = 0, *, minutes: int = 0, hours: int = 0, days: int = 0) -> None:
        """Raises RuntimeError: others live by that clock."""
        raise RuntimeError("the clock of a running portal cannot be moved; run this flow in process")

    def travel_to(self, moment: datetime) -> None:
        """Raises RuntimeError."""
        self.advance()


class Network(World):
    """Every host there is, reached by ``requests``; redirects and cookies stay the browser's own affair."""

    def __init__(self, clock: WallClock) -> None:
        """Connections are kept."""
        super().__init__(clock)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Carry a request out and its answer in. Raises ``requests.RequestException``."""
        answer = self._session.request(
            environ["REQUEST_METHOD"],
            _address(environ),
            data=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
            headers=_headers(environ),
            allow_redirects=False,
            timeout=_PATIENCE_SECONDS,
        )
        # ``raw`` keeps headers apart that came twice, as cookies do.
        kept = [(name, value) for name, value in answer.raw.headers.items() if name.lower() not in _NOT_CARRIED]
        start_response(f"{answer.status_code} {answer.reason or 'Unnamed'}", kept)
        return [answer.content]

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


class _Sites(dict[str, Site]):
    """Sites by client_id; one of which nobody has said where it is says so itself."""

    def __missing__(self, client_id: str) -> Site:
        raise LookupError(f"it was not said where {client_id!r} is; say it by --site {client_id}=https://…")


class RunningSingleSignOn:
    """What a flow is given as ``sso`` when the portal runs somewhere: addresses and browsers, and no inside."""

    def __init__(self, url: str, addresses: Mapping[str, str]) -> None:
        """The portal is at ``url``, its sites at ``addresses`` by client_id."""
        self.clock = WallClock()
        self.world = Network(self.clock)
        self.journal = self.world.journal
        self.address = url.rstrip("/")
        self.sites: Mapping[str, Site] = _Sites(
            {client_id: Site(client_id, "", address, {}) for client_id, address in addresses.items()}
        )

    def browser(self, language: str = "en") -> Browser:
        """A browser that has never been anywhere."""
        return Browser(self.world, language=language, clock=self.clock, journal=self.journal, portal=self.address)

    def close(self) -> None:
        """Give the connections back."""
        self.world.close()


def _address(environ: Mapping[str, Any]) -> str:
    path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/~!$&'()*+,;=:@")
    query = environ.get("QUERY_STRING", "")
    return f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{path}{'?' if query else ''}{query}"


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").title(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") and name != "HTTP_HOST"
    }
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = str(environ["CONTENT_TYPE"])
    return headers
