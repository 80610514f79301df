"""Documents of the portal (metadata, keys) kept in the site's store, so that a restart does not ask for them again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sso_client.clock import Clock
from sso_client.json_answer import read_object
from sso_client.store import Store


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON object and the time it was fetched, in seconds since 1970."""

    body: dict[str, Any]
    fetched: int


class Documents:
    """The cached documents of one portal, named by their address."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get(self, name: str) -> Document | None:
        """Return the document `name`, or None when it was never fetched."""
        row = self._store.row("SELECT body, fetched FROM document WHERE name = ?", name)
        if row is None:
            return None
        body, fetched = row
        return Document(read_object(str(body)), int(fetched or 0))

    def put(self, name: str, body: dict[str, Any]) -> Document:
        """Keep `body` as the document `name`, fetched now."""
        now = self._clock.now()
        self._store.execute("INSERT OR REPLACE INTO document VALUES (?, ?, ?)", name, json.dumps(body), now)
        return Document(body, now)

    def claim_turn(self, name: str, seconds: int) -> bool:
        """Say whether it is this caller's turn to do the thing `name`, which may happen once in `seconds`.

        One statement decides, so that of many threads and processes exactly one gets the turn.
        """
        now = self._clock.now()
        changed = self._store.execute(
            "INSERT INTO document VALUES (?, '{}', ?) ON CONFLICT (name)"
            " DO UPDATE SET fetched = excluded.fetched WHERE document.fetched <= ? OR document.fetched > ?",
            name,
            now,
            now - seconds,
            now,  # a clock that was set back must not block for ever
        )
        return changed == 1
