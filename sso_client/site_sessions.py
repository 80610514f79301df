"""The site's own sessions: rows in its store, found by the hash of an opaque cookie value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sso_client.clock import Clock
from sso_client.hashing import hashed, new_secret
from sso_client.identity import Identity
from sso_client.store import Store
from sso_client.story import Story
from sso_client.tokens import Tokens


@dataclass(frozen=True, slots=True)
class SiteSession:
    """One person's session at the site. `expires` in seconds since 1970, absolute: use does not lengthen it."""

    id_hash: str
    identity: Identity
    csrf_token: str = field(repr=False)
    story_json: str = field(repr=False)
    expires: int

    @property
    def story(self) -> Story:
        """How the person signed in."""
        return Story.from_json(self.story_json)


class SiteSessions:
    """Begins, finds and ends sessions."""

    def __init__(self, store: Store, clock: Clock, lifetime: int) -> None:
        """`lifetime` of a session in seconds."""
        self._store = store
        self._clock = clock
        self._lifetime = lifetime

    def begin(self, claims: Mapping[str, Any], scope: str, tokens: Tokens, story: Story) -> str:
        """Begin a session and return its new id, which goes into the cookie and is kept nowhere else."""
        session_id, now = new_secret(), self._clock.now()
        self._store.execute(
            "INSERT INTO site_session (id_hash, subject, claims, scope, csrf_token, story, id_token, created, expires,"
            " access_token, access_expires, refresh_token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            hashed(session_id),
            str(claims["sub"]),
            json.dumps(claims),
            scope,
            new_secret(),
            story.to_json(),
            tokens.id_token,
            now,
            now + self._lifetime,
            tokens.access_token,
            tokens.expires,
            tokens.refresh_token,
        )
        return session_id

    def find(self, session_id: str) -> SiteSession | None:
        """Return the living session with this id, or None."""
        if not session_id:
            return None
        row = self._store.row(
            "SELECT id_hash, claims, scope, csrf_token, story, expires FROM site_session"
            " WHERE id_hash = ? AND expires > ?",
            hashed(session_id),
            self._clock.now(),
        )
        if row is None:
            return None
        id_hash, claims, scope, csrf_token, story, expires = row
        identity = Identity.from_claims(json.loads(str(claims)), str(scope))
        return SiteSession(str(id_hash), identity, str(csrf_token), str(story), int(expires or 0))

    def id_token(self, id_hash: str) -> str:
        """Return the id_token that began the session, for the portal's sign-out, or "" when the session has ended."""
        row = self._store.row("SELECT id_token FROM site_session WHERE id_hash = ?", id_hash)
        return "" if row is None else str(row[0])

    def end(self, id_hash: str) -> None:
        """End a session: its row and its tokens are deleted."""
        self._store.execute("DELETE FROM site_session WHERE id_hash = ?", id_hash)

    def sweep(self) -> None:
        """Delete the sessions that have expired."""
        self._store.execute("DELETE FROM site_session WHERE expires <= ?", self._clock.now())
