"""Requests to the site as strangers make them: no redirect is followed, no answer is waited for or read for ever."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import urllib3.exceptions

from sso_client.backchannel import HttpFactory, chunks, leading_nowhere
from sso_client.check.finding import shown
from sso_client.check.site_cookie import SiteCookie, read_cookie

LARGEST_PAGE = 256 * 1024
"""Bytes of an answer that are read; what comes after them is not looked at."""

_HEADERS = {"User-Agent": "sso-client check", "Accept-Encoding": "identity"}


class Unreachable(Exception):
    """There was no answer; the message says of what and why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """Return a header, all of its lines joined, "" when it is not there."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def content_type(self) -> str:
        """The media type without parameters, in small letters."""
        return self.header("Content-Type").partition(";")[0].strip().lower()

    @property
    def cookies(self) -> tuple[SiteCookie, ...]:
        """The cookies that it sets."""
        lines = (value for key, value in self.headers if key.lower() == "set-cookie")
        return tuple(cookie for cookie in map(read_cookie, lines) if cookie is not None)


class Visits:
    """Makes requests."""

    def __init__(self, http: HttpFactory, timeout: float) -> None:
        """`timeout`: seconds for a whole request, from connecting to the last byte."""
        self._http = http
        self._timeout = timeout

    def get(self, url: str, *, cookies: str = "", headers: Mapping[str, str] | None = None) -> Seen:
        """GET `url`. Raises Unreachable."""
        return self._send("GET", url, {**(headers or {}), **({"Cookie": cookies} if cookies else {})}, None)

    def post(self, url: str, form: Mapping[str, str]) -> Seen:
        """POST a form to `url`. Raises Unreachable."""
        return self._send("POST", url, {}, form)

    def _send(self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None) -> Seen:
        deadline = time.monotonic() + self._timeout
        try:
            with self._http() as session:
                answer = leading_nowhere(session).request(
                    method,
                    url,
                    data=form,
                    headers={"Accept": "text/html, */*;q=0.5", **_HEADERS, **headers},
                    # Without an `auth` of its own, requests would look for a password in ~/.netrc.
                    auth=_nobody,
                    timeout=self._timeout,
                    allow_redirects=False,
                    stream=True,
                )
                with answer:
                    return Seen(answer.status_code, tuple(_lines(answer)), _read(answer, deadline))
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as problem:
            place = shown(url.partition("?")[0])
            raise Unreachable(f"{method} {place} has no answer: {type(problem).__name__}.") from problem


def _read(answer: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    for chunk in chunks(answer):
        body += chunk
        if len(body) >= LARGEST_PAGE:
            break
        if time.monotonic() > deadline:
            raise TimeoutError("too slow")
    return bytes(body[:LARGEST_PAGE])


def _lines(answer: requests.Response) -> Iterable[tuple[str, str]]:
    """The header lines; requests itself joins those that come several times, and cookies cannot be told apart then."""
    found: Any = getattr(answer.raw, "headers", None)
    if found is None:
        found = answer.headers
    pairs: Iterable[tuple[Any, Any]] = found.items() if hasattr(found, "items") else found
    return [(str(name), str(value)) for name, value in pairs]


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
