"""One transaction per request. A response that is returned commits, a raised exception rolls back."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.tweens import EXCVIEW
from transaction import TransactionManager
from transaction.interfaces import NoTransaction


def includeme(config: Configurator) -> None:
    """Let pyramid_tm begin and end the transaction; refusals with status 400 are remembered, so nothing vetoes.

    Its tween alone is taken: the request has its ``tm`` already (``requests.py``), and nobody's name is written into
    transactions.
    """
    config.add_settings({"tm.annotate_user": "false"})
    config.add_tween("pyramid_tm.tm_tween_factory", over=EXCVIEW)


class _Label:
    """What pyramid_tm writes upon a transaction; nobody reads it."""

    def note(self, _text: str) -> None:
        """Forget it."""


class LateTransaction:
    """A transaction that begins when somebody joins it. Where nothing is asked of the database, nothing has to end."""

    _label = _Label()

    def __init__(self) -> None:
        """Nothing may join it yet."""
        self._may_begin = False
        self._manager: TransactionManager | None = None

    def begin(self) -> _Label:
        """From now on it may be joined."""
        self._may_begin = True
        return self._label

    def get(self) -> Any:
        """The transaction. Raises :class:`transaction.interfaces.NoTransaction` outside the request's time."""
        if self._may_begin:
            self._may_begin = False
            self._manager = TransactionManager(explicit=True)
            self._manager.begin()
        if self._manager is None:
            raise NoTransaction
        return self._manager.get()

    def isDoomed(self) -> bool:
        """Whether it must not be committed."""
        return self._manager is not None and bool(self._manager.isDoomed())

    def commit(self) -> None:
        """Make it last, if there is anything."""
        self._end("commit")

    def abort(self) -> None:
        """Take it back, if there is anything."""
        self._end("abort")

    def _end(self, how: str) -> None:
        self._may_begin = False
        try:
            if self._manager is not None:
                getattr(self._manager, how)()
        finally:
            # Nothing joins what is over.
            self._manager = None
