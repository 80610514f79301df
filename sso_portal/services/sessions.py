"""Sessions: a person's sign-in in one browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sso_portal.base.clock import Clock
from sso_portal.base.hashing import TokenHasher
from sso_portal.base.ids import identifier, token
from sso_portal.services.users import User
from sso_portal.storage.database import Work
from sso_portal.storage.sessions import Session as Session
from sso_portal.storage.sessions import SessionStore
from sso_portal.storage.tokens import TokenStore

_TOUCH_SECONDS = 60
"""A session's last use is written at most this often, so that reading pages stays reading."""


@dataclass(frozen=True)
class Lifetimes:
    """Idle and absolute lifetime in seconds."""

    idle: int
    absolute: int


class Sessions:
    """Every sign-in that is going on."""

    def __init__(
        self, work: Work, hasher: TokenHasher, clock: Clock, *, short: Lifetimes, remembered: Lifetimes
    ) -> None:
        """``remembered`` are the lifetimes with *remember me*, ``short`` those without."""
        self._store = SessionStore(work)
        self._tokens = TokenStore(work)
        self._hasher = hasher
        self._clock = clock
        self._short = short
        self._remembered = remembered

    def find(self, cookie: str) -> tuple[Session, User] | None:
        """The living session of a cookie value and its person; notes the use, at most once a minute."""
        now = self._clock.now()
        found = self._store.live(self._hasher.hash(cookie), now)
        if found is not None and now - found[0].last_seen_at >= _TOUCH_SECONDS:
            session = found[0]
            self._store.touch(session.sid, now, min(now + session.idle_seconds, session.expires_at))
        return found

    def has_idled(self, cookie: str) -> bool:
        """Whether the session of a cookie is over only because it was not used for too long."""
        session, now = self._store.by_cookie(self._hasher.hash(cookie)), self._clock.now()
        return session is not None and session.ended_at is None and session.idle_expires_at <= now < session.expires_at

    def begin(
        self, user: User, *, remember_me: bool, address: str, user_agent: str, old_cookie: str | None
    ) -> tuple[Session, str]:
        """A person has proved who she is: answers her session and the new cookie value.

        The cookie is always new (OWASP ASVS 5, 7.2.4). When the browser's session is already hers it goes on under the
        same ``sid``; another person's session in this browser ends.
        """
        now = self._clock.now()
        lifetimes = self._remembered if remember_me else self._short
        cookie = token()
        changing = {
            "remember_me": remember_me,
            "auth_time": now,
            "last_seen_at": now,
            "idle_expires_at": now + min(lifetimes.idle, lifetimes.absolute),
            "expires_at": now + lifetimes.absolute,
            "idle_seconds": lifetimes.idle,
        }
        old = self._store.live(self._hasher.hash(old_cookie), now) if old_cookie else None
        if old is not None and old_cookie is not None:
            session, person = old
            if person.id == user.id:
                old_hash = self._hasher.hash(old_cookie)
                if self._store.renew(session.sid, old_hash, self._hasher.hash(cookie), **changing):
                    return Session(**{**session.__dict__, **changing}), cookie
            else:
                self.end(session.sid)
        session = Session(
            sid=identifier(),
            user_id=user.id,
            address=address[:64],
            user_agent=user_agent[:300],
            created_at=now,
            ended_at=None,
            **changing,  # type: ignore[arg-type]
        )
        self._store.add(session, self._hasher.hash(cookie))
        return session, cookie

    def end(self, sid: str) -> bool:
        """End a session and every token that was given out under it; ``False`` when it was over already."""
        now = self._clock.now()
        # In this order: ending waits for a code that is being redeemed, whose tokens are there to be revoked then.
        ended = self._store.end(sid, now)
        self._tokens.revoke_families("session_ended", now, sid=sid)
        return ended

    def end_all_of(self, user: User) -> int:
        """End every session and every token of a person; answers how many sessions."""
        now = self._clock.now()
        ended = self._store.end_all_of(user.id, now)
        self._tokens.revoke_families("sessions_ended", now, user_id=user.id)
        return ended

    def of_user(self, user: User) -> Sequence[Session]:
        """A person's sessions, newest first, ended ones included."""
        return self._store.of_user(user.id)
