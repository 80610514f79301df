"""A browser, just enough of one: signs a person in and tells what it would send from then on."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import IO, Any

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_NAME, _VALUE = re.compile(r'name="([^"]*)"'), re.compile(r'value="([^"]*)"')


class Visit:
    """Cookies that are kept; a redirect is followed as long as it stays at the provider."""

    def __init__(self, port: int) -> None:
        """Of the provider on this port of loopback."""
        self.origin = f"http://localhost:{port}"
        self._jar = CookieJar()
        self._browser = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._jar), _StayHere(self.origin)
        )
        self.address = ""

    def open(self, path: str, fields: Mapping[str, str] | None = None) -> str:
        """Load a page, or post a form; answers the text."""
        body = None if fields is None else urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(urllib.parse.urljoin(self.origin, path), body)  # noqa: S310 - loopback
        if body is not None:
            request.add_header("Origin", self.origin)
        try:
            answer: Any = self._browser.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.address = str(answer.url)
            return str(answer.read().decode("utf-8", "replace"))

    def sign_in(self, path: str, **fields: str) -> None:
        """Load the page at ``path``, fill in its form and send it to where the page is."""
        page = self.open(path)
        self.open(self.address, {**hidden_fields(page), **fields})

    def cookie(self, wanted: str) -> str:
        """The Cookie header, without its name. Raises :class:`RuntimeError` when the cookie ``wanted`` is missing."""
        cookies = {cookie.name: cookie.value for cookie in self._jar if cookie.path == "/"}
        if wanted not in cookies:
            raise RuntimeError(f"nobody could sign in: no cookie {wanted!r}, at {self.address}")
        return "; ".join(f"{name}={value}" for name, value in cookies.items())


class _StayHere(urllib.request.HTTPRedirectHandler):
    def __init__(self, origin: str) -> None:
        self._origin = origin

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.startswith(f"{self._origin}/"):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def hidden_fields(page: str) -> dict[str, str]:
    """The names and values of a page's hidden fields."""
    found = [(_NAME.search(tag), _VALUE.search(tag)) for tag in _HIDDEN.findall(page)]
    return {name[1]: value[1] if value else "" for name, value in found if name}
