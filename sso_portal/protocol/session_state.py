"""``session_state``: by it a site's page asks, without the network, whether the sign-in it knows is still there.

OpenID Connect Session Management 1.0, sections 2 and 3. The page asks a frame of the portal's, whose script sees the
browser's cookie and makes the same hash (``web/static/check_session.js``).
"""

from __future__ import annotations

from functools import lru_cache

from sso_portal.base.hashing import base64url, s256
from sso_portal.base.ids import identifier
from sso_portal.base.keyed_hash import keyed_hash
from sso_portal.base.same_address import without_query
from sso_portal.base.urls import origin

_STATE_BYTES = 16


class BrowserStates:
    """What a browser may show of its sessions: it stays as long as a session, and tells nothing about it."""

    def __init__(self, key: bytes) -> None:
        """``key`` is known to this portal alone."""
        hashed = keyed_hash(key)
        # A browser's session is asked for at each of its visits.
        self._known = lru_cache(maxsize=1_000)(lambda sid: base64url(hashed(sid.encode())[:_STATE_BYTES]))

    def of(self, sid: str) -> str:
        """The state of one session: 22 characters of base64url, the same however often its cookie changes."""
        return self._known(sid)

    def session_state(self, sid: str, client_id: str, redirect_uri: str) -> str | None:
        """What the site is given (section 2), or ``None`` for an app: no page of an origin could ask there."""
        asking = page_origin(redirect_uri)
        return salted(client_id, asking, self.of(sid), identifier()) if asking else None


def salted(client_id: str, asking: str, state: str, salt: str) -> str:
    """The hash of all four, and the salt that the frame needs to make it again (section 3.2)."""
    return f"{s256(f'{client_id} {asking} {state} {salt}')}.{salt}"


@lru_cache(maxsize=1_000)
def page_origin(redirect_uri: str) -> str:
    """The origin of a web address as browsers write it (HTML, section 7.1.1), empty for a private-use scheme."""
    return origin(without_query(redirect_uri.partition("?")[0]) or "")
