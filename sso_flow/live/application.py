"""The layer around an application of the demo: what people's browsers ask of it, and what the portal tells it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from sso_flow.exchanges import host_of
from sso_flow.facts import header_of, target_of
from sso_flow.journal import PERSON, Hop
from sso_flow.live import kept
from sso_flow.live.browsers import browser_of, cookie_of, new_number, number_in
from sso_flow.live.serving import Tell, serving

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_LARGEST_FORM = 64 * 1024
_MOST_FIELDS = 200
_ASKED = {"Referer": "HTTP_REFERER", "Sec-Fetch-Dest": "HTTP_SEC_FETCH_DEST"}


class RecordedApplication:
    """A WSGI application that tells of each page and of each notice of a sign-out, and is otherwise what it was."""

    def __init__(self, application: Application, address: str, tell: Tell, *, portal: str) -> None:
        """``address``: where people find it; ``portal``: where they find the portal, which may be the same."""
        self._application = application
        self._address = address
        self._tell = tell
        self._portal = portal

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        form = _form(environ)
        if "logout_token" in dict(form):
            return self._notice(environ, start_response, form)
        # Styles, scripts and what a page fetches by itself are no part of the flow.
        if "text/html" in environ.get("HTTP_ACCEPT", ""):
            return self._page(environ, start_response, form)
        return self._application(environ, start_response)

    def _notice(
        self, environ: dict[str, Any], start_response: Callable[..., Any], form: list[tuple[str, str]]
    ) -> Iterable[bytes]:
        answer = _Answer()
        begun, chunks = time.monotonic_ns(), answer.of(self._application, environ)
        self._tell("", self._hop(environ, form, answer, host_of(self._portal), begun))
        start_response(answer.status, answer.headers, *answer.problem)
        return chunks

    def _page(
        self, environ: dict[str, Any], start_response: Callable[..., Any], form: list[tuple[str, str]]
    ) -> Iterable[bytes]:
        number, answer, begun = number_in(environ.get("HTTP_COOKIE", "")), _Answer(), time.monotonic_ns()
        with serving() as calls:
            chunks = answer.of(self._application, environ)
        hop = self._hop(environ, form, answer, PERSON, begun)
        headers = answer.headers
        if not number and self._begins(hop):
            number = new_number()
            headers = [*headers, cookie_of(number)]
        # Before the answer goes out: whoever asks for the flow next finds it whole.
        for told in (hop, *calls) if number else ():
            self._tell(browser_of(number), told)
        start_response(answer.status, headers, *answer.problem)
        return chunks

    def _begins(self, hop: Hop) -> bool:
        """Whether something begins that is worth telling: at the portal's doors, or where a site sends people there."""
        at_portal = host_of(hop.url) == host_of(self._portal) and urlsplit(hop.url).path.startswith("/o/")
        return at_portal or (bool(target_of(hop)) and host_of(target_of(hop)) == host_of(self._portal))

    def _hop(
        self, environ: dict[str, Any], form: list[tuple[str, str]], answer: _Answer, actor: str, begun: int
    ) -> Hop:
        return Hop(
            # Of all processes of a machine, the one that began later has the higher number.
            number=begun,
            at=int(time.time()),
            actor=actor,
            method=environ["REQUEST_METHOD"],
            url=kept.kept_url(_url(environ, self._address)),
            request_headers=kept.kept_request_headers(
                (name, environ[key]) for name, key in _ASKED.items() if key in environ
            ),
            form=tuple(kept.kept_form(form)),
            status=int(answer.status[:3]),
            response_headers=tuple(kept.kept_response_headers(answer.headers)),
            body=kept.kept_body(answer.headers, answer.body),
            seconds=(time.monotonic_ns() - begun) / 1e9,
        )


class _Answer:
    """What an application answers, read before it goes out when it is a page or JSON."""

    def __init__(self) -> None:
        self.status = "500 Internal Server Error"
        self.headers: list[tuple[str, str]] = []
        self.problem: tuple[Any, ...] = ()
        self.body = b""
        self._written: list[bytes] = []

    def of(self, application: Application, environ: dict[str, Any]) -> Iterable[bytes]:
        """The body of the application's answer, for the server."""
        chunks = application(environ, self._start)
        if header_of(self.headers, "Content-Type").partition(";")[0] not in {"text/html", "application/json"}:
            return chunks
        try:
            self.body = b"".join([*self._written, *chunks])
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return [self.body]

    def _start(self, status: str, headers: list[tuple[str, str]], *problem: Any) -> Callable[[bytes], None]:
        self.status, self.headers, self.problem = status, list(headers), problem
        return self._written.append


def _url(environ: dict[str, Any], address: str) -> str:
    """The address that was asked for, below the application's own: what ``Host`` says is not believed."""
    asked = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    path = quote((asked if asked.startswith("/") else f"/{asked}").encode("latin-1"), safe="/:@!$&'()*+,;=~")
    query = environ.get("QUERY_STRING", "")
    return f"{address}{path}?{query}" if query else f"{address}{path}"


def _form(environ: dict[str, Any]) -> list[tuple[str, str]]:
    """The posted form, which the application reads after us; nothing of one that is large."""
    kind, length = environ.get("CONTENT_TYPE", ""), environ.get("CONTENT_LENGTH") or "0"
    if environ["REQUEST_METHOD"] != "POST" or not kind.startswith("application/x-www-form-urlencoded"):
        return []
    size = kept.size_in(length)
    if size > _LARGEST_FORM:
        return []
    body = environ["wsgi.input"].read(size)
    environ["wsgi.input"] = io.BytesIO(body)
    with suppress(ValueError):
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    return []
