"""``state`` of the requests that the portal makes for protected sites: where the person wanted to go, and in which
browser she began (RFC 9700, section 4.7)."""

from __future__ import annotations

from sso_portal.base.hashing import s256
from sso_portal.base.jose import make_marker, read_marker

STATE_SECONDS = 86_400
"""A sign-in page may stay open for so long."""


class SiteStates:
    """Signed notes that nobody but the portal reads; nothing is kept."""

    def __init__(self, key: bytes) -> None:
        """``key`` is known to this portal alone."""
        self._key = key

    def make(self, client_id: str, verifier: str, path: str, now: int) -> str:
        """A note for the browser that has the ``verifier``: it goes on to ``path`` on the site of the client."""
        claims = {"client": client_id, "of": s256(verifier), "path": path, "exp": now + STATE_SECONDS}
        return make_marker(self._key, "site", claims)

    def path(self, state: str, client_id: str, verifier: str, now: int) -> str | None:
        """Where to go on; ``None`` when the note is forged, over, of another client or of another browser."""
        claims = read_marker(self._key, "site", state, now) or {}
        is_own = claims.get("client") == client_id and claims.get("of") == s256(verifier)
        return str(claims["path"]) if is_own else None
