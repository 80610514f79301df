"""Sign-ins of people at the portal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from sso_portal.storage.database import Work, values_of
from sso_portal.storage.records import making
from sso_portal.storage.schema import metadata, partial_index, time_column
from sso_portal.storage.users import PERSON, User, person_of, users

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
    partial_index("ix_sessions_idle_expires_at", "idle_expires_at", where="ended_at IS NULL"),
    # What sweeping goes by; it costs a sign-in nothing.
    partial_index("ix_sessions_ended_at", "ended_at", where="ended_at IS NOT NULL"),
)

_FIELDS = tuple(column for column in sessions.c if column.name != "cookie_hash")
# Where a row of a session and its person is divided. Columns stand in the order of the records' fields.
_OWN = len(_FIELDS)
_WITH_PERSON = _OWN + len(PERSON)
_SESSION_AND_PERSON = select(*_FIELDS, *PERSON).join(users, users.c.id == sessions.c.user_id)
_NOW: BindParameter[int] = bindparam("now")
_THIS = sessions.c.sid == bindparam("whose")
_USED_UNTIL = bindparam("used_at", type_=BigInteger) + sessions.c.idle_seconds
_OVER_AT = func.coalesce(sessions.c.ended_at, sessions.c.idle_expires_at)
_OLD = select(sessions.c.sid).where(
    or_(sessions.c.expires_at < bindparam("before"), sessions.c.ended_at < bindparam("before"))
)

# Made once: making a statement takes longer than running it.
_LIVE = _SESSION_AND_PERSON.where(
    sessions.c.cookie_hash == bindparam("cookie_hash"),
    sessions.c.ended_at.is_(None),
    sessions.c.idle_expires_at > _NOW,
    sessions.c.expires_at > _NOW,
    users.c.is_enabled,
)
_KNOWN_TO_BROWSER = _SESSION_AND_PERSON.add_columns(sessions.c.cookie_hash).where(
    or_(sessions.c.ended_at.is_(None), sessions.c.ended_because == "expired"),
    sessions.c.expires_at > _NOW,
    users.c.is_enabled,
)
# Most browsers have one.
_OF_COOKIE = _KNOWN_TO_BROWSER.where(sessions.c.cookie_hash == bindparam("cookie_hash"))
_OF_COOKIES = _KNOWN_TO_BROWSER.where(sessions.c.cookie_hash.in_(bindparam("cookie_hashes", expanding=True)))
_GET = select(*_FIELDS).where(sessions.c.sid == bindparam("sid"))
_THOSE = select(*_FIELDS).where(sessions.c.sid.in_(bindparam("sids", expanding=True)))
_BY_COOKIE = select(*_FIELDS).where(sessions.c.cookie_hash == bindparam("cookie_hash"))
_ADD = insert(sessions)
_TOUCH = update(sessions).where(_THIS).values(last_seen_at=_NOW, idle_expires_at=bindparam("until"))
_USE = (
    update(sessions)
    .where(
        _THIS,
        sessions.c.ended_at.is_(None),
        sessions.c.idle_expires_at > bindparam("used_at"),
        sessions.c.expires_at > bindparam("used_at"),
        sessions.c.last_seen_at <= bindparam("known"),
    )
    .values(
        last_seen_at=bindparam("used_at"),
        idle_expires_at=case((sessions.c.expires_at > _USED_UNTIL, _USED_UNTIL), else_=sessions.c.expires_at),
    )
)
_END = (
    update(sessions)
    .where(_THIS, sessions.c.ended_at.is_(None))
    .values(ended_at=_NOW, ended_because=bindparam("because"))
    .returning(*_FIELDS)
)
_END_UNUSED = _END.where(sessions.c.idle_expires_at <= bindparam("unused_at"))
_GOING_ON = (
    select(*_FIELDS)
    .where(sessions.c.user_id == bindparam("user_id"), sessions.c.ended_at.is_(None))
    .order_by(sessions.c.last_seen_at.desc(), sessions.c.sid)
)
_OVER_SINCE = (
    select(*_FIELDS)
    .where(sessions.c.user_id == bindparam("user_id"), _OVER_AT.between(bindparam("since"), _NOW))
    .order_by(_OVER_AT.desc(), sessions.c.sid)
    .limit(bindparam("limit", type_=Integer))
)
# Neither is later than the other: a session's idle time never reaches beyond its absolute end.
_PAST_THEIR_TIME = (
    select(*_FIELDS)
    .where(sessions.c.idle_expires_at <= bindparam("moment"), sessions.c.ended_at.is_(None))
    .order_by(sessions.c.idle_expires_at, sessions.c.sid)
    .limit(bindparam("limit", type_=Integer))
)
_OF_USER = select(*_FIELDS).where(sessions.c.user_id == bindparam("user_id")).order_by(sessions.c.created_at.desc())
_AMR_OF = select(sessions.c.amr).where(sessions.c.sid == bindparam("sid"))
_SWEEP = delete(sessions).where(sessions.c.sid.in_(_OLD.limit(bindparam("limit", type_=Integer))))


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


_session = making(Session)


def _with_person(values: Sequence[Any]) -> tuple[Session, User]:
    person = person_of(values[_OWN:_WITH_PERSON])
    if person is None:
        raise TypeError("a session is somebody's")
    return _session(values[:_OWN]), person


class SessionStore:
    """Every statement on sessions."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def live(self, cookie_hash: str, now: int) -> tuple[Session, User] | None:
        """The session of a cookie and its person, when neither is ended, expired or disabled."""
        values = self._work.first_values(_LIVE, {"cookie_hash": cookie_hash, "now": now})
        return _with_person(values) if values is not None else None

    def of_cookies(self, cookie_hashes: Collection[str], now: int) -> Mapping[str, tuple[Session, User]]:
        """The sessions of these cookies and their people, by the hash: those that go on, and those that are over only
        because they were not used for too long. Nobody's who is disabled."""
        found: Sequence[Sequence[Any]]
        if len(cookie_hashes) == 1:
            [cookie_hash] = cookie_hashes
            values = self._work.first_values(_OF_COOKIE, {"cookie_hash": cookie_hash, "now": now})
            found = [values] if values is not None else []
        else:
            rows = self._work.all(_OF_COOKIES, {"cookie_hashes": list(cookie_hashes), "now": now})
            found = [tuple(row.values()) for row in rows]
        return {values[-1]: _with_person(values) for values in found}

    def get(self, sid: str) -> Session | None:
        """The session with this identifier, whatever its state."""
        row = self._work.first(_GET, {"sid": sid})
        return Session(**row) if row else None

    def those(self, sids: Collection[str]) -> Sequence[Session]:
        """The sessions with these identifiers, whatever their state."""
        return [Session(**row) for row in self._work.all(_THOSE, {"sids": list(sids)})]

    def by_cookie(self, cookie_hash: str) -> Session | None:
        """The session of a cookie, whatever its state."""
        row = self._work.first(_BY_COOKIE, {"cookie_hash": cookie_hash})
        return Session(**row) if row else None

    def add(self, session: Session, cookie_hash: str) -> None:
        """Remember a new session."""
        self._work.write(_ADD, {"cookie_hash": cookie_hash, **values_of(session)})

    def renew(self, sid: str, old_cookie_hash: str, cookie_hash: str, **fields: object) -> bool:
        """Give a session a new cookie after its person proved herself again; ``False`` if another request was first."""
        statement = update(sessions).where(
            sessions.c.sid == sid, sessions.c.cookie_hash == old_cookie_hash, sessions.c.ended_at.is_(None)
        )
        return self._work.write(statement.values(cookie_hash=cookie_hash, **fields)) == 1

    def touch(self, sid: str, now: int, idle_expires_at: int) -> None:
        """Note that the session was used."""
        self._work.write(_TOUCH, {"whose": sid, "now": now, "until": idle_expires_at})

    def use(self, sid: str, used_at: int, later_by: int) -> bool:
        """Note that a session was used at a moment when it was going on, if it has not ended since and the last known
        use was so many seconds earlier."""
        return self._work.write(_USE, {"whose": sid, "used_at": used_at, "known": used_at - later_by}) == 1

    def end(self, sid: str, because: str, now: int, *, unused_at: int | None = None) -> Session | None:
        """End one session and answer it; ``None`` when it was ended before or never was. ``unused_at``: only when its
        time was over at that moment."""
        values: dict[str, Any] = {"whose": sid, "now": now, "because": because}
        if unused_at is None:
            row = self._work.write_returning(_END, values)
        else:
            row = self._work.write_returning(_END_UNUSED, {**values, "unused_at": unused_at})
        return Session(**row) if row else None

    def going_on(self, user_id: int) -> Sequence[Session]:
        """A person's sessions that have not ended, the last used first; some may be past their time already."""
        return [Session(**row) for row in self._work.all(_GOING_ON, {"user_id": user_id})]

    def over_since(self, user_id: int, since: int, now: int, limit: int) -> Sequence[Session]:
        """A person's sessions that were over at a moment or later, ended or past their time; the latest first."""
        values = {"user_id": user_id, "since": since, "now": now, "limit": limit}
        return [Session(**row) for row in self._work.all(_OVER_SINCE, values)]

    def past_their_time(self, moment: int, limit: int) -> Sequence[Session]:
        """Sessions whose time was over at a moment, and that nobody has ended yet."""
        rows = self._work.all(_PAST_THEIR_TIME, {"moment": moment, "limit": limit})
        return [Session(**row) for row in rows]

    def of_user(self, user_id: int) -> Sequence[Session]:
        """A person's sessions, newest first."""
        return [Session(**row) for row in self._work.all(_OF_USER, {"user_id": user_id})]

    def amr_of(self, sid: str) -> str:
        """How the person of a session proved who she is; nothing when the session is gone."""
        row = self._work.first(_AMR_OF, {"sid": sid})
        return str(row["amr"]) if row else ""

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` sessions that were over before the given time."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})
