"""What is checked, and what the checks have learned so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests

from sso_client.backchannel import Backchannel, HttpFactory
from sso_client.check.visits import Visits
from sso_client.check.way import Way
from sso_client.clock import Clock, SystemClock
from sso_client.discovery import Metadata
from sso_client.settings import Settings
from sso_client.signed_token import LEEWAY_SECONDS


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks to have checked.

    site: its address.   settings: those of the site; without a secret where they are not known.
    sign_in, backchannel_logout, frontchannel_logout: addresses or paths, "none" for what the site has not.
    apis: addresses that need a token.   skew: seconds that clocks may be apart.
    """

    site: str
    settings: Settings
    sign_in: str = "/sso/sign-in"
    backchannel_logout: str = ""
    frontchannel_logout: str = ""
    apis: tuple[str, ...] = ()
    skew: int = LEEWAY_SECONDS


@dataclass(slots=True)
class Known:
    """What earlier checks leave for later ones. The offsets are seconds that others' clocks are ahead of this one."""

    metadata: Metadata | None = None
    portal_offset: int | None = None
    site_offset: int | None = None
    key_ids: list[str] = field(default_factory=list)
    is_client_refused: bool = False
    ways: list[Way] = field(default_factory=list)


class Case:
    """One site under examination."""

    def __init__(self, wanted: Wanted, *, http: HttpFactory | None = None, clock: Clock | None = None) -> None:
        """`http` makes the sessions for all calls, `clock` tells the time; both default to the real thing."""
        self.wanted = wanted
        self.settings = wanted.settings
        self.clock = clock or SystemClock()
        self.visits = Visits(http or requests.Session, self.settings.timeout)
        self.backchannel = Backchannel(http or requests.Session, self.settings.timeout)
        self.known = Known()

    @property
    def metadata(self) -> Metadata:
        """What the portal says about itself. Raises LookupError before `issuer` was found right."""
        if self.known.metadata is None:
            raise LookupError("the portal's metadata are not known")
        return self.known.metadata

    @property
    def way(self) -> Way:
        """The first visit of the sign-in page. Raises IndexError before `sign_in` was found right."""
        return self.known.ways[0]

    @property
    def client_id(self) -> str:
        """By the settings, or else as the site's own requests say it."""
        asked = self.known.ways[0].asked.get("client_id", "") if self.known.ways else ""
        return self.settings.client_id or asked

    def url(self, path: str) -> str:
        """Return the address of a page of the site: below its own address, unless it is one already."""
        return self.wanted.site.rstrip("/") + path if path.startswith("/") else path

    def is_own(self, url: str) -> bool:
        """Say whether `url` is on the site's own host."""
        return origin_of(url) == origin_of(self.wanted.site)


_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port (RFC 6454 section 4); all empty for what is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0


def led_to(url: str, location: str) -> str:
    """Return where a redirect of `url` leads, "" for what is no address (RFC 9110 section 10.2.2)."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""
