"""Sign-ins of people at the portal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

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
    Column("ended_because", String(40)),
    Index(
        "ix_sessions_idle_expires_at",
        "idle_expires_at",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
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
    ended_because: str | None = None


def _with_person(fields: dict[str, Any]) -> tuple[Session, User]:
    person = {name.removeprefix("person_"): fields.pop(name) for name in _PERSON_NAMES}
    return Session(**fields), User(**person)


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
        return _with_person(parameters(row)) if row is not None else None

    def of_cookies(self, cookie_hashes: Collection[str], now: int) -> Mapping[str, tuple[Session, User]]:
        """The sessions of these cookies and their people, by the hash: those that go on, and those that are over only
        because they were not used for too long. Nobody's who is disabled."""
        unused = (sessions.c.ended_at.is_(None), sessions.c.ended_because == "expired")
        query = (
            select(sessions.c.cookie_hash, *_FIELDS, *_PERSON)
            .join(users, users.c.id == sessions.c.user_id)
            .where(
                sessions.c.cookie_hash.in_(cookie_hashes),
                or_(*unused),
                sessions.c.expires_at > now,
                users.c.is_enabled,
            )
        )
        rows = [parameters(row) for row in self._work.all(query)]
        return {row.pop("cookie_hash"): _with_person(row) for row in rows}

    def get(self, sid: str) -> Session | None:
        """The session with this identifier, whatever its state."""
        row = self._work.first(select(*_FIELDS).where(sessions.c.sid == sid))
        return Session(**parameters(row)) if row else None

    def those(self, sids: Collection[str]) -> Sequence[Session]:
        """The sessions with these identifiers, whatever their state."""
        query = select(*_FIELDS).where(sessions.c.sid.in_(sids))
        return [Session(**parameters(row)) for row in self._work.all(query)]

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

    def use(self, sid: str, used_at: int, later_by: int) -> bool:
        """Note that a session was used at a moment when it was going on, if it has not ended since and the last known
        use was so many seconds earlier."""
        going_on = (
            sessions.c.ended_at.is_(None),
            sessions.c.idle_expires_at > used_at,
            sessions.c.expires_at > used_at,
        )
        until = used_at + sessions.c.idle_seconds
        statement = update(sessions).where(
            sessions.c.sid == sid, *going_on, sessions.c.last_seen_at <= used_at - later_by
        )
        until = case((until < sessions.c.expires_at, until), else_=sessions.c.expires_at)
        return self._work.write(statement.values(last_seen_at=used_at, idle_expires_at=until)) == 1

    def end(self, sid: str, because: str, now: int, *, unused_at: int | None = None) -> Session | None:
        """End one session and answer it; ``None`` when it was ended before or never was. ``unused_at``: only when its
        time was over at that moment."""
        statement = update(sessions).where(sessions.c.sid == sid, sessions.c.ended_at.is_(None))
        if unused_at is not None:
            statement = statement.where(sessions.c.idle_expires_at <= unused_at)
        values = {"ended_at": now, "ended_because": because}
        row = self._work.write_returning(statement.values(values).returning(*_FIELDS))
        return Session(**parameters(row)) if row else None

    def going_on(self, user_id: int) -> Sequence[Session]:
        """A person's sessions that have not ended, the last used first; some may be past their time already."""
        whose = (sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
        query = select(*_FIELDS).where(*whose).order_by(sessions.c.last_seen_at.desc(), sessions.c.sid)
        return [Session(**parameters(row)) for row in self._work.all(query)]

    def over_since(self, user_id: int, since: int, now: int, limit: int) -> Sequence[Session]:
        """A person's sessions that were over at a moment or later, ended or past their time; the latest first."""
        over_at = func.coalesce(sessions.c.ended_at, sessions.c.idle_expires_at)
        query = (
            select(*_FIELDS)
            .where(sessions.c.user_id == user_id, over_at >= since, over_at <= now)
            .order_by(over_at.desc(), sessions.c.sid)
            .limit(limit)
        )
        return [Session(**parameters(row)) for row in self._work.all(query)]

    def past_their_time(self, moment: int, limit: int) -> Sequence[Session]:
        """Sessions whose time was over at a moment, and that nobody has ended yet."""
        # Neither is later than the other: a session's idle time never reaches beyond its absolute end.
        over = (sessions.c.idle_expires_at <= moment, sessions.c.ended_at.is_(None))
        query = select(*_FIELDS).where(*over).order_by(sessions.c.idle_expires_at, sessions.c.sid).limit(limit)
        return [Session(**parameters(row)) for row in self._work.all(query)]

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
