"""What people have agreed to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, ForeignKey, String, Table, Text, delete, select

from sso_portal.storage.database import Work, parameters
from sso_portal.storage.schema import metadata, time_column

consents = Table(
    "consents",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("client_id", String(200), primary_key=True),
    Column("scope", Text, nullable=False),
    Column("declined", Text, nullable=False),
    time_column("granted_at"),
)


@dataclass(frozen=True)
class Consent:
    """One person's answer to one client: the scopes she granted and the ones she declined."""

    user_id: int
    client_id: str
    scope: str
    declined: str
    granted_at: int


class ConsentStore:
    """Every statement on consents."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def get(self, user_id: int, client_id: str) -> Consent | None:
        """What this person answered this client."""
        query = select(consents).where(consents.c.user_id == user_id, consents.c.client_id == client_id)
        row = self._work.first(query)
        return Consent(**parameters(row)) if row else None

    def put(self, consent: Consent) -> None:
        """Remember an answer in place of an earlier one."""
        fields = consent.__dict__
        changed = {name: fields[name] for name in ("scope", "declined", "granted_at")}
        statement = self._work.insert(consents).values(**fields)
        self._work.write(statement.on_conflict_do_update(index_elements=["user_id", "client_id"], set_=changed))

    def remove_client(self, client_id: str) -> int:
        """Forget every answer given to a client."""
        return self._work.write(delete(consents).where(consents.c.client_id == client_id))
