"""The database: engine, units of work, and the seam to the transaction of a request.

A :class:`Work` is one transaction's worth of statements, which are SQLAlchemy Core. zope.sqlalchemy joins it to the
request's transaction; nothing is committed by hand inside a request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from sso_portal.storage.connections import BUSY_SECONDS, Connections
from sso_portal.storage.joining import joined
from sso_portal.storage.ready import Row, Values
from sso_portal.storage.schema import complete_for
from sso_portal.storage.together import Together
from sso_portal.storage.work import Work

Unavailable: tuple[type[Exception], ...] = (OperationalError, PoolTimeoutError)
"""What is raised when the database cannot be reached or stays locked: a 503, not a fault of the request."""

__all__ = ["Database", "Row", "Unavailable", "Values", "Work", "values_of"]


class Database:
    """One engine and the two ways to a unit of work."""

    def __init__(self, url: str, *, synchronous: str = "FULL", pool_size: int = 8) -> None:
        """``url`` is a SQLAlchemy URL; ``synchronous`` is SQLite's durability pragma (``FULL`` survives power loss)."""
        self.url = url
        self._synchronous = synchronous
        self.engine = self._make_engine(pool_size)
        complete_for(self.engine.dialect.name)
        self.connections = Connections(self.engine)
        self.together: Together | None = None
        """Lets requests be committed together, where a server does so."""

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
            # The last one used still knows the pages that were asked for.
            pool_use_lifo=True,
            # What went into a statement does not belong into an error's text, and so into the log.
            hide_parameters=True,
            json_serializer=_to_json,
            json_deserializer=_from_json,
            # IMMEDIATE: the first changing statement takes the write lock and waits for it; reads before it run
            # without a transaction, so a stale snapshot can never turn into a failed upgrade.
            connect_args={"timeout": BUSY_SECONDS, "isolation_level": "IMMEDIATE", "cached_statements": 500},
        )
        event.listen(engine, "connect", self._prepare_sqlite)
        return engine

    def _prepare_sqlite(self, connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={self._synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        # Or else a savepoint that changes more than fifteen pages makes a file, and removes it when it is committed.
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    def join(self, transaction_manager: Any) -> Work:
        """A unit of work inside ``transaction_manager``'s transaction; a connection is taken at the first statement
        and given back when that transaction ends."""
        return joined(transaction_manager, self.connections, self.together)

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """A unit of work of its own, committed when the block ends well and rolled back when it raises."""
        work = Work(self.connections)
        try:
            yield work
            work.commit()
        finally:
            work.close()

    def commit_together(self, is_relieved: Callable[[], bool]) -> Together | None:
        """From now on requests may be committed together, for a server that settles them and asks ``is_relieved`` of
        its threads. ``None`` where several write at once, or one connection is all."""
        if self.engine.dialect.name == "sqlite" and isinstance(self.engine.pool, QueuePool):
            self.together = Together(self.connections, is_relieved)
            self.connections.before_turn = self.together.settle_own
        return self.together

    def let_go(self) -> None:
        """This thread is about to wait for something: it keeps nobody from writing meanwhile. What its own unit of work
        has written already is the exception."""
        if self.together is not None:
            self.together.settle_own()

    @contextmanager
    def large_changes(self) -> Iterator[Connection]:
        """A transaction for changes that may be larger than memory."""
        with self.engine.connect() as connection:
            _keep_asides(connection, "FILE")
            try:
                with connection.begin():
                    yield connection
            finally:
                _keep_asides(connection, "MEMORY")

    def close(self) -> None:
        """Give every connection back."""
        self.connections.close()


def _keep_asides(connection: Connection, where: str) -> None:
    """``where`` SQLite keeps what it sorts, and what a savepoint or a statement may have to bring back."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA temp_store={where}")
        connection.commit()


def _to_json(value: Any) -> str:
    # Most of what is kept so is empty, here and below.
    return "{}" if value == {} else "[]" if value == [] else json.dumps(value)


def _from_json(text: str) -> Any:
    return {} if text == "{}" else [] if text == "[]" else json.loads(text)


def values_of(record: Any) -> Values:
    """The fields of a record, as the columns of the same names take them."""
    fields: Values = vars(record)
    return fields
