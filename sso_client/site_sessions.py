"""The site's own sessions: rows in its store, found by the hash of an opaque cookie value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sso_client.clock import Clock
from sso_client.endings import EXPIRED, SIGNED_OUT_HERE, EndedSession, Endings
from sso_client.hashing import hashed, new_secret
from sso_client.identity import Identity
from sso_client.json_answer import text_member
from sso_client.store import Store, Value
from sso_client.story import Story
from sso_client.tokens import Tokens

NOTED_SECONDS = 60
"""The use of a session is written down at most this often."""

LONGEST_NAME = 255
"""Characters of a `sid` or `acr` that can be kept."""

_COLUMNS = (
    "id_hash, claims, scope, csrf_token, story, expires, sid, auth_time, acr, portal_idle_expires, portal_expires,"
    " last_used"
)
_LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class SiteSession:
    """One person's session at the site. All times in seconds since 1970.

    expires: absolute, use does not lengthen it.   sid, auth_time, acr: of the portal's session, as the id_token told
    (OpenID Connect Core section 2; "" and 0 when it did not).   portal_idle_expires: when the portal's session ends if
    nobody uses it, portal_expires: when it ends at the latest; None when not known.   last_used: to about a minute.
    """

    id_hash: str
    identity: Identity
    csrf_token: str = field(repr=False)
    story_json: str = field(repr=False)
    expires: int
    sid: str = field(repr=False, default="")
    auth_time: int = 0
    acr: str = ""
    portal_idle_expires: int | None = None
    portal_expires: int | None = None
    last_used: int = 0

    @property
    def ends_at(self) -> int:
        """When the session ends if nobody does anything, as far as is known; seconds since 1970."""
        ends = (self.expires, self.portal_idle_expires, self.portal_expires)
        return min(end for end in ends if end is not None)

    @property
    def can_stay(self) -> bool:
        """Whether it ends only because nobody uses it, so that using it makes it last longer."""
        last = min(self.expires, self.portal_expires or self.expires)
        return self.portal_idle_expires is not None and self.portal_idle_expires < last

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
        self._endings = Endings(store, clock)

    def begin(self, claims: Mapping[str, Any], scope: str, tokens: Tokens, story: Story) -> str | None:
        """Begin a session and return its new id, which goes into the cookie and is kept nowhere else.

        None when the portal has said meanwhile that its session is over: a logout token can be faster than the
        exchange of the code. One statement decides.
        """
        session_id, now = new_secret(), self._clock.now()
        sid, subject, issued = name_member(claims, "sid"), str(claims["sub"]), _number(claims, "iat")
        row: dict[str, Value] = {
            "id_hash": hashed(session_id),
            "subject": subject,
            "claims": json.dumps(claims),
            "scope": scope,
            "csrf_token": new_secret(),
            "story": story.to_json(),
            "id_token": tokens.id_token,
            "created": now,
            "expires": now + self._lifetime,
            "access_token": tokens.access_token,
            "access_expires": tokens.expires,
            "refresh_token": tokens.refresh_token,
            "sid": sid,
            "auth_time": _number(claims, "auth_time"),
            "acr": name_member(claims, "acr"),
            "issued": issued,
            "last_used": now,
        }
        inserted = self._store.execute(
            f"INSERT INTO site_session ({', '.join(row)})"  # noqa: S608 - names of columns from above
            f" SELECT {', '.join('?' * len(row))} WHERE NOT EXISTS"
            " (SELECT 1 FROM logout_token WHERE subject IN ('', ?) AND sid IN ('', ?) AND issued >= ?)",
            *row.values(),
            subject,
            sid,
            issued,
        )
        return session_id if inserted == 1 else None

    def find(self, session_id: str) -> SiteSession | None:
        """Return the living session with this id, or None."""
        if not session_id:
            return None
        row = self._store.row(
            f"SELECT {_COLUMNS} FROM site_session WHERE id_hash = ? AND expires > ? AND ended_at IS NULL",  # noqa: S608 - as above
            hashed(session_id),
            self._clock.now(),
        )
        return None if row is None else _session(*row)

    def ended(self, session_id: str) -> EndedSession | None:
        """Return whose session it was and why it is over; None when it lives, or was never known or long ago."""
        row = self._store.row(
            "SELECT subject, coalesce(ended_because, ?) FROM site_session"
            " WHERE id_hash = ? AND (ended_at IS NOT NULL OR expires <= ?)",
            EXPIRED,
            hashed(session_id),
            self._clock.now(),
        )
        return None if row is None else EndedSession(str(row[0]), str(row[1]))

    def sid(self, session_id: str) -> str:
        """Return the portal's session that the session with this id belongs or belonged to, "" when not known."""
        row = self._store.row("SELECT sid FROM site_session WHERE id_hash = ?", hashed(session_id))
        return "" if row is None else str(row[0])

    def id_token(self, id_hash: str) -> str:
        """Return the id_token that began the session, for the portal's sign-out, or "" when the session has ended."""
        row = self._store.row("SELECT id_token FROM site_session WHERE id_hash = ?", id_hash)
        return "" if row is None else str(row[0])

    def note_use(self, session: SiteSession) -> None:
        """Write down that `session` is being used, at most once a minute."""
        now = self._clock.now()
        if session.last_used <= now - NOTED_SECONDS:
            self._store.execute(
                "UPDATE site_session SET last_used = ? WHERE id_hash = ? AND last_used < ? AND ended_at IS NULL",
                now,
                session.id_hash,
                now,
            )

    def end(self, id_hash: str) -> None:
        """End a session because its person asked for it here: its tokens and everything but its subject are deleted."""
        self._endings.one(id_hash, SIGNED_OUT_HERE)

    def forget(self, id_hash: str) -> None:
        """Delete a session whose place in the browser another one takes; no cookie leads to it any more."""
        self._store.execute("DELETE FROM site_session WHERE id_hash = ?", id_hash)

    def sweep(self) -> None:
        """Empty and delete the sessions that have expired."""
        self._endings.sweep()


def name_member(claims: Mapping[str, Any], name: str) -> str:
    """Return the claim `name` when it is text of sane length, "" otherwise."""
    value = text_member(claims, name)
    return value if len(value) <= LONGEST_NAME and value.isprintable() else ""


def _number(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    # Times may have fractions (RFC 7519 section 2).
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LARGEST_NUMBER
    return int(value) if known and value is not None else 0


def _session(
    id_hash: Value,
    claims: Value,
    scope: Value,
    csrf_token: Value,
    story: Value,
    expires: Value,
    sid: Value,
    auth_time: Value,
    acr: Value,
    portal_idle_expires: Value,
    portal_expires: Value,
    last_used: Value,
) -> SiteSession:
    return SiteSession(
        id_hash=str(id_hash),
        identity=Identity.from_claims(json.loads(str(claims)), str(scope)),
        csrf_token=str(csrf_token),
        story_json=str(story),
        expires=int(expires or 0),
        sid=str(sid),
        auth_time=int(auth_time or 0),
        acr=str(acr),
        portal_idle_expires=None if portal_idle_expires is None else int(portal_idle_expires),
        portal_expires=None if portal_expires is None else int(portal_expires),
        last_used=int(last_used or 0),
    )
