"""Authorization codes: stored by hash, consumed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from sso_portal.storage.database import Work, values_of
from sso_portal.storage.records import making
from sso_portal.storage.schema import metadata, time_column
from sso_portal.storage.sessions import sessions
from sso_portal.storage.users import PERSON, User, person_of, users

codes = Table(
    "codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("family_id", String(64), nullable=False),
    Column("client_id", String(200), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("sid", String(64), nullable=False),
    # NULL when the authorization request left it out (RFC 6749, section 4.1.3).
    Column("redirect_uri", Text),
    Column("scope", Text, nullable=False),
    Column("nonce", Text),
    Column("code_challenge", String(128)),
    Column("code_challenge_method", String(10)),
    time_column("auth_time"),
    time_column("issued_at"),
    time_column("expires_at", index=True),
    time_column("consumed_at", nullable=True),
    # What else the tokens will tell: requested claims, how she signed in.
    Column("details", JSON, nullable=False, server_default="{}"),
)


@dataclass(frozen=True)
class Code:
    """One authorization code and everything it is bound to."""

    code_hash: str
    family_id: str
    client_id: str
    user_id: int
    sid: str
    redirect_uri: str | None
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    auth_time: int
    issued_at: int
    expires_at: int
    consumed_at: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


_code = making(Code)
_OWN = len(codes.c)
_LIVING = select(sessions.c.sid).where(sessions.c.sid == codes.c.sid, sessions.c.ended_at.is_(None))
_OLD = select(codes.c.code_hash).where(codes.c.expires_at < bindparam("before"))

# Made once: making a statement takes longer than running it.
_ADD = insert(codes)
_GET = select(codes).where(codes.c.code_hash == bindparam("code_hash"))
_GET_WITH_PERSON = _GET.add_columns(*PERSON).join(users, users.c.id == codes.c.user_id)
_CONSUME = (
    update(codes)
    .where(
        codes.c.code_hash == bindparam("hash"),
        codes.c.consumed_at.is_(None),
        codes.c.expires_at > bindparam("now"),
        # The session's row is held until this transaction ends: a sign-out waits, and then sees the tokens to revoke.
        exists(_LIVING.correlate(codes).with_for_update(read=True)),
    )
    .values(consumed_at=bindparam("now"))
)
_WITHDRAW = delete(codes).where(
    codes.c.user_id == bindparam("user_id"),
    codes.c.client_id == bindparam("client_id"),
    codes.c.consumed_at.is_(None),
    # Few are that young, and they are found by the index of this column.
    codes.c.expires_at > bindparam("since"),
)
_SWEEP = delete(codes).where(codes.c.code_hash.in_(_OLD.limit(bindparam("limit", type_=Integer))))


class CodeStore:
    """Every statement on codes."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def add(self, code: Code) -> None:
        """Remember a code."""
        self._work.write(_ADD, values_of(code))

    def get(self, code_hash: str) -> Code | None:
        """The code with this hash, whatever its state."""
        row = self._work.first(_GET, {"code_hash": code_hash})
        return Code(**row) if row else None

    def get_with_person(self, code_hash: str) -> tuple[Code, User] | None:
        """The same, and the person it was given out for, enabled or not; in one statement."""
        values = self._work.first_values(_GET_WITH_PERSON, {"code_hash": code_hash})
        person = person_of(values[_OWN:]) if values is not None else None
        return (_code(values[:_OWN]), person) if values is not None and person is not None else None

    def of_family(self, family_id: str) -> Code | None:
        """The code that a family began with, if it began with one."""
        row = self._work.first(select(codes).where(codes.c.family_id == family_id))
        return Code(**row) if row else None

    def consume(self, code_hash: str, now: int) -> bool:
        """Use the code up: one statement, so that of any number of attempts at once exactly one gets ``True``.

        The session it was given out in must still be going on: signing out wins over a code that is under way.
        """
        return self._work.write(_CONSUME, {"hash": code_hash, "now": now}) == 1

    def withdraw(self, user_id: int, client_id: str, since: int) -> int:
        """Delete a person's codes for a client that nobody has used, and that have not expired by ``since`` (seconds):
        who redeems one at this moment is waited for, and its tokens are there to be revoked then."""
        return self._work.write(_WITHDRAW, {"user_id": user_id, "client_id": client_id, "since": since})

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` codes that expired before the given time."""
        return self._work.write(_SWEEP, {"before": before, "limit": limit})
