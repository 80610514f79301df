"""The door at which a browser sees its own last flow as a picture, and nobody else's."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sso_flow.exchanges import host_of
from sso_flow.journal import Hop, Journal
from sso_flow.live.application import Application
from sso_flow.live.browsers import browser_of, number_in
from sso_flow.recording import record
from sso_flow.style import stylesheet
from sso_flow.words import BACK_TO, FLOW, NO_FLOW, Language, Words

PATH = "/demo/flow"


@dataclass(frozen=True)
class Place:
    """Somebody who takes part in the demo: the address where people find it, and what they call it."""

    address: str
    name: Words


class FlowDoor:
    """A WSGI application with one more page. ``?site=`` names the site to go back to, ``?lang=`` the language."""

    def __init__(
        self, application: Application, flow_of: Callable[[str], Iterable[Hop]], places: Mapping[str, Place]
    ) -> None:
        """``flow_of`` answers a browser's flow; ``places``: the portal, then the sites by what ``site`` calls them."""
        self._application = application
        self._flow_of = flow_of
        self._places = places

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        if environ.get("PATH_INFO") != PATH or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._application(environ, start_response)
        asked = dict(parse_qsl(environ.get("QUERY_STRING", "")[:1000]))
        language: Language = "zh" if asked.get("lang", "").startswith("zh") else "en"
        page = self._page(browser_of(number_in(environ.get("HTTP_COOKIE", ""))), asked.get("site", ""), language)
        body = page.encode()
        start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(body)))])
        return [body] if environ["REQUEST_METHOD"] == "GET" else []

    def _page(self, browser: str, site: str, language: Language) -> str:
        journal = Journal(lambda: 0)
        for hop in self._flow_of(browser):
            journal.put(hop)
        names = {host_of(place.address): place.name.said(language) for place in self._places.values()}
        back = self._places.get(site) or next(iter(self._places.values()))
        recording = record(journal, title=FLOW.said(language), language=language, names=names)
        return recording.html(
            index=f"{back.address}/",
            index_name=BACK_TO.said(language, name=back.name.said(language)),
            nothing=NO_FLOW.said(language),
        )


def _policy() -> str:
    """What the page may do: be seen, with its own style (W3C CSP Level 3)."""
    style = base64.b64encode(hashlib.sha256(stylesheet().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", _policy()),
    ("Cache-Control", "no-store"),
    ("Vary", "Cookie"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
