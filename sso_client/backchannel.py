"""Every call from the site's server to the portal goes through here.

The portal's answers are treated as if an enemy had written them: a call has a time limit as a whole (not only between
two bytes), an answer has a size limit, redirects are never followed (the address came from checked metadata; where a
redirect leads did not), and compressed answers are not unpacked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests
import urllib3.exceptions
from urllib3.response import BaseHTTPResponse

from sso_client.errors import PortalUnavailable
from sso_client.json_answer import read_object

HttpFactory = Callable[[], requests.Session]
"""Makes the requests session that a call is sent with; a site may bring its own (proxies, certificates, tests)."""

LARGEST_ANSWER = 512 * 1024
"""Bytes. A JWKS of twenty RSA keys has about ten thousand."""

_CHUNK = 16 * 1024


class Backchannel:
    """Sends one request to the portal and brings back a complete, bounded answer."""

    def __init__(self, http: HttpFactory, timeout: float) -> None:
        """`timeout`: seconds for a whole call, from connecting to the last byte."""
        self._http = http
        self.timeout = timeout

    def send(
        self,
        method: str,
        url: str,
        *,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        auth: requests.auth.AuthBase | None = None,
    ) -> requests.Response:
        """Send a request and return the answer, whatever its status, with its body read.

        Raises PortalUnavailable for everything that is not an answer: no connection, too slow, too large, a redirect.
        """
        deadline = time.monotonic() + self.timeout
        sent = {"Accept": "application/json", **(headers or {}), "Accept-Encoding": "identity"}
        try:
            with self._http() as session:
                answer = leading_nowhere(session).request(
                    method,
                    url,
                    data=data,
                    headers=sent,
                    # Without an `auth` of its own, requests would look for a password in ~/.netrc.
                    auth=auth or _no_authentication,
                    timeout=self.timeout,
                    allow_redirects=False,
                    stream=True,
                )
                with answer:
                    answer._content = self._read(answer, deadline)
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as problem:
            # requests' own errors are OSErrors; a bad address is a ValueError; reading can raise urllib3's.
            raise PortalUnavailable(f"{method} {url}: {type(problem).__name__}") from problem
        if 300 <= answer.status_code < 400:
            raise PortalUnavailable(f"{method} {url}: answered with a redirect, which is not followed")
        return answer

    def get_json(self, url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """GET `url` and return the JSON object it answers with 200. Raises PortalUnavailable for anything else."""
        answer = self.send("GET", url, headers=headers)
        if answer.status_code != 200:
            raise PortalUnavailable(f"GET {url}: status {answer.status_code}")
        try:
            return read_object(answer.content)
        except ValueError as problem:
            raise PortalUnavailable(f"GET {url}: {problem}") from problem

    def _read(self, answer: requests.Response, deadline: float) -> bytes:
        if answer.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
            raise ValueError("compressed although not asked for")
        body = bytearray()
        for chunk in chunks(answer):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise ValueError("too large")
            if time.monotonic() > deadline:
                raise TimeoutError("too slow")
        return bytes(body)


def chunks(answer: requests.Response) -> Iterator[bytes]:
    """Return the body of a streamed answer in pieces, each as soon as it has come, not unpacked."""
    raw = answer.raw
    if not isinstance(raw, BaseHTTPResponse):  # an adapter that answers without sockets
        yield from answer.iter_content(_CHUNK)
        return
    # read1 returns after one arrival of bytes, so that an answer dripping in byte by byte meets the deadline.
    while chunk := raw.read1(_CHUNK, decode_content=False):
        yield chunk


def leading_nowhere(session: requests.Session) -> requests.Session:
    """Return `session`, which takes no answer for a redirect any more.

    Without this requests prepares the next step although nobody takes it, and reads all of the body for that.
    """
    session.get_redirect_target = _nowhere  # type: ignore[assignment, method-assign]
    return session


def _nowhere(answer: requests.Response) -> None:
    return None


def _no_authentication(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
