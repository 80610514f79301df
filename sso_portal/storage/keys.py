"""Signing keys; private parts arrive here already encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, String, Table, Text, select, update

from sso_portal.storage.database import Work, parameters
from sso_portal.storage.schema import metadata, time_column
from sso_portal.storage.versions import bump_version

keys = Table(
    "keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("algorithm", String(10), nullable=False),
    Column("public", JSON, nullable=False),
    Column("private_encrypted", Text, nullable=False),
    # At most one key of an algorithm signs; the unique column makes two processes that start at once agree.
    Column("signs", String(10), unique=True),
    time_column("created_at"),
    time_column("retired_at", nullable=True),
)

VERSION = "keys"


@dataclass(frozen=True)
class KeyRow:
    """One key pair as stored. ``signs`` names its algorithm while it is the one that signs, else ``None``."""

    kid: str
    algorithm: str
    public: dict[str, Any]
    private_encrypted: str
    signs: str | None
    created_at: int
    retired_at: int | None


class KeyStore:
    """Every statement on keys; each change bumps the version that caches watch."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def all(self) -> Sequence[KeyRow]:
        """Every key, newest first."""
        query = select(keys).order_by(keys.c.created_at.desc(), keys.c.kid)
        return [KeyRow(**parameters(row)) for row in self._work.all(query)]

    def add(self, row: KeyRow) -> bool:
        """Add a key; ``False`` when another key of the algorithm signs already."""
        statement = self._work.insert(keys).values(**row.__dict__).on_conflict_do_nothing().returning(keys.c.kid)
        added = self._work.write_returning(statement) is not None
        bump_version(self._work, VERSION)
        return added

    def retire(self, algorithm: str, now: int) -> None:
        """Let the signing key of ``algorithm`` sign no more; it stays published for what it has signed."""
        self._work.write(update(keys).where(keys.c.signs == algorithm).values(signs=None, retired_at=now))
        bump_version(self._work, VERSION)
