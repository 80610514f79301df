"""Registered sites, APIs and apps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, String, Table, Text, bindparam, delete, select, update

from sso_portal.storage.database import Work
from sso_portal.storage.schema import metadata as tables
from sso_portal.storage.schema import time_column
from sso_portal.storage.versions import bump_version

clients = Table(
    "clients",
    tables,
    Column("client_id", String(200), primary_key=True),
    Column("secret_hash", String(255)),
    Column("metadata", JSON, nullable=False),
    time_column("created_at"),
    time_column("updated_at"),
    # Only for clients that prove themselves with a key made of their secret (client_secret_jwt).
    Column("secret_encrypted", Text),
    # Of the token by which a client that registered itself changes its registration (RFC 7592).
    Column("registration_hash", String(64)),
)

VERSION = "clients"

# Made once: making a statement takes longer than running it.
_GET = select(clients).where(clients.c.client_id == bindparam("client_id"))
_ALL = select(clients).order_by(clients.c.client_id)


@dataclass(frozen=True)
class ClientRow:
    """One client as stored; ``metadata`` has the names of RFC 7591 and ours."""

    client_id: str
    secret_hash: str | None
    metadata: dict[str, Any]
    created_at: int
    updated_at: int
    secret_encrypted: str | None = None
    registration_hash: str | None = None


class ClientStore:
    """Every statement on clients; each change bumps the version that caches watch."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def get(self, client_id: str) -> ClientRow | None:
        """The client with this identifier."""
        row = self._work.first(_GET, {"client_id": client_id})
        return ClientRow(**row) if row else None

    def all(self) -> Sequence[ClientRow]:
        """Every client, by identifier."""
        return [ClientRow(**row) for row in self._work.all(_ALL)]

    def add(self, row: ClientRow) -> bool:
        """Add a client; ``False`` when the identifier is taken, decided by the database."""
        statement = (
            self._work.insert(clients)
            .values(**row.__dict__)
            .on_conflict_do_nothing(index_elements=["client_id"])
            .returning(clients.c.client_id)
        )
        added = self._work.write_returning(statement) is not None
        bump_version(self._work, VERSION)
        return added

    def change(self, client_id: str, **fields: object) -> bool:
        """Set the given columns of one client."""
        changed = self._work.write(update(clients).where(clients.c.client_id == client_id).values(**fields)) == 1
        bump_version(self._work, VERSION)
        return changed

    def hold(self, client_id: str, registration_hash: str, now: int) -> ClientRow | None:
        """The client with this registration, kept from everybody else's changes until the transaction ends; ``None``
        when it is gone. One statement: of any number of changes at once, each sees what the one before has made."""
        this = (clients.c.client_id == client_id, clients.c.registration_hash == registration_hash)
        row = self._work.write_returning(update(clients).where(*this).values(updated_at=now).returning(clients))
        return ClientRow(**row) if row else None

    def remove(self, client_id: str) -> bool:
        """Forget a client."""
        removed = self._work.write(delete(clients).where(clients.c.client_id == client_id)) == 1
        bump_version(self._work, VERSION)
        return removed
