"""Hosts that say which cookies they were sent, set what they are asked to, and lead wherever a test wants."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from sso_testkit import World

_SEPARATOR = "|"


class CookieTown:
    """A world with the same application at every address."""

    def __init__(self, *addresses: str) -> None:
        """``addresses`` as of :meth:`World.add`."""
        self.world = World()
        for address in addresses:
            self.world.add(address, _answer)

    def setting(self, place: str, *headers: str) -> str:
        """An address at ``place`` that sets these cookies."""
        return f"{place}/set?{quote(_SEPARATOR.join(headers))}"


def _answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """``/set?COOKIES``, ``/redirect?STATUS+ADDRESS``, ``/leads-to?ADDRESS`` (a link and a form), ``/frames?ADDRESS``;
    elsewhere the cookies that came. ``/told``: the headers that say where it comes from."""
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    headers = [("Content-Type", "text/html; charset=utf-8")]
    status, body = "200 OK", environ.get("HTTP_COOKIE", "")
    if path == "/set":
        headers += [("Set-Cookie", header) for header in unquote(query).split(_SEPARATOR)]
    elif path == "/redirect":
        code, _, target = query.partition("+")
        status = f"{code} Elsewhere"
        headers += [("Location", target)]
    elif path.startswith("/leads-to"):
        headers += [("Referrer-Policy", policy)] if (policy := path.removeprefix("/leads-to").strip("/")) else []
        body = (
            f'<a href="{query}">there</a><form method="post" action="{query}"><input name="word" value="hello"></form>'
        )
    elif path == "/frames":
        body = f'<h1>Around</h1><iframe src="{query}"></iframe><iframe src="about:blank"></iframe>'
    elif path == "/told":
        names = ("ORIGIN", "REFERER", "SEC_FETCH_SITE", "SEC_FETCH_MODE", "SEC_FETCH_DEST", "SEC_FETCH_USER")
        body = "\n".join(f"{name}: {environ.get(f'HTTP_{name}', '-')}" for name in names)
    return _respond(start_response, status, headers, body)


def _respond(start_response: Any, status: str, headers: list[tuple[str, str]], body: str) -> list[bytes]:
    start_response(status, headers)
    return [body.encode("latin-1")]
