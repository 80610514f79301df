"""A cookie as browsers read it from a ``Set-Cookie`` header, and why they refuse some (RFC 6265bis)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from urllib.parse import urlsplit

from sso_testkit.browser.sites import host_of, is_address, is_trustworthy

LONGEST_LIFE = 400 * 86_400
"""So many seconds browsers keep a cookie at most (RFC 6265bis section 5.5)."""

LARGEST_COOKIE = 4096
"""So many bytes its name and value may have together (RFC 6265bis section 5.6)."""

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NUMBER = re.compile(r"-?\d{1,18}")
_KINDS = {"strict": "Strict", "lax": "Lax", "none": "None"}


class CookieRefused(ValueError):
    """A browser does not keep this cookie; the message says why."""


@dataclass
class Cookie:
    """A cookie that is kept. ``domain`` has no leading dot; ``expires`` in seconds since 1970-01-01 UTC, ``None`` when
    it goes with the browser; ``same_site`` is ``Strict``, ``Lax`` (which nothing said means, too) or ``None``."""

    name: str
    value: str
    domain: str
    path: str = "/"
    expires: int | None = None
    secure: bool = False
    http_only: bool = False
    same_site: str = "Lax"
    host_only: bool = True

    def has_nonstandard_attr(self, name: str) -> bool:
        """Whether it came with this attribute, which RFC 2109 did not know: as the cookies of ``http.cookiejar``."""
        return {"httponly": self.http_only, "samesite": self.same_site != "Lax"}.get(name.lower(), False)

    def is_for(self, url: str) -> bool:
        """Whether host, path and scheme of ``url`` are such that it is sent there (RFC 6265bis section 5.8.3)."""
        if self.secure and not is_trustworthy(url):
            return False
        host, path = host_of(url), urlsplit(url).path or "/"
        at_home = host == self.domain if self.host_only else _belongs(host, self.domain)
        return at_home and (path == self.path or path.startswith(self.path.rstrip("/") + "/"))


def read_cookie(header: str, url: str, now: int) -> Cookie:
    """The cookie that an answer from ``url`` sets at ``now``. Raises :class:`CookieRefused`."""
    pair, _, rest = header.partition(";")
    name, equals, value = pair.partition("=")
    name, value = (name.strip(), value.strip()) if equals else ("", pair.strip())
    told = _attributes(rest)
    _check_text(name, value)
    domain, host_only = _domain(told.get("domain", ""), host_of(url))
    cookie = Cookie(
        name,
        value,
        domain,
        path=_path(told.get("path", ""), url),
        expires=_expires(told, now),
        secure="secure" in told,
        http_only="httponly" in told,
        same_site=_KINDS.get(told.get("samesite", "").lower(), "Lax"),
        host_only=host_only,
    )
    _check_promises(cookie, url)
    return cookie


def _attributes(text: str) -> dict[str, str]:
    """By name in small letters; of several with one name the last counts."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def _check_text(name: str, value: str) -> None:
    if not name and not value:
        raise CookieRefused("it has neither name nor value")
    if _CONTROL.search(name + value):
        raise CookieRefused("there are control characters in it")
    if len(name.encode()) + len(value.encode()) > LARGEST_COOKIE:
        raise CookieRefused(f"it is larger than {LARGEST_COOKIE} bytes")


def _domain(told: str, host: str) -> tuple[str, bool]:
    """For which hosts it is, and whether for the one host only (RFC 6265bis section 5.7)."""
    domain = told.removeprefix(".").lower()
    if not domain:
        return host, True
    if "." not in domain or is_address(domain):
        if domain != host:
            raise CookieRefused(f"nobody owns the domain {domain!r} as a whole")
        return host, True
    if not _belongs(host, domain):
        raise CookieRefused(f"{host} may not set cookies for the foreign domain {domain!r}")
    return domain, False


def _belongs(host: str, domain: str) -> bool:
    return host == domain or (host.endswith(f".{domain}") and not is_address(host))


def _path(told: str, url: str) -> str:
    """Where it is sent: what was told, else the folder of the address that set it (RFC 6265bis section 5.1.4)."""
    if told.startswith("/"):
        return told
    folder = urlsplit(url).path.rpartition("/")[0]
    return folder if folder.startswith("/") else "/"


def _expires(told: dict[str, str], now: int) -> int | None:
    """``Max-Age`` counts before ``Expires``; what cannot be read counts as not told."""
    if _NUMBER.fullmatch(told.get("max-age", "")):
        return now + min(int(told["max-age"]), LONGEST_LIFE)
    moment = _moment(told.get("expires", ""))
    return None if moment is None else min(moment, now + LONGEST_LIFE)


def _moment(date: str) -> int | None:
    """Seconds since 1970-01-01 UTC of a date of HTTP."""
    read = parsedate_tz(date)
    try:
        return int(mktime_tz(read)) if read is not None else None
    except (ValueError, OverflowError):
        return None


def _check_promises(cookie: Cookie, url: str) -> None:
    if cookie.secure and not is_trustworthy(url):
        raise CookieRefused("it is Secure, and the answer came without TLS")
    if cookie.same_site == "None" and not cookie.secure:
        raise CookieRefused("it is SameSite=None and not Secure")
    name = cookie.name.lower()
    if name.startswith(("__secure-", "__host-")) and not cookie.secure:
        raise CookieRefused("its name promises that it is Secure")
    if name.startswith("__host-") and not (cookie.host_only and cookie.path == "/"):
        raise CookieRefused("its name promises that it is of one host and has the path /")
