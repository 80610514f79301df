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
    String,
    Table,
    Text,
    and_,
    delete,
    exists,
    false,
    insert,
    literal,
    select,
    update,
)

from sso_portal.storage.database import Work, parameters
from sso_portal.storage.schema import metadata, time_column
from sso_portal.storage.sessions import sessions

families = Table(
    "families",
    metadata,
    Column("family_id", String(64), primary_key=True),
    Column("client_id", String(200), nullable=False, index=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("sid", String(64), index=True),
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


_FAMILY_NAMES = tuple(column.name for column in families.c)
_FAMILY = tuple(column.label(f"family_{column.name}") for column in families.c)


class TokenStore:
    """Every statement on tokens and families."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def add_family(self, family: Family) -> None:
        """Remember a new family."""
        self._work.write(insert(families).values(**family.__dict__))

    def add_family_of_session(self, family: Family) -> bool:
        """Remember a new family if its session is still going on: signing out wins over what is under way."""
        living = select(sessions.c.sid).where(sessions.c.sid == family.sid, sessions.c.ended_at.is_(None))
        # As with codes: a sign-out waits for this transaction, and then sees the family that it has to revoke.
        return self._add_family_if(family, exists(living.with_for_update(read=True)))

    def add_family_of_token(self, family: Family, token_hash: str, now: int) -> bool:
        """Remember a new family if the access token that it is made from still lives: who revokes it, or signs the
        person out, wins over what is under way."""
        living = (
            select(tokens.c.token_hash)
            .join(families, families.c.family_id == tokens.c.family_id)
            .where(tokens.c.token_hash == token_hash, tokens.c.kind == "access", tokens.c.expires_at > now)
            .where(families.c.revoked_at.is_(None))
        )
        return self._add_family_if(family, exists(living.with_for_update(read=True)))

    def _add_family_if(self, family: Family, condition: Any) -> bool:
        values = [literal(value, families.c[name].type).label(name) for name, value in family.__dict__.items()]
        statement = insert(families).from_select(list(family.__dict__), select(*values).where(condition))
        # Not by the number of rows, which PostgreSQL's driver does not tell here.
        return self._work.write_returning(statement.returning(families.c.family_id)) is not None

    def add_tokens(self, *new: Token) -> None:
        """Remember tokens, all in one statement."""
        self._work.write(insert(tokens).values([token.__dict__ for token in new]))

    def get(self, token_hash: str, kind: str | None = None) -> tuple[Token, Family] | None:
        """The token with this hash and its family, whatever their state; of one ``kind``, or of any."""
        query = (
            select(*tokens.c, *_FAMILY)
            .join(families, families.c.family_id == tokens.c.family_id)
            .where(tokens.c.token_hash == token_hash)
        )
        if kind is not None:
            query = query.where(tokens.c.kind == kind)
        row = self._work.first(query)
        if row is None:
            return None
        fields = parameters(row)
        family = {name: fields.pop(f"family_{name}") for name in _FAMILY_NAMES}
        return Token(**fields), Family(**family)

    def family(self, family_id: str) -> Family | None:
        """The family with this identifier, whatever its state."""
        row = self._work.first(select(families).where(families.c.family_id == family_id))
        return Family(**parameters(row)) if row else None

    def consume(self, token_hash: str, now: int) -> bool:
        """Use a refresh token up: one statement, so that of any number of attempts exactly one gets ``True``."""
        statement = update(tokens).where(
            tokens.c.token_hash == token_hash,
            tokens.c.kind == "refresh",
            tokens.c.consumed_at.is_(None),
            tokens.c.expires_at > now,
        )
        return self._work.write(statement.values(consumed_at=now)) == 1

    def expire(self, token_hash: str, now: int) -> None:
        """Let a token be over now, if it is not already."""
        self._work.write(
            update(tokens).where(tokens.c.token_hash == token_hash, tokens.c.expires_at > now).values(expires_at=now)
        )

    def extend_family(self, family_id: str, expires_at: int) -> bool:
        """Let a living family last longer; ``False`` when it was revoked meanwhile."""
        statement = update(families).where(families.c.family_id == family_id, families.c.revoked_at.is_(None))
        return self._work.write(statement.values(expires_at=expires_at)) == 1

    def revoke_family(self, family_id: str, because: str, now: int) -> bool:
        """End every token of a family at once."""
        statement = update(families).where(families.c.family_id == family_id, families.c.revoked_at.is_(None))
        return self._work.write(statement.values(revoked_at=now, revoked_because=because)) == 1

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
        """End every token of a session, but for those that survive it, or all of a person or of a client;
        ``sign_ins_only`` leaves authorizations that are no sign-in (OpenID Connect Core, section 3.1.2.1)."""
        if sid is not None:
            whose = and_(families.c.sid == sid, families.c.survives_session.is_(False))
            whose = whose if client_id is None else and_(whose, families.c.client_id == client_id)
        elif client_id is not None:
            whose = families.c.client_id == client_id
        else:
            whose = families.c.user_id == user_id
        if sign_ins_only:
            whose = and_(whose, (" " + families.c.scope + " ").contains(" openid "))
        statement = update(families).where(whose, families.c.revoked_at.is_(None))
        return self._work.write(statement.values(revoked_at=now, revoked_because=because))

    def sweep(self, before: int, limit: int) -> int:
        """Delete up to ``limit`` tokens and ``limit`` families that expired before the given time."""
        old_tokens = select(tokens.c.token_hash).where(tokens.c.expires_at < before).limit(limit)
        old_families = select(families.c.family_id).where(families.c.expires_at < before).limit(limit)
        deleted = self._work.write(delete(tokens).where(tokens.c.token_hash.in_(old_tokens)))
        return deleted + self._work.write(delete(families).where(families.c.family_id.in_(old_families)))
