"""The outbox of sign-outs: which client has still to be told that a session is over, and the receipts of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from sso_portal.storage.database import Work, parameters
from sso_portal.storage.schema import metadata, time_column

sign_outs = Table(
    "sign_outs",
    metadata,
    # The hash of the receipt's number, which is known to who signed out.
    Column("receipt_hash", String(64), primary_key=True),
    Column("sid", String(64), nullable=False, index=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("because", String(40), nullable=False),
    # The client that asked for it, and where the person goes on to.
    Column("client_id", String(200)),
    Column("continue_to", Text),
    time_column("created_at", index=True),
)

logout_notices = Table(
    "logout_notices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("receipt_hash", ForeignKey("sign_outs.receipt_hash", ondelete="CASCADE"), nullable=False, index=True),
    Column("sid", String(64), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("client_id", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    time_column("created_at"),
    # When it is tried next; while it is being tried, when another may take it over.
    time_column("next_attempt_at"),
    time_column("settled_at", nullable=True),
    Column("problem", String(200)),
    Index("ix_logout_notices_state_next_attempt_at", "state", "next_attempt_at"),
    Index("ix_logout_notices_client_id_state", "client_id", "state"),
)


_OF_ONE_CLIENT = 4
_SIGN_OUT = "of_sign_out_"


@dataclass(frozen=True)
class SignOut:
    """One end of a session, or of one client's part in it. ``because`` says how it came to be."""

    receipt_hash: str
    sid: str
    user_id: int
    because: str
    client_id: str | None
    continue_to: str | None
    created_at: int


@dataclass(frozen=True)
class LogoutNotice:
    """What one client is told of one sign-out.

    ``state``: ``waiting``, ``signed_out`` (it has confirmed), ``given_up``; or ``in_browser`` and ``not_told``, where
    the client has no address for the server to call. ``problem`` is why the last try failed, while nobody tries again.
    """

    id: str
    receipt_hash: str
    sid: str
    user_id: int
    client_id: str
    state: str
    created_at: int
    next_attempt_at: int
    attempts: int = 0
    settled_at: int | None = None
    problem: str | None = None


