"""How a unit of work takes part in the transaction of a request: by zope.sqlalchemy's data manager."""

from __future__ import annotations

from typing import Any

from zope.sqlalchemy import ZopeTransactionEvents

from sso_portal.storage.connections import Connections
from sso_portal.storage.together import Together
from sso_portal.storage.work import Work


class _Part:
    """What the data manager asks of a session and of its transaction. An ORM session would say the same, and do much
    more that nobody here needs."""

    twophase = False
    expire_on_commit = False

    def __init__(self, transaction_manager: Any) -> None:
        self.work: Work
        self._events = ZopeTransactionEvents(transaction_manager=transaction_manager)

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
