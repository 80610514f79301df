"""What open_api tells about a person: a shelf of lessons and one of videos, each only if she has agreed to it.

Nothing of it is kept: what she takes back at the portal is gone here with the next click.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from pyramid.request import Request

from demo_sites.partner_site.entries import Entry, read_entries
from sso_client import PortalUnavailable, SignInRequired, Step, tell_call

MOST_ENTRIES = 100
"""That many are asked for; the API gives no more at once."""

SCOPES = {"lessons": "learning.read", "videos": "videos.read"}
"""The shelves, and what a person agrees to for each."""


class Standing(Enum):
    """How a shelf came to be full or empty."""

    GIVEN = "given"
    DECLINED = "declined"
    AWAY = "away"


@dataclass(frozen=True)
class Shelf:
    """One shelf. ``step`` tells the call, where one was made."""

    name: str
    standing: Standing
    entries: tuple[Entry, ...] = ()
    step: Step | None = None

    @property
    def minutes(self) -> int:
        """How long everything on it takes."""
        return sum(entry.minutes for entry in self.entries)


def fetch(request: Request) -> dict[str, Shelf]:
    """Both shelves of the person signed in, by name. Raises SignInRequired when her key opens nothing any more."""
    granted = request.identity.scope
    with request.sso.api() as api:
        return {
            name: _shelf(request, api, name) if scope in granted else Shelf(name, Standing.DECLINED)
            for name, scope in SCOPES.items()
        }


def _shelf(request: Request, api: Any, name: str) -> Shelf:
    address = f"{request.registry.settings['demo.api_url'].rstrip('/')}/{name}"
    try:
        answer = api.get(address, params={"limit": str(MOST_ENTRIES)}, allow_redirects=False)
    except (PortalUnavailable, OSError, ValueError):  # requests' own errors are OSErrors
        return Shelf(name, Standing.AWAY)
    if answer.status_code == 401:
        # A key that cannot be renewed opens nothing; going on with it would ask the same in vain for hours.
        request.sso.kit.sessions.end(request.sso.session.id_hash)
        raise SignInRequired("open_api does not take the key any more")
    step = tell_call(answer)
    if answer.status_code == 403:
        return Shelf(name, Standing.DECLINED, step=step)
    try:
        entries = read_entries(answer, name, request.locale_name)
    except ValueError:
        return Shelf(name, Standing.AWAY, step=step)
    return Shelf(name, Standing.GIVEN, entries, step)
