"""Sign-ins of people at the portal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, delete, insert, or_, select, update

from sso_portal.storage.database import Work, parameters
from sso_portal.storage.schema import metadata, time_column
from sso_portal.storage.users import User, users

sessions = Table(
    "sessions",
    metadata,
    Column("sid", String(64), primary_key=True),
    Column("cookie_hash", String(64), nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("remember_me", Boolean, nullable=False),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(300), nullable=False),
    time_column("created_at"),
    time_column("auth_time"),
    time_column("last_seen_at"),
    time_column("idle_expires_at"),
    time_column("expires_at", index=True),
    time_column("ended_at", nullable=True),
    Column("idle_seconds", Integer, nullable=False),
    # How she proved who she is: values of RFC 8176, separated by spaces.
    Column("amr", String(60), nullable=False, server_default="pwd"),
)

_FIELDS = tuple(column for column in sessions.c if column.name != "cookie_hash")
_PERSON = tuple(column.label(f"person_{column.name}") for column in users.c if column.name != "username_key")
_PERSON_NAMES = tuple(column.name for column in _PERSON)


@dataclass(frozen=True)
class Session:
    """One person's sign-in in one browser. Times are seconds; ``auth_time`` is when she last proved who she is."""

    sid: str
    user_id: int
    remember_me: bool
    address: str
    user_agent: str
    created_at: int
    auth_time: int
    last_seen_at: int
    idle_expires_at: int
    expires_at: int
    ended_at: int | None
    idle_seconds: int
    amr: str = "pwd"


class SessionStore:
    """Every statement on sessions."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def live(self, cookie_hash: str, now: int) -> tuple[Session, User] | None:
        """The session of a cookie and its person, when neither is ended, expired or disabled."""
        query = (
            select(*_FIELDS, *_PERSON)
            .join(users, users.c.id == sessions.c.user_id)
            .where(
                sessions.c.cookie_hash == cookie_hash,
                sessions.c.ended_at.is_(None),
                sessions.c.idle_expires_at > now,
                sessions.c.expires_at > now,
                users.c.is_enabled,
            )
        )
        row = self._work.first(query)
        if row is None:
            return None
        fields = parameters(row)
        person = {name.removeprefix("person_"): fields.pop(name) for name in _PERSON_NAMES}
        return Session(**fields), User(**person)

    def get(self, sid: str) -> Session | None:
        """The session with this identifier, whatever its state."""
        row = self._work.first(select(*_FIELDS).where(sessions.c.sid == sid))
        return Session(**parameters(row)) if row else None

    def by_cookie(self, cookie_hash: str) -> Session | None:
        """The session of a cookie, whatever its state."""
        row = self._work.first(select(*_FIELDS).where(sessions.c.cookie_hash == cookie_hash))
        return Session(**parameters(row)) if row else None

    def add(self, session: Session, cookie_hash: str) -> None:
        """Remember a new session."""
        self._work.write(insert(sessions).values(cookie_hash=cookie_hash, **session.__dict__))

    def renew(self, sid: str, old_cookie_hash: str, cookie_hash: str, **fields: object) -> bool:
        """Give a session a new cookie after its person proved herself again; ``False`` if another request was first."""
        statement = update(sessions).where(
            sessions.c.sid == sid, sessions.c.cookie_hash == old_cookie_hash, sessions.c.ended_at.is_(None)
        )
        return self._work.write(statement.values(cookie_hash=cookie_hash, **fields)) == 1

    def touch(self, sid: str, now: int, idle_expires_at: int) -> None:
        """Note that the session was used."""
        self._work.write(
            update(sessions).where(sessions.c.sid == sid).values(last_seen_at=now, idle_expires_at=idle_expires_at)
        )

    def end(self, sid: str, now: int) -> bool:
        """End one session; ``False`` when it was ended before or never was."""
        statement = update(sessions).where(sessions.c.sid == sid, sessions.c.ended_at.is_(None))
        return self._work.write(statement.values(ended_at=now)) == 1

    def end_all_of(self, user_id: int, now: int) -> int:
        """End every session of a person; answers how many."""
        statement = update(sessions).where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
        return self._work.write(statement.values(ended_at=now))

    def of_user(self, user_id: int) -> Sequence[Session]:
        """A person's sessions, newest first."""
        query = select(*_FIELDS).where(sessions.c.user_id == user_id).order_by(sessions.c.created_at.desc())
        return [Session(**parameters(row)) for row in self._work.all(query)]

    def amr_of(self, sid: str) -> str:
        """How the person of a session proved who she is; nothing when the session is gone."""
        row = self._work.first(select(sessions.c.amr).where(sessions.c.sid == sid))
        return str(row["amr"]) if row else ""

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` sessions that were over before the given time."""
        over = or_(sessions.c.expires_at < before, sessions.c.ended_at < before)
        doomed = select(sessions.c.sid).where(over).limit(limit)
        return self._work.write(delete(sessions).where(sessions.c.sid.in_(doomed)))
