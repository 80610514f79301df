"""Sign-ins at sites that a reverse proxy protects: begun with a code, and over with the session or anything else that
ends what came from that code."""

from __future__ import annotations

from sso_portal.base.clock import Clock
from sso_portal.base.hashing import TokenHasher
from sso_portal.base.ids import token
from sso_portal.services.sessions import Session, Sessions
from sso_portal.services.tokens import Code, Tokens
from sso_portal.storage.database import Work
from sso_portal.storage.site_sign_ins import SiteSignIn as SiteSignIn
from sso_portal.storage.site_sign_ins import SiteSignInStore

_NOTE_SECONDS = 60
"""That a person uses a site is written at most this often, so that reading pages stays reading."""


class SiteSignIns:
    """Every sign-in at such a site."""

    def __init__(self, work: Work, hasher: TokenHasher, clock: Clock, *, tokens: Tokens, sessions: Sessions) -> None:
        """Work inside the given transaction."""
        self._store = SiteSignInStore(work)
        self._hasher = hasher
        self._clock = clock
        self._tokens = tokens
        self._sessions = sessions

    def begin(self, code: Code, session: Session) -> str:
        """Sign a person in by a code that was just consumed, in whose ``session`` it was given out; answers the value
        of the cookie for the site's host."""
        family, cookie = self._tokens.begin_family(code), token()
        # No token of it is refreshed: it lasts as long as the session may.
        self._tokens.keep_family(family, session.expires_at)
        self._store.add(self._hasher.hash(cookie), family.family_id, self._clock.now())
        return cookie

    def find(self, cookie: str, client_id: str) -> SiteSignIn | None:
        """The living sign-in of a cookie at one client's site; notes the use, at most once a minute."""
        now = self._clock.now()
        found = self._store.live(self._hasher.hash(cookie), client_id, now)
        if found is not None and now - found.last_used_at >= _NOTE_SECONDS:
            self._sessions.note_use(found.sid, client_id, now)
        return found
