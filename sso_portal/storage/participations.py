"""Which clients take part in which sessions: what single sign-out works through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Executable,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    case,
    exists,
    func,
    select,
    update,
)

from sso_portal.storage.consents import consents
from sso_portal.storage.database import Row, Work
from sso_portal.storage.schema import metadata, time_column
from sso_portal.storage.sessions import sessions
from sso_portal.storage.users import User, users

participations = Table(
    "participations",
    metadata,
    Column("sid", ForeignKey("sessions.sid", ondelete="CASCADE"), primary_key=True),
    Column("client_id", String(200), primary_key=True),
    time_column("first_used_at"),
    time_column("last_used_at"),
    # Set while its person is signed out of this client.
    time_column("ended_at", nullable=True),
    Index("ix_participations_client_id_ended_at", "client_id", "ended_at"),
)

_PERSON = tuple(column for column in users.c if column.name != "username_key")
_TAKING_PART = participations.c.ended_at.is_(None)
_IN_THOSE = participations.c.sid.in_(bindparam("sids", expanding=True))
_THIS = (participations.c.sid == bindparam("whose"), participations.c.client_id == bindparam("client"))
_ENDED = (
    select(participations.c.sid, participations.c.ended_at, *_PERSON)
    .join(sessions, sessions.c.sid == participations.c.sid)
    .join(users, users.c.id == sessions.c.user_id)
    .where(participations.c.client_id == bindparam("client"))
    .order_by(participations.c.ended_at, participations.c.sid)
)

# Made once: making a statement takes longer than running it.
_OF_SESSIONS = (
    select(participations).where(_IN_THOSE).order_by(participations.c.last_used_at.desc(), participations.c.client_id)
)
_OF_CLIENT = (
    select(participations)
    .where(participations.c.client_id == bindparam("client"), _IN_THOSE, _TAKING_PART)
    .order_by(participations.c.last_used_at.desc(), participations.c.sid)
)
_USES_BY = (
    select(
        participations.c.client_id,
        func.min(participations.c.first_used_at).label("first"),
        func.max(participations.c.last_used_at).label("last"),
    )
    .join(sessions, sessions.c.sid == participations.c.sid)
    .where(sessions.c.user_id == bindparam("user_id"))
    .group_by(participations.c.client_id)
)
_TOUCH = (
    update(participations)
    .where(*_THIS, participations.c.last_used_at < bindparam("used_at"))
    .values(last_used_at=bindparam("used_at"))
)
_END_ALL = (
    update(participations)
    .where(participations.c.sid == bindparam("whose"), _TAKING_PART)
    .values(ended_at=bindparam("now"))
    .returning(participations.c.client_id)
)
_END_ONE = _END_ALL.where(participations.c.client_id == bindparam("client"))
_ENDED_THEN = _ENDED.where(participations.c.ended_at == bindparam("since"))
_ENDED_LATER = _ENDED.where(participations.c.ended_at > bindparam("since")).limit(bindparam("limit", type_=Integer))


@dataclass(frozen=True)
class Participation:
    """That a client takes part in a session, since ``first_used_at``. Times are seconds; ``ended_at`` is ``None`` while
    it does."""

    sid: str
    client_id: str
    first_used_at: int
    last_used_at: int
    ended_at: int | None = None


@dataclass(frozen=True)
class EndedParticipation:
    """That a client's part in a person's session is over."""

    sid: str
    user: User
    ended_at: int


class ParticipationStore:
    """Every statement on participations."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def join(self, sid: str, client_id: str, now: int, *, agreed: bool = False) -> int | None:
        """Note that a client takes part, or does so again; answers since when it does (seconds), and ``None`` when the
        session has ended meanwhile. ``agreed``: because its person has agreed before, so ``None`` too when she has
        taken that back meanwhile.

        The rows of both are held until this transaction ends: a sign-out waits, and then sees whom it has to tell; who
        takes an agreement back waits, and then sees what was given out because of it.
        """
        statement = _joining(self._work.insert, agreed=agreed)
        joined = self._work.write_returning(statement, {"whose": sid, "client": client_id, "now": now})
        return int(joined["first_used_at"]) if joined is not None else None

    def of_sessions(self, sids: Collection[str]) -> Sequence[Participation]:
        """Who takes part in these sessions, or did; the latest use first."""
        rows = self._work.all(_OF_SESSIONS, {"sids": list(sids)})
        return [Participation(**row) for row in rows]

    def of_client(self, client_id: str, sids: Collection[str]) -> Sequence[Participation]:
        """The sessions among ``sids`` that a client takes part in; the latest use first."""
        rows = self._work.all(_OF_CLIENT, {"client": client_id, "sids": list(sids)})
        return [Participation(**row) for row in rows]

    def uses_by(self, user_id: int) -> Mapping[str, tuple[int, int]]:
        """By client, when a person first and last used it in any of her sessions that are still known."""
        rows = self._work.all(_USES_BY, {"user_id": user_id})
        return {str(row["client_id"]): (int(row["first"]), int(row["last"])) for row in rows}

    def touch(self, sid: str, client_id: str, used_at: int) -> None:
        """Note that a client was used."""
        self._work.write(_TOUCH, {"whose": sid, "client": client_id, "used_at": used_at})

    def end(self, sid: str, now: int, client_id: str | None = None) -> Sequence[str]:
        """End the part of one client, or of all, in a session; answers whose part has ended by this."""
        values = {"whose": sid, "now": now}
        if client_id is None:
            rows = self._work.write_returning_all(_END_ALL, values)
        else:
            rows = self._work.write_returning_all(_END_ONE, {**values, "client": client_id})
        return sorted(str(row["client_id"]) for row in rows)

    def ended_since(self, client_id: str, since: int, limit: int) -> tuple[Sequence[EndedParticipation], bool]:
        """Whose sessions with a client have ended at or after a moment, oldest first; and whether there are more.

        All that ended in that very second, and ``limit`` later ones: whoever goes on from the last one's second misses
        nothing and comes to an end, however many ended at once.
        """
        values = {"client": client_id, "since": since}
        then = self._work.all(_ENDED_THEN, values)
        later = self._work.all(_ENDED_LATER, {**values, "limit": limit + 1})
        return [_ended(row) for row in (*then, *later[:limit])], len(later) > limit


