"""Access and refresh tokens, and the families that bind them to one authorization."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from sso_portal.storage.consents import consents
from sso_portal.storage.database import Work, values_of
from sso_portal.storage.records import making
from sso_portal.storage.schema import metadata, partial_index, time_column
from sso_portal.storage.sessions import sessions
from sso_portal.storage.users import PERSON, User, person_of, users

families = Table(
    "families",
    metadata,
    Column("family_id", String(64), primary_key=True),
    Column("client_id", String(200), nullable=False, index=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("sid", String(64)),
    Column("scope", Text, nullable=False),
    Column("nonce", Text),
    time_column("auth_time", nullable=True),
    time_column("created_at"),
    # When its last token will have expired: what sweeping goes by.
    time_column("expires_at", index=True),
    time_column("revoked_at", nullable=True),
    Column("revoked_because", String(40)),
    Column("details", JSON, nullable=False, server_default="{}"),
    # With offline_access: signing out does not end it (OpenID Connect Core, section 11).
    Column("survives_session", Boolean, nullable=False, server_default=false()),
    # NULL until it is used again after it began.
    time_column("last_used_at", nullable=True),
    # When what the person agreed to is over; NULL when it holds until she takes it back, or nobody was asked.
    time_column("agreed_until", nullable=True),
    # A machine's tokens are nobody's, and cost these nothing.
    *(partial_index(f"ix_families_{name}", name, where=f"{name} IS NOT NULL") for name in ("user_id", "sid")),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("family_id", ForeignKey("families.family_id", ondelete="CASCADE"), nullable=False),
    Column("scope", Text, nullable=False),
    time_column("issued_at"),
    time_column("expires_at", index=True),
    time_column("consumed_at", nullable=True),
    # What this token alone is bound to: a key, an audience.
    Column("details", JSON, nullable=False, server_default="{}"),
    Index("ix_tokens_family_id_kind", "family_id", "kind"),
)


@dataclass(frozen=True)
class Family:
    """All that descends from one authorization. ``user_id`` and ``sid`` are ``None`` where no person is involved."""

    family_id: str
    client_id: str
    user_id: int | None
    sid: str | None
    scope: str
    nonce: str | None
    auth_time: int | None
    created_at: int
    expires_at: int
    revoked_at: int | None = None
    revoked_because: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    survives_session: bool = False
    last_used_at: int | None = None
    agreed_until: int | None = None


@dataclass(frozen=True)
class Token:
    """One token as stored; ``kind`` is ``access`` or ``refresh``, ``consumed_at`` when a refresh token was rotated."""

    token_hash: str
    kind: str
    family_id: str
    scope: str
    issued_at: int
    expires_at: int
    consumed_at: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PresentedToken:
    """A token and what it rests on, whatever the state of each: its family, the person, who may be disabled, and when
    her session is known to have been used (seconds); ``None`` where no person or no session is involved."""

    token: Token
    family: Family
    user: User | None
    seen_at: int | None


_FAMILY_NAMES = tuple(column.name for column in families.c)
# Where a row of a token and its family is divided. Columns stand in the order of the records' fields.
_token, _family = making(Token), making(Family)
_OWN = len(tokens.c)
_WITH_FAMILY = _OWN + len(families.c)
_FAMILY = tuple(column.label(f"family_{column.name}") for column in families.c)
_ROW = tuple(bindparam(column.name, type_=column.type).label(column.name) for column in families.c)
_LIVING_SESSION = select(sessions.c.sid).where(sessions.c.sid == bindparam("sid"), sessions.c.ended_at.is_(None))
_AGREEMENT = select(consents.c.client_id).where(
    consents.c.user_id == bindparam("user_id"), consents.c.client_id == bindparam("client_id")
)
_LIVING_TOKEN = (
    select(tokens.c.token_hash)
    .join(families, families.c.family_id == tokens.c.family_id)
    .where(tokens.c.token_hash == bindparam("hash"), tokens.c.kind == "access", tokens.c.expires_at > bindparam("now"))
    .where(families.c.revoked_at.is_(None))
)
_THIS_FAMILY = families.c.family_id == bindparam("family")
_OLD_TOKENS = select(tokens.c.token_hash).where(tokens.c.expires_at < bindparam("before"))
_OLD_FAMILIES = select(families.c.family_id).where(families.c.expires_at < bindparam("before"))
_LIMIT = bindparam("limit", type_=Integer)


def _adding_if(living: Any) -> Any:
    """Add a family if there is such a row, which is held until the transaction ends: who ends what it stands for waits,
    and then sees the family to be revoked."""
    source = select(*_ROW).where(exists(living.with_for_update(read=True)))
    # Not by the number of rows, which PostgreSQL's driver does not tell here.
    return insert(families).from_select(_FAMILY_NAMES, source).returning(families.c.family_id)


# Made once: making a statement takes longer than running it.
_ADD_FAMILY = insert(families)
_ADD_FAMILY_OF_SESSION = _adding_if(_LIVING_SESSION)
_ADD_FAMILY_OF_AGREEMENT = _adding_if(_AGREEMENT)
_ADD_FAMILY_OF_TOKEN = _adding_if(_LIVING_TOKEN)
_ADD_TOKENS = insert(tokens)
_GET = (
    select(*tokens.c, *_FAMILY)
    .join(families, families.c.family_id == tokens.c.family_id)
    .where(tokens.c.token_hash == bindparam("token_hash"))
)
_GET_OF_KIND = _GET.where(tokens.c.kind == bindparam("kind"))
_GET_PRESENTED = (
    _GET.add_columns(*PERSON, sessions.c.last_seen_at.label("seen_at"))
    .outerjoin(users, users.c.id == families.c.user_id)
    .outerjoin(sessions, sessions.c.sid == families.c.sid)
)
_GET_PRESENTED_OF_KIND = _GET_PRESENTED.where(tokens.c.kind == bindparam("kind"))
_FAMILY_OF = select(families).where(_THIS_FAMILY)
_CONSUME = (
    update(tokens)
    .where(
        tokens.c.token_hash == bindparam("hash"),
        tokens.c.kind == "refresh",
        tokens.c.consumed_at.is_(None),
        tokens.c.expires_at > bindparam("now"),
    )
    .values(consumed_at=bindparam("now"))
)
_EXPIRE = (
    update(tokens)
    .where(tokens.c.token_hash == bindparam("hash"), tokens.c.expires_at > bindparam("now"))
    .values(expires_at=bindparam("now"))
)
_EXTEND = update(families).where(_THIS_FAMILY, families.c.revoked_at.is_(None)).values(expires_at=bindparam("until"))
_EXTEND_AND_USE = _EXTEND.values(last_used_at=bindparam("used"))
_USE = update(families).where(_THIS_FAMILY, families.c.revoked_at.is_(None)).values(last_used_at=bindparam("used"))
_TOUCH = (
    update(families)
    .where(_THIS_FAMILY, func.coalesce(families.c.last_used_at, families.c.created_at) <= bindparam("known"))
    .values(last_used_at=bindparam("used"))
)
_REVOKE = (
    update(families)
    .where(_THIS_FAMILY, families.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"), revoked_because=bindparam("because"))
    .returning(*families.c)
)
_SWEEP_TOKENS = delete(tokens).where(tokens.c.token_hash.in_(_OLD_TOKENS.limit(_LIMIT)))
_SWEEP_FAMILIES = delete(families).where(families.c.family_id.in_(_OLD_FAMILIES.limit(_LIMIT)))


class TokenStore:
    """Every statement on tokens and families."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def add_family(self, family: Family) -> None:
        """Remember a new family."""
        self._work.write(_ADD_FAMILY, values_of(family))

    def add_family_of_session(self, family: Family) -> bool:
        """Remember a new family if its session is still going on: signing out wins over what is under way."""
        return self._work.write_returning(_ADD_FAMILY_OF_SESSION, values_of(family)) is not None

    def add_family_of_agreement(self, family: Family) -> bool:
        """Remember a new family if its person's agreement is still there: who takes it back wins over what is under
        way."""
        return self._work.write_returning(_ADD_FAMILY_OF_AGREEMENT, values_of(family)) is not None

    def add_family_of_token(self, family: Family, token_hash: str, now: int) -> bool:
        """Remember a new family if the access token that it is made from still lives: who revokes it, or signs the
        person out, wins over what is under way."""
        values = {**values_of(family), "hash": token_hash, "now": now}
        return self._work.write_returning(_ADD_FAMILY_OF_TOKEN, values) is not None

    def add_tokens(self, *new: Token) -> None:
        """Remember tokens, all in one statement."""
        self._work.write(_ADD_TOKENS, [values_of(token) for token in new])

    def get(self, token_hash: str, kind: str | None = None) -> tuple[Token, Family] | None:
        """The token with this hash and its family, whatever their state; of one ``kind``, or of any."""
        query = _GET if kind is None else _GET_OF_KIND
        values = self._work.first_values(query, _whose(token_hash, kind))
        return (_token(values[:_OWN]), _family(values[_OWN:])) if values is not None else None

    def presented(self, token_hash: str, kind: str | None = None) -> PresentedToken | None:
        """The same with all that a request needs to judge it, in one statement."""
        query = _GET_PRESENTED if kind is None else _GET_PRESENTED_OF_KIND
        values = self._work.first_values(query, _whose(token_hash, kind))
        if values is None:
            return None
        token, family = _token(values[:_OWN]), _family(values[_OWN:_WITH_FAMILY])
        return PresentedToken(token, family, person_of(values[_WITH_FAMILY:-1]), values[-1])

    def family(self, family_id: str) -> Family | None:
        """The family with this identifier, whatever its state."""
        row = self._work.first(_FAMILY_OF, {"family": family_id})
        return Family(**row) if row else None

    def consume(self, token_hash: str, now: int) -> bool:
        """Use a refresh token up: one statement, so that of any number of attempts exactly one gets ``True``."""
        return self._work.write(_CONSUME, {"hash": token_hash, "now": now}) == 1

    def expire(self, token_hash: str, now: int) -> None:
        """Let a token be over now, if it is not already."""
        self._work.write(_EXPIRE, {"hash": token_hash, "now": now})

    def extend_family(self, family_id: str, expires_at: int, used_at: int | None = None) -> bool:
        """Let a living family last longer, because it was used at ``used_at``; ``False`` when it was revoked
        meanwhile."""
        values = {"family": family_id, "until": expires_at}
        if used_at is None:
            return self._work.write(_EXTEND, values) == 1
        return self._work.write(_EXTEND_AND_USE, {**values, "used": used_at}) == 1

    def use_family(self, family_id: str, used_at: int) -> bool:
        """Note that a living family was used; ``False`` when it was revoked meanwhile. It lasts no longer for that, and
        no index has to be changed."""
        return self._work.write(_USE, {"family": family_id, "used": used_at}) == 1

    def touch_family(self, family_id: str, used_at: int, later_by: int) -> None:
        """Note that a token of a family was used, if the last use that was noted is so many seconds ago."""
        self._work.write(_TOUCH, {"family": family_id, "used": used_at, "known": used_at - later_by})

    def agree_until(self, user_id: int, client_id: str, until: int | None, now: int) -> None:
        """Let a person's newest word on how long she agrees hold for all that a client has of her at this moment."""
        whose = (families.c.user_id == user_id, families.c.client_id == client_id)
        in_time = or_(families.c.agreed_until.is_(None), families.c.agreed_until > now)
        living = (families.c.revoked_at.is_(None), in_time)
        self._work.write(update(families).where(*whose, *living).values(agreed_until=until))

    def revoke_family(self, family_id: str, because: str, now: int) -> Family | None:
        """End every token of a family at once and answer it; ``None`` when that was done before."""
        row = self._work.write_returning(_REVOKE, {"family": family_id, "now": now, "because": because})
        return Family(**row) if row else None

    def revoke_families(
        self,
        because: str,
        now: int,
        *,
        sid: str | None = None,
        user_id: int | None = None,
        client_id: str | None = None,
        sign_ins_only: bool = False,
    ) -> int:
        """End every token of a session, but for those that survive it, or all of a person, of a client, or of a
        person's at a client;
        ``sign_ins_only`` leaves authorizations that are no sign-in (OpenID Connect Core, section 3.1.2.1)."""
        if sid is not None:
            whose = and_(families.c.sid == sid, families.c.survives_session.is_(False))
            whose = whose if client_id is None else and_(whose, families.c.client_id == client_id)
        elif client_id is not None:
            whose = families.c.client_id == client_id
            whose = whose if user_id is None else and_(whose, families.c.user_id == user_id)
        else:
            whose = families.c.user_id == user_id
        if sign_ins_only:
            whose = and_(whose, (" " + families.c.scope + " ").contains(" openid "))
        statement = update(families).where(whose, families.c.revoked_at.is_(None))
        return self._work.write(statement.values(revoked_at=now, revoked_because=because))

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` tokens, or families when no token is left, that expired before the given time."""
        deleted = self._work.write(_SWEEP_TOKENS, {"before": before, "limit": limit})
        if deleted == limit:
            return deleted
        # Only now: a family takes its tokens with it, and a long one has thousands.
        return deleted + self._work.write(_SWEEP_FAMILIES, {"before": before, "limit": limit - deleted})


def _whose(token_hash: str, kind: str | None) -> dict[str, Any]:
    return {"token_hash": token_hash} if kind is None else {"token_hash": token_hash, "kind": kind}
