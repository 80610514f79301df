"""The way from the site to the portal: what its authorization request asks for, and which cookies it has set."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from sso_client.check.site_cookie import SiteCookie, cookie_header

MOST_PARAMETERS = 50


@dataclass(frozen=True, slots=True)
class Way:
    """One visit of the sign-in page with no cookies. `location`: where it led, at the portal."""

    location: str = field(repr=False)
    cookies: tuple[SiteCookie, ...] = ()
    date: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All parameters, in order; none when they cannot be read."""
        try:
            query = urlsplit(self.location).query
            return parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
        except ValueError:
            return []

    @property
    def asked(self) -> dict[str, str]:
        """The parameters by name."""
        return dict(self.pairs)

    @property
    def is_hidden(self) -> bool:
        """Whether the request was pushed (RFC 9126) or is an object of its own (RFC 9101): outsiders cannot read it."""
        return bool({"request", "request_uri"} & set(self.asked))

    @property
    def cookie_header(self) -> str:
        """What this browser sends back to the site."""
        return cookie_header(self.cookies)