@cache
def _joining(insert: Callable[[Table], Any], *, agreed: bool) -> Executable:
    """The statement of :meth:`ParticipationStore.join`, made once for each kind of database."""
    sid, client_id = bindparam("whose", type_=String), bindparam("client", type_=String)
    now = bindparam("now", type_=BigInteger)
    living = select(sessions.c.sid).where(sessions.c.sid == sid, sessions.c.ended_at.is_(None))
    row: dict[str, Any] = {"sid": sid, "client_id": client_id, "first_used_at": now, "last_used_at": now}
    source = select(*(value.label(name) for name, value in row.items()))
    source = source.where(exists(living.with_for_update(read=True)))
    if agreed:
        hers = select(consents.c.client_id).join(sessions, sessions.c.user_id == consents.c.user_id)
        hers = hers.where(sessions.c.sid == sid, consents.c.client_id == client_id)
        source = source.where(exists(hers.with_for_update(read=True, of=consents)))
    since = case((participations.c.ended_at.is_(None), participations.c.first_used_at), else_=now)
    made: Executable = (
        insert(participations)
        .from_select(list(row), source)
        .on_conflict_do_update(
            index_elements=["sid", "client_id"],
            set_={"first_used_at": since, "last_used_at": now, "ended_at": None},
        )
        .returning(participations.c.first_used_at)
    )
    return made


def _ended(row: Row) -> EndedParticipation:
    return EndedParticipation(row.pop("sid"), ended_at=row.pop("ended_at"), user=User(**row))
