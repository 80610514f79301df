"""The outbox of sign-outs: which client has still to be told that a session is over, and the receipts of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from sso_portal.storage.database import Work, values_of
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

_WAITING = logout_notices.c.state == "waiting"
_DUE = (_WAITING, logout_notices.c.next_attempt_at <= bindparam("now"))
_ORDER = (logout_notices.c.next_attempt_at, logout_notices.c.id)
_PLACE = func.row_number().over(partition_by=logout_notices.c.client_id, order_by=_ORDER)
_EACH_DUE = select(logout_notices.c.id, _PLACE.label("place")).where(*_DUE).subquery()
# A client that never answers may not keep all others waiting.
_FAIR = select(_EACH_DUE.c.id).where(_EACH_DUE.c.place <= _OF_ONE_CLIENT)
_CHOSEN = select(logout_notices.c.id).where(logout_notices.c.id.in_(_FAIR), *_DUE).order_by(*_ORDER)
# As a table of its own, which PostgreSQL makes once: it may run a plain subquery again, and lock other rows.
_TAKEN = _CHOSEN.limit(bindparam("limit", type_=Integer)).with_for_update(skip_locked=True).cte("taken")
_FAILED = (
    logout_notices.c.client_id == bindparam("client"),
    _WAITING,
    logout_notices.c.next_attempt_at > bindparam("now"),
    logout_notices.c.problem.is_not(None),
)
_OLD = select(sign_outs.c.receipt_hash).where(sign_outs.c.created_at < bindparam("before"))

# Made once: making a statement takes longer than running it.
_ADD = insert(sign_outs)
_ADD_NOTICES = insert(logout_notices)
_SIGN_OUT_OF = select(sign_outs).where(sign_outs.c.receipt_hash == bindparam("receipt_hash"))
_OF_RECEIPT = (
    select(logout_notices)
    .where(logout_notices.c.receipt_hash == bindparam("receipt_hash"))
    .order_by(logout_notices.c.client_id)
)
_HAS_DUE = select(logout_notices.c.id).where(*_DUE).limit(1)
_CLAIM = (
    update(logout_notices)
    .where(logout_notices.c.id.in_(select(_TAKEN.c.id)), *_DUE)
    # What is being tried has no problem yet: that is how ``hasten`` knows to leave it alone.
    .values(next_attempt_at=bindparam("until"), attempts=logout_notices.c.attempts + 1, problem=None)
    .returning(*logout_notices.c)
)
_CLAIM_NEW = (
    update(logout_notices)
    .where(logout_notices.c.id == bindparam("which"), _WAITING, logout_notices.c.attempts == 0)
    .values(next_attempt_at=bindparam("until"), attempts=1)
)
_SETTLE = (
    update(logout_notices)
    .where(logout_notices.c.id == bindparam("which"), _WAITING)
    .values(state=bindparam("outcome"), settled_at=bindparam("now"), problem=bindparam("why"))
)
_TRY_AGAIN = (
    update(logout_notices)
    .where(logout_notices.c.id == bindparam("which"), _WAITING)
    .values(next_attempt_at=bindparam("until"), problem=bindparam("why"))
)
_HAS_FAILED = select(logout_notices.c.id).where(*_FAILED).limit(1)
_HASTEN = update(logout_notices).where(*_FAILED).values(next_attempt_at=bindparam("now"))
_SWEEP = delete(sign_outs).where(sign_outs.c.receipt_hash.in_(_OLD.limit(bindparam("limit", type_=Integer))))


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
        self._work.write(_ADD, values_of(sign_out))
        if notices:
            self._work.write(_ADD_NOTICES, [values_of(notice) for notice in notices])

    def sign_out(self, receipt_hash: str) -> SignOut | None:
        """The sign-out with this receipt."""
        row = self._work.first(_SIGN_OUT_OF, {"receipt_hash": receipt_hash})
        return SignOut(**row) if row else None

    def of_receipt(self, receipt_hash: str) -> Sequence[LogoutNotice]:
        """The notices of a receipt, in a lasting order."""
        rows = self._work.all(_OF_RECEIPT, {"receipt_hash": receipt_hash})
        return [LogoutNotice(**row) for row in rows]

    def unsettled(self, limit: int) -> Sequence[LogoutNotice]:
        """Notices that wait or were given up, newest first."""
        query = select(logout_notices).where(logout_notices.c.state.in_(("waiting", "given_up")))
        rows = self._work.all(query.order_by(logout_notices.c.created_at.desc(), logout_notices.c.id).limit(limit))
        return [LogoutNotice(**row) for row in rows]

    def latest(self, limit: int) -> Sequence[tuple[LogoutNotice, SignOut]]:
        """The newest notices, settled or not, each with the sign-out that it is about; newest first."""
        columns = [column.label(f"{_SIGN_OUT}{column.name}") for column in sign_outs.c]
        query = select(*logout_notices.c, *columns).join_from(logout_notices, sign_outs)
        newest_first = (logout_notices.c.created_at.desc(), logout_notices.c.client_id.desc(), logout_notices.c.id)
        return [_with_sign_out(row) for row in self._work.all(query.order_by(*newest_first).limit(limit))]

    def has_due(self, now: int) -> bool:
        """Whether a notice is to be tried now."""
        return self._work.first(_HAS_DUE, {"now": now}) is not None

    def claim(self, now: int, until: int, limit: int) -> Sequence[LogoutNotice]:
        """Take notices that are due, a few of each client, each for this caller alone, until the given moment at most:
        one statement, so that of any number of processes one gets each."""
        rows = self._work.write_returning_all(_CLAIM, {"now": now, "until": until, "limit": limit})
        return [LogoutNotice(**row) for row in rows]

    def claim_new(self, notice_id: str, until: int) -> bool:
        """Take one notice that has never been tried, for this caller alone."""
        return self._work.write(_CLAIM_NEW, {"which": notice_id, "until": until}) == 1

    def settle(self, notice_id: str, state: str, now: int, problem: str | None = None) -> bool:
        """Note how a notice that waited has ended; ``False`` when that was known already."""
        values = {"which": notice_id, "outcome": state, "now": now, "why": problem}
        return self._work.write(_SETTLE, values) == 1

    def try_again(self, notice_id: str, at: int, problem: str) -> None:
        """Note that a try failed, why, and when the next one is due."""
        self._work.write(_TRY_AGAIN, {"which": notice_id, "until": at, "why": problem})

    def hasten(self, client_id: str, now: int) -> int:
        """Let everything that a client has still to be told, that has failed, and that nobody is trying, be due now."""
        values = {"client": client_id, "now": now}
        if self._work.first(_HAS_FAILED, values) is None:
            return 0
        return self._work.write(_HASTEN, values)

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` sign-outs from before the given time, with their notices."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})


def _with_sign_out(row: dict[str, Any]) -> tuple[LogoutNotice, SignOut]:
    notice = {name: value for name, value in row.items() if not name.startswith(_SIGN_OUT)}
    sign_out = {name.removeprefix(_SIGN_OUT): value for name, value in row.items() if name.startswith(_SIGN_OUT)}
    return LogoutNotice(**notice), SignOut(**sign_out)
