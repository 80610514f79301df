"""The database: engine, units of work, and the seam to the transaction of a request.

A :class:`Work` is one transaction's worth of statements. Statements are SQLAlchemy Core, run through a ``Session``
that zope.sqlalchemy joins to the request's transaction; nothing is committed by hand inside a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import zope.sqlalchemy
from sqlalchemy import Executable, RowMapping, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import Table

Unavailable: tuple[type[Exception], ...] = (OperationalError, PoolTimeoutError)
"""What is raised when the database cannot be reached or stays locked: a 503, not a fault of the request."""

_BUSY_SECONDS = 15


class Work:
    """Statements of one transaction."""

    def __init__(self, session: Session, on_write: Callable[[], None] = lambda: None) -> None:
        """``on_write`` is told before every changing statement: what only reads is not committed."""
        self._session = session
        self._on_write = on_write
        self._insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert

    def first(self, statement: Executable) -> RowMapping | None:
        """The first row of a query, or ``None``."""
        return self._session.execute(statement).mappings().first()

    def all(self, statement: Executable) -> Sequence[RowMapping]:
        """Every row of a query."""
        return self._session.execute(statement).mappings().all()

    def write(self, statement: Executable) -> int:
        """Run a changing statement; answers how many rows it changed."""
        self._on_write()
        return int(self._session.execute(statement).rowcount)  # type: ignore[attr-defined]

    def write_returning(self, statement: Executable) -> RowMapping | None:
        """Run a changing statement with ``RETURNING``; answers the first row, ``None`` when nothing was changed."""
        self._on_write()
        return self._session.execute(statement).mappings().first()

    def write_returning_all(self, statement: Executable) -> Sequence[RowMapping]:
        """As above; answers every row that was changed."""
        self._on_write()
        return self._session.execute(statement).mappings().all()

    def insert(self, table: Table) -> Any:
        """An ``INSERT`` that can say ``ON CONFLICT``, in the dialect of this database."""
        return self._insert(table)


class Database:
    """One engine and the two ways to a unit of work."""

    def __init__(self, url: str, *, synchronous: str = "FULL", pool_size: int = 8) -> None:
        """``url`` is a SQLAlchemy URL; ``synchronous`` is SQLite's durability pragma (``FULL`` survives power loss)."""
        self.url = url
        self._synchronous = synchronous
        self.engine = self._make_engine(pool_size)

    def _make_engine(self, pool_size: int) -> Engine:
        if make_url(self.url).get_backend_name() != "sqlite":
            return create_engine(
                self.url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=10, hide_parameters=True
            )
        engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=10,
            # What went into a statement does not belong into an error's text, and so into the log.
            hide_parameters=True,
            # IMMEDIATE: the first changing statement takes the write lock and waits for it; reads before it run
            # without a transaction, so a stale snapshot can never turn into a failed upgrade.
            connect_args={"timeout": _BUSY_SECONDS, "isolation_level": "IMMEDIATE"},
        )
        event.listen(engine, "connect", self._prepare_sqlite)
        return engine

    def _prepare_sqlite(self, connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={self._synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    def join(self, transaction_manager: Any) -> Work:
        """A unit of work inside ``transaction_manager``'s transaction; a connection is taken at the first statement
        and given back when that transaction ends."""
        session = Session(self.engine, autoflush=False)
        zope.sqlalchemy.register(session, transaction_manager=transaction_manager)
        return Work(session, lambda: zope.sqlalchemy.mark_changed(session, transaction_manager))

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """A unit of work of its own, committed when the block ends well and rolled back when it raises."""
        with Session(self.engine, autoflush=False) as session, session.begin():
            yield Work(session)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def parameters(row: Mapping[Any, Any] | RowMapping) -> dict[str, Any]:
    """A row as keyword arguments for a record class."""
    return {str(key): value for key, value in row.items()}
