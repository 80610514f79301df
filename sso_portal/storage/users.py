"""People and the secrets by which they sign in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table, bindparam, select, update

from sso_portal.storage.database import Work
from sso_portal.storage.records import making
from sso_portal.storage.schema import metadata, time_column

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", String(64), nullable=False, unique=True),
    Column("username", String(150), nullable=False),
    Column("username_key", String(150), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("email", String(254), nullable=False),
    Column("email_verified", Boolean, nullable=False),
    Column("is_administrator", Boolean, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    time_column("created_at"),
    time_column("updated_at"),
    # Standard claims beyond the columns above (OpenID Connect Core, section 5.1), by their names.
    Column("profile", JSON, nullable=False, server_default="{}"),
    Column("roles", JSON, nullable=False, server_default="[]"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("secret_hash", String(255), nullable=False),
    time_column("changed_at"),
)

_FIELDS = tuple(column for column in users.c if column.name != "username_key")

# Made once: making a statement takes longer than running it.
_BY_ID = select(*_FIELDS).where(users.c.id == bindparam("id"))
_BY_KEY = select(*_FIELDS).where(users.c.username_key == bindparam("username_key"))
_BY_SUBJECT = select(*_FIELDS).where(users.c.subject == bindparam("subject"))
_WITH_PASSWORD = (
    select(*_FIELDS, credentials.c.secret_hash)
    .select_from(
        users.outerjoin(credentials, (credentials.c.user_id == users.c.id) & (credentials.c.kind == "password"))
    )
    .where(users.c.username_key == bindparam("username_key"))
)


PERSON = tuple(column.label(f"person_{column.name}") for column in _FIELDS)
"""A person's columns for statements that answer her together with something else."""


@dataclass(frozen=True)
class User:
    """One person. ``subject`` is what relying sites know her by and never changes; the rest may."""

    id: int
    subject: str
    username: str
    name: str
    email: str
    email_verified: bool
    is_administrator: bool
    is_enabled: bool
    created_at: int
    updated_at: int
    profile: dict[str, Any] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)


_user = making(User)


def person_of(values: Sequence[Any]) -> User | None:
    """The person whom :data:`PERSON` has read; ``None`` when there was nobody to be joined."""
    return _user(values) if values[0] is not None else None


class UserStore:
    """Every statement on people."""

    def __init__(self, work: Work) -> None:
        """Work inside the given transaction."""
        self._work = work

    def by_id(self, user_id: int) -> User | None:
        """The person with this internal number."""
        row = self._work.first(_BY_ID, {"id": user_id})
        return User(**row) if row else None

    def by_key(self, username_key: str) -> User | None:
        """The person with this normalised user name."""
        row = self._work.first(_BY_KEY, {"username_key": username_key})
        return User(**row) if row else None

    def by_subject(self, subject: str) -> User | None:
        """The person whom clients know by this identifier."""
        row = self._work.first(_BY_SUBJECT, {"subject": subject})
        return User(**row) if row else None

    def with_password(self, username_key: str) -> tuple[User, str | None] | None:
        """The person with this normalised user name and her password's hash, in one statement."""
        row = self._work.first(_WITH_PASSWORD, {"username_key": username_key})
        if row is None:
            return None
        fields = row
        stored = fields.pop("secret_hash")
        return User(**fields), stored

    def all(self) -> Sequence[User]:
        """Everyone, by user name."""
        return [User(**row) for row in self._work.all(select(*_FIELDS).order_by(users.c.username_key))]

    def add(self, username_key: str, **fields: object) -> bool:
        """Add a person; ``False`` when the user name is taken, decided by the database."""
        statement = (
            self._work.insert(users)
            .values(username_key=username_key, **fields)
            .on_conflict_do_nothing(index_elements=["username_key"])
            .returning(users.c.id)
        )
        return self._work.write_returning(statement) is not None

    def change(self, user_id: int, **fields: object) -> bool:
        """Set the given columns of one person."""
        return self._work.write(update(users).where(users.c.id == user_id).values(**fields)) == 1

    def set_password(self, user_id: int, secret_hash: str, now: int) -> None:
        """Set or replace a person's password hash."""
        statement = self._work.insert(credentials).values(
            user_id=user_id, kind="password", secret_hash=secret_hash, changed_at=now
        )
        self._work.write(
            statement.on_conflict_do_update(
                index_elements=["user_id", "kind"], set_={"secret_hash": secret_hash, "changed_at": now}
            )
        )

    def replace_password_hash(self, user_id: int, old: str, new: str) -> None:
        """Exchange a hash for a costlier one of the same password, unless it was changed meanwhile."""
        self._work.write(
            update(credentials)
            .where(credentials.c.user_id == user_id, credentials.c.kind == "password", credentials.c.secret_hash == old)
            .values(secret_hash=new)
        )