class LogoutNoticeStore:
    """Every statement on sign-outs and their notices."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def add(self, sign_out: SignOut, notices: Sequence[LogoutNotice]) -> None:
        """Remember a sign-out and whom to tell, in the transaction that ends the session."""
        self._work.write(insert(sign_outs).values(**sign_out.__dict__))
        if notices:
            self._work.write(insert(logout_notices).values([notice.__dict__ for notice in notices]))

    def sign_out(self, receipt_hash: str) -> SignOut | None:
        """The sign-out with this receipt."""
        row = self._work.first(select(sign_outs).where(sign_outs.c.receipt_hash == receipt_hash))
        return SignOut(**parameters(row)) if row else None

    def of_receipt(self, receipt_hash: str) -> Sequence[LogoutNotice]:
        """The notices of a receipt, in a lasting order."""
        query = select(logout_notices).where(logout_notices.c.receipt_hash == receipt_hash)
        rows = self._work.all(query.order_by(logout_notices.c.client_id))
        return [LogoutNotice(**parameters(row)) for row in rows]

    def unsettled(self, limit: int) -> Sequence[LogoutNotice]:
        """Notices that wait or were given up, newest first."""
        query = select(logout_notices).where(logout_notices.c.state.in_(("waiting", "given_up")))
        rows = self._work.all(query.order_by(logout_notices.c.created_at.desc(), logout_notices.c.id).limit(limit))
        return [LogoutNotice(**parameters(row)) for row in rows]

    def latest(self, limit: int) -> Sequence[tuple[LogoutNotice, SignOut]]:
        """The newest notices, settled or not, each with the sign-out that it is about; newest first."""
        columns = [column.label(f"{_SIGN_OUT}{column.name}") for column in sign_outs.c]
        query = select(*logout_notices.c, *columns).join_from(logout_notices, sign_outs)
        newest_first = (logout_notices.c.created_at.desc(), logout_notices.c.client_id.desc(), logout_notices.c.id)
        return [_with_sign_out(parameters(row)) for row in self._work.all(query.order_by(*newest_first).limit(limit))]

    def has_due(self, now: int) -> bool:
        """Whether a notice is to be tried now."""
        query = select(logout_notices.c.id).where(*_due(now)).limit(1)
        return self._work.first(query) is not None

    def claim(self, now: int, until: int, limit: int) -> Sequence[LogoutNotice]:
        """Take notices that are due, a few of each client, each for this caller alone, until the given moment at most:
        one statement, so that of any number of processes one gets each."""
        order = (logout_notices.c.next_attempt_at, logout_notices.c.id)
        place = func.row_number().over(partition_by=logout_notices.c.client_id, order_by=order)
        due = select(logout_notices.c.id, place.label("place")).where(*_due(now)).subquery()
        # A client that never answers may not keep all others waiting.
        fair = select(due.c.id).where(due.c.place <= _OF_ONE_CLIENT)
        chosen = select(logout_notices.c.id).where(logout_notices.c.id.in_(fair), *_due(now)).order_by(*order)
        # As a table of its own, which PostgreSQL makes once: it may run a plain subquery again, and lock other rows.
        taken = chosen.limit(limit).with_for_update(skip_locked=True).cte("taken")
        statement = update(logout_notices).where(logout_notices.c.id.in_(select(taken.c.id)), *_due(now))
        # What is being tried has no problem yet: that is how ``hasten`` knows to leave it alone.
        values = {"next_attempt_at": until, "attempts": logout_notices.c.attempts + 1, "problem": None}
        rows = self._work.write_returning_all(statement.values(values).returning(*logout_notices.c))
        return [LogoutNotice(**parameters(row)) for row in rows]

    def claim_new(self, notice_id: str, until: int) -> bool:
        """Take one notice that has never been tried, for this caller alone."""
        whose = (logout_notices.c.id == notice_id, logout_notices.c.state == "waiting", logout_notices.c.attempts == 0)
        statement = update(logout_notices).where(*whose).values(next_attempt_at=until, attempts=1)
        return self._work.write(statement) == 1

    def settle(self, notice_id: str, state: str, now: int, problem: str | None = None) -> bool:
        """Note how a notice that waited has ended; ``False`` when that was known already."""
        whose = (logout_notices.c.id == notice_id, logout_notices.c.state == "waiting")
        statement = update(logout_notices).where(*whose).values(state=state, settled_at=now, problem=problem)
        return self._work.write(statement) == 1

    def try_again(self, notice_id: str, at: int, problem: str) -> None:
        """Note that a try failed, why, and when the next one is due."""
        whose = (logout_notices.c.id == notice_id, logout_notices.c.state == "waiting")
        self._work.write(update(logout_notices).where(*whose).values(next_attempt_at=at, problem=problem))

    def hasten(self, client_id: str, now: int) -> int:
        """Let everything that a client has still to be told, that has failed, and that nobody is trying, be due now."""
        whose = (logout_notices.c.client_id == client_id, logout_notices.c.state == "waiting")
        overdue = (logout_notices.c.next_attempt_at > now, logout_notices.c.problem.is_not(None))
        waiting = select(logout_notices.c.id).where(*whose, *overdue).limit(1)
        if self._work.first(waiting) is None:
            return 0
        return self._work.write(update(logout_notices).where(*whose, *overdue).values(next_attempt_at=now))

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` sign-outs from before the given time, with their notices."""
        doomed = select(sign_outs.c.receipt_hash).where(sign_outs.c.created_at < before).limit(limit)
        return self._work.write(delete(sign_outs).where(sign_outs.c.receipt_hash.in_(doomed)))


def _due(now: int) -> tuple[ColumnElement[bool], ...]:
    return (logout_notices.c.state == "waiting", logout_notices.c.next_attempt_at <= now)


def _with_sign_out(row: dict[str, Any]) -> tuple[LogoutNotice, SignOut]:
    notice = {name: value for name, value in row.items() if not name.startswith(_SIGN_OUT)}
    sign_out = {name.removeprefix(_SIGN_OUT): value for name, value in row.items() if name.startswith(_SIGN_OUT)}
    return LogoutNotice(**notice), SignOut(**sign_out)
