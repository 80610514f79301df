"""Which clients take part in which sessions: what single sign-out works through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ForeignKey, Index, RowMapping, String, Table, case, exists, literal, select, update

from sso_portal.storage.database import Work, parameters
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

    def join(self, sid: str, client_id: str, now: int) -> int | None:
        """Note that a client takes part, or does so again; answers since when it does (seconds), and ``None`` when the
        session has ended meanwhile.

        The session's row is held until this transaction ends: a sign-out waits, and then sees whom it has to tell.
        """
        living = select(sessions.c.sid).where(sessions.c.sid == sid, sessions.c.ended_at.is_(None))
        values = {"sid": sid, "client_id": client_id, "first_used_at": now, "last_used_at": now}
        row = [literal(value, participations.c[name].type).label(name) for name, value in values.items()]
        source = select(*row).where(exists(living.with_for_update(read=True)))
        since = case((participations.c.ended_at.is_(None), participations.c.first_used_at), else_=now)
        statement = (
            self._work.insert(participations)
            .from_select(list(values), source)
            .on_conflict_do_update(
                index_elements=["sid", "client_id"],
                set_={"first_used_at": since, "last_used_at": now, "ended_at": None},
            )
            .returning(participations.c.first_used_at)
        )
        joined = self._work.write_returning(statement)
        return int(joined["first_used_at"]) if joined is not None else None

    def of_sessions(self, sids: Collection[str]) -> Sequence[Participation]:
        """Who takes part in these sessions, or did; the latest use first."""
        query = select(participations).where(participations.c.sid.in_(sids))
        rows = self._work.all(query.order_by(participations.c.last_used_at.desc(), participations.c.client_id))
        return [Participation(**parameters(row)) for row in rows]

    def of_client(self, client_id: str, sids: Collection[str]) -> Sequence[Participation]:
        """The sessions among ``sids`` that a client takes part in; the latest use first."""
        own = participations.c.client_id == client_id
        query = select(participations).where(own, participations.c.sid.in_(sids), participations.c.ended_at.is_(None))
        rows = self._work.all(query.order_by(participations.c.last_used_at.desc(), participations.c.sid))
        return [Participation(**parameters(row)) for row in rows]

    def touch(self, sid: str, client_id: str, used_at: int) -> None:
        """Note that a client was used."""
        whose = (participations.c.sid == sid, participations.c.client_id == client_id)
        self._work.write(
            update(participations).where(*whose, participations.c.last_used_at < used_at).values(last_used_at=used_at)
        )

    def end(self, sid: str, now: int, client_id: str | None = None) -> Sequence[str]:
        """End the part of one client, or of all, in a session; answers whose part has ended by this."""
        statement = update(participations).where(participations.c.sid == sid, participations.c.ended_at.is_(None))
        if client_id is not None:
            statement = statement.where(participations.c.client_id == client_id)
        rows = self._work.write_returning_all(statement.values(ended_at=now).returning(participations.c.client_id))
        return sorted(str(row["client_id"]) for row in rows)

    def ended_since(self, client_id: str, since: int, limit: int) -> tuple[Sequence[EndedParticipation], bool]:
        """Whose sessions with a client have ended at or after a moment, oldest first; and whether there are more.

        All that ended in that very second, and ``limit`` later ones: whoever goes on from the last one's second misses
        nothing and comes to an end, however many ended at once.
        """
        query = (
            select(participations.c.sid, participations.c.ended_at, *_PERSON)
            .join(sessions, sessions.c.sid == participations.c.sid)
            .join(users, users.c.id == sessions.c.user_id)
            .where(participations.c.client_id == client_id)
            .order_by(participations.c.ended_at, participations.c.sid)
        )
        then = self._work.all(query.where(participations.c.ended_at == since))
        later = self._work.all(query.where(participations.c.ended_at > since).limit(limit + 1))
        return [_ended(row) for row in (*then, *later[:limit])], len(later) > limit


def _ended(row: RowMapping) -> EndedParticipation:
    fields = parameters(row)
    return EndedParticipation(fields.pop("sid"), ended_at=fields.pop("ended_at"), user=User(**fields))
