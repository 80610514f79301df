"""What a browser keeps of the cookies it is given, for how long, and to whom it shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from sso_testkit.browser.cookies import Cookie, CookieRefused, read_cookie
from sso_testkit.browser.sites import host_of, is_trustworthy
from sso_testkit.clock import Clock

EVERY_KIND = frozenset({"Strict", "Lax", "None"})
"""The values of ``SameSite`` that matter when no other site is involved."""


@dataclass(frozen=True)
class RefusedCookie:
    """A cookie that a host wanted to set and the browser did not keep."""

    host: str
    header: str
    reason: str


class CookieJar:
    """All cookies of one browser; iterating shows those that have not expired by the world's clock.

    WebTest can be given it as its ``cookiejar``: it then acts as for pages that nobody else sent the person to.
    """

    def __init__(self, clock: Clock) -> None:
        """An empty jar that obeys ``clock``."""
        self.refused: list[RefusedCookie] = []
        self._clock = clock
        self._cookies: dict[tuple[str, str, str], Cookie] = {}
        self._lock = Lock()

    def __iter__(self) -> Iterator[Cookie]:
        """Every living cookie, the oldest first."""
        now = self._clock.now()
        with self._lock:
            known = list(self._cookies.values())
        return iter([cookie for cookie in known if cookie.expires is None or cookie.expires > now])

    def __len__(self) -> int:
        """How many are living."""
        return sum(1 for _ in self)

    def set_cookie(self, cookie: Any) -> None:
        """Put a cookie in as it is, of another jar or of ``http.cookiejar``: no rule is asked."""
        key = (cookie.domain, cookie.path, cookie.name)
        with self._lock:
            self._cookies[key] = replace(cookie) if isinstance(cookie, Cookie) else _taken_over(cookie)

    def clear(self, domain: str | None = None, path: str | None = None, name: str | None = None) -> None:
        """Lose all cookies, or those of a domain, a path below it, a name there."""
        wanted = (domain, path, name)
        with self._lock:
            self._cookies = {
                key: cookie
                for key, cookie in self._cookies.items()
                if any(told not in (None, part) for told, part in zip(wanted, key, strict=True))
            }

    def clear_session_cookies(self) -> None:
        """Lose what goes with the browser when it is closed."""
        with self._lock:
            self._cookies = {key: cookie for key, cookie in self._cookies.items() if cookie.expires is not None}

    def keep(self, url: str, headers: Iterable[str], kinds: Collection[str] = EVERY_KIND) -> None:
        """Take the ``Set-Cookie`` headers of an answer from ``url``; what the rules forbid is noted in ``refused``.
        ``kinds``: the values of ``SameSite`` that may be set there."""
        for header in headers:
            try:
                self._keep(read_cookie(header, url, self._clock.now()), url, kinds)
            except CookieRefused as refusal:
                self.refused.append(RefusedCookie(host_of(url), header, str(refusal)))

    def header_for(self, url: str, kinds: Collection[str] = EVERY_KIND) -> str:
        """The ``Cookie`` header for a request of ``url``, empty when there is none: longer paths first (RFC 6265bis
        section 5.8.3). ``kinds``: the values of ``SameSite`` that may be sent there."""
        found = [cookie for cookie in self if cookie.same_site in kinds and cookie.is_for(url)]
        found.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" if cookie.name else cookie.value for cookie in found)

    def add_cookie_header(self, request: Any) -> None:
        """As of ``http.cookiejar``: put the cookies into a request, unless it has some."""
        header = self.header_for(request.get_full_url())
        if header and not request.has_header("Cookie"):
            request.add_unredirected_header("Cookie", header)

    def extract_cookies(self, response: Any, request: Any) -> None:
        """As of ``http.cookiejar``: keep what an answer sets."""
        self.keep(request.get_full_url(), response.info().get_all("Set-Cookie", []))

    def _keep(self, cookie: Cookie, url: str, kinds: Collection[str]) -> None:
        if cookie.same_site not in kinds:
            raise CookieRefused(f"it is SameSite={cookie.same_site}, and the page around is of another site")
        key = (cookie.domain, cookie.path, cookie.name)
        with self._lock:
            known = self._cookies.get(key)
            if known is not None and known.secure and not is_trustworthy(url):
                raise CookieRefused("it would replace one that is Secure, and the answer came without TLS")
            if cookie.expires is not None and cookie.expires <= self._clock.now():
                self._cookies.pop(key, None)
            else:
                self._cookies[key] = cookie


def _taken_over(cookie: Any) -> Cookie:
    domain = cookie.domain.removeprefix(".").removesuffix(".local") or "localhost"
    return Cookie(
        cookie.name,
        cookie.value or "",
        domain,
        cookie.path,
        cookie.expires,
        bool(cookie.secure),
        cookie.has_nonstandard_attr("HttpOnly"),
        host_only=not cookie.domain.startswith("."),
    )
