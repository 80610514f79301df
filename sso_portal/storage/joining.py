"""How a unit of work takes part in the transaction of a request: by zope.sqlalchemy's data manager."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from sso_portal.base.stand_ins import standing_in
from sso_portal.storage.connections import Connections
from sso_portal.storage.together import Together
from sso_portal.storage.work import Work

if TYPE_CHECKING:
    from zope.sqlalchemy import ZopeTransactionEvents


class _Conflict(Exception):
    """What an ORM session raises when a row is not what it was. Nobody does, where there is none."""


def _events() -> type[ZopeTransactionEvents]:
    """The way in. It would load SQLAlchemy's ORM and every driver that is installed, a sixth of a process's memory and
    of its start, to know the errors after which a request could be tried again; none is."""
    errors = ModuleType("sqlalchemy.orm.exc")
    errors.__dict__["ConcurrentModificationError"] = _Conflict
    try:
        with standing_in({"sqlalchemy.orm.exc": errors, "psycopg": None, "psycopg2": None}):
            from zope.sqlalchemy import ZopeTransactionEvents
    except ImportError:
        # Another version, which looks for more.
        from zope.sqlalchemy import ZopeTransactionEvents
    events: type[ZopeTransactionEvents] = ZopeTransactionEvents
    return events


_Events = _events()


class _Part:
    """What the data manager asks of a session and of its transaction. An ORM session would say the same, and do much
    more that nobody here needs."""

    twophase = False
    expire_on_commit = False

    def __init__(self, transaction_manager: Any) -> None:
        self.work: Work
        self._events = _Events(transaction_manager=transaction_manager)

    def take(self) -> None:
        """Take part, if it does not already. Raises what the manager raises when no transaction is going on."""
        self._events.join_transaction(self)

    def has_written(self) -> None:
        """There is something to be committed."""
        self._events.mark_changed(self)

    def get_transaction(self) -> _Part:
        """Itself."""
        return self

    def flush(self) -> None:
        """Nothing is held back."""

    def commit(self) -> None:
        """The request's transaction ends well."""
        self.work.commit()

    def close(self) -> None:
        """It has ended."""
        self.work.close()


def joined(transaction_manager: Any, connections: Connections, together: Together | None) -> Work:
    """A unit of work that begins, is committed and is undone with ``transaction_manager``'s transaction, ``together``
    with others if that may be."""
    part = _Part(transaction_manager)
    part.work = Work(connections, part.take, part.has_written, together)
    return part.work
