"""Things that may be used once, such as the ``jti`` of a client's assertion."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sso_portal.base.hashing import TokenHasher
from sso_portal.storage.database import Work
from sso_portal.storage.once import OnceStore


class Once:
    """Remembers what has been used, for as long as it would be accepted again."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Work]], token_hasher: TokenHasher) -> None:
        """``transaction`` begins one of our own: a use stays noted whatever becomes of the request."""
        self._transaction = transaction
        self._token_hasher = token_hasher

    def first_use(self, kind: str, value: str, expires_at: int) -> bool:
        """Note a use; of any number of attempts at once exactly one gets ``True``.

        ``expires_at`` is when the thing is no longer accepted anyway, in seconds since 1970-01-01 UTC. Asked before
        the request's own transaction has written: on SQLite the note would wait for it.
        """
        with self._transaction() as work:
            return OnceStore(work).use(self._token_hasher.hash(f"{kind} {value}"), expires_at)
