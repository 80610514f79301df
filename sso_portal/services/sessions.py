"""Sessions: a person's sign-in in one browser."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sso_portal.base.clock import Clock
from sso_portal.base.hashing import TokenHasher
from sso_portal.base.ids import identifier, token
from sso_portal.services.audit import Audit
from sso_portal.services.users import User
from sso_portal.storage.database import Work
from sso_portal.storage.participations import EndedParticipation as EndedParticipation
from sso_portal.storage.participations import Participation as Participation
from sso_portal.storage.participations import ParticipationStore
from sso_portal.storage.sessions import Session as Session
from sso_portal.storage.sessions import SessionStore

_TOUCH_SECONDS = 60
"""A session's last use is written at most this often, so that reading pages stays reading."""


@dataclass(frozen=True)
class Lifetimes:
    """Idle and absolute lifetime in seconds."""

    idle: int
    absolute: int


@dataclass(frozen=True)
class Account:
    """A person's sign-in of which one browser keeps the ``cookie``. ``is_living`` says that it may be used; else it is
    over, but only because it was not used for too long."""

    cookie: str = field(repr=False)
    session: Session
    user: User
    is_living: bool = True


class Sessions:
    """Every sign-in that is going on."""

    def __init__(
        self,
        work: Work,
        hasher: TokenHasher,
        clock: Clock,
        *,
        short: Lifetimes,
        remembered: Lifetimes,
    ) -> None:
        """``remembered`` are the lifetimes with *remember me*, ``short`` those without."""
        self._store = SessionStore(work)
        self._participations = ParticipationStore(work)
        self._audit = Audit(work, clock)
        self._hasher = hasher
        self._clock = clock
        self._short = short
        self._remembered = remembered

    def find(self, cookie: str) -> tuple[Session, User] | None:
        """The living session of a cookie value and its person; notes the use, at most once a minute."""
        found = self._store.live(self._hasher.hash(cookie), self._clock.now())
        return (self.see(found[0]), found[1]) if found is not None else None

    def see(self, session: Session) -> Session:
        """Note that a living session is in use, at most once a minute; answers it as it is then."""
        now = self._clock.now()
        if now - session.last_seen_at < _TOUCH_SECONDS:
            return session
        until = min(now + session.idle_seconds, session.expires_at)
        self._store.touch(session.sid, now, until)
        return replace(session, last_seen_at=now, idle_expires_at=until)

    def in_browser(self, cookies: Sequence[str]) -> list[Account]:
        """Whose sign-ins a browser keeps, in the order of its cookie values; one statement, and no use is noted."""
        now, hashes = self._clock.now(), [self._hasher.hash(cookie) for cookie in cookies]
        found = self._store.of_cookies(hashes, now)
        return [
            Account(cookie, session, user, session.ended_at is None and session.idle_expires_at > now)
            for cookie, cookie_hash in zip(cookies, hashes, strict=True)
            if cookie_hash in found
            for session, user in [found[cookie_hash]]
        ]

    def has_idled(self, cookie: str) -> bool:
        """Whether the session of a cookie is over only because it was not used for too long."""
        session, now = self._store.by_cookie(self._hasher.hash(cookie)), self._clock.now()
        if session is None or session.ended_because not in {None, "expired"}:
            return False
        return session.idle_expires_at <= now < session.expires_at

    def begin(
        self, user: User, *, remember_me: bool, address: str, user_agent: str, old_cookie: str | None
    ) -> tuple[Session, str]:
        """A person has proved who she is: answers her session and the new cookie value.

        The cookie is always new (OWASP ASVS 5, 7.2.4). When ``old_cookie`` is that of a session of hers it goes on
        under the same ``sid``; another person's session stays as it is.
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
        if old is not None and old_cookie is not None and old[1].id == user.id:
            session, old_hash = old[0], self._hasher.hash(old_cookie)
            if self._store.renew(session.sid, old_hash, self._hasher.hash(cookie), **changing):
                renewed = replace(session, **changing)  # type: ignore[arg-type]
                self._note_sign_in(renewed, again=True)
                return renewed, cookie
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
        self._note_sign_in(session, again=False)
        return session, cookie

    def _note_sign_in(self, session: Session, *, again: bool) -> None:
        self._audit.record(
            "signed_in",
            user_id=session.user_id,
            sid=session.sid,
            amr=session.amr,
            remembered=session.remember_me,
            again=again,
        )

    def get(self, sid: str) -> Session | None:
        """The session with this identifier, whatever its state."""
        return self._store.get(sid)

    def those(self, sids: Collection[str]) -> Mapping[str, Session]:
        """The sessions with these identifiers, whatever their state; one statement."""
        return {session.sid: session for session in self._store.those(sids)}

    def join(self, session: Session, client_id: str, scopes: Sequence[str] = (), *, agreed: bool = False) -> bool:
        """Note that a client takes part, with what it is given; ``False`` when the session has ended meanwhile, or when
        it takes part because its person has ``agreed`` before and she has taken that back."""
        now = self._clock.now()
        since = self._participations.join(session.sid, client_id, now, agreed=agreed)
        if since == now:
            self._audit.record_first(
                "site_entered", user_id=session.user_id, client_id=client_id, sid=session.sid, scopes=list(scopes)
            )
        return since is not None

    def participations(self, sessions: Sequence[Session]) -> Sequence[Participation]:
        """Which clients take part in these sessions, or did; the latest use first."""
        return self._participations.of_sessions([session.sid for session in sessions])

    def used_by(self, client_id: str, sids: Collection[str]) -> Sequence[Participation]:
        """Those of the sessions that a client takes part in; the latest use first."""
        return self._participations.of_client(client_id, sids)

    def keep_awake(self, sid: str, seen_at: int | None = None) -> None:
        """Note that a session is in use, at most once a minute. ``seen_at``: when it is known to have been used, in
        seconds, so that the database need not be asked within that minute."""
        now = self._clock.now()
        if seen_at is None or now - seen_at >= _TOUCH_SECONDS:
            self._store.use(sid, now, _TOUCH_SECONDS)

    def note_use(self, sid: str, client_id: str, used_at: int) -> None:
        """A client that takes part tells when the person last used it, which is never later than now."""
        moment = min(used_at, self._clock.now())
        # In the order in which signing out takes hold of the rows, so that neither waits for the other.
        self._store.use(sid, moment, 1)
        self._participations.touch(sid, client_id, moment)

    def ended_since(self, client_id: str, since: int, limit: int) -> tuple[Sequence[EndedParticipation], bool]:
        """Whose sessions with a client have ended at or after a moment, oldest first; and whether there are more."""
        return self._participations.ended_since(client_id, since, limit)

    def going_on(self, user: User) -> Sequence[Session]:
        """A person's sessions that can be used, the last used first."""
        now = self._clock.now()
        return [session for session in self._store.going_on(user.id) if session.idle_expires_at > now]

    def over_lately(self, user: User, seconds: int, limit: int) -> Sequence[Session]:
        """A person's sessions that have come to their end in the last so many seconds, the latest first."""
        now = self._clock.now()
        return self._store.over_since(user.id, now - seconds, now, limit)

    def of_user(self, user: User) -> Sequence[Session]:
        """A person's sessions, newest first, ended ones included."""
        return self._store.of_user(user.id)
