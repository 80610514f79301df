"""Forms that arrived without a session: kept until the person has signed in, and sent once.

A form belongs to the browser with its cookie, and to the person whose session had ended; when it is not known who that
was, to the first who signs in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from sso_client.clock import Clock
from sso_client.hashing import hashed, new_secret
from sso_client.parked_form import ParkedForm, seal, unseal
from sso_client.store import Row, Store

LIFETIME_SECONDS = 24 * 3600
MOST_IN_BROWSER = 5
MOST_OF_PERSON = 20
MOST_OF_NOBODY = 200
"""Anybody can post a form; those of whom nothing is known must not fill the disk."""

_ID_LENGTH = 22


class State(Enum):
    """How it stands with a form, for one browser and one person."""

    KEPT = "kept"
    SENT = "sent"
    GONE = "gone"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Kept:
    """Set this cookie for LIFETIME_SECONDS, delete those named in `dropped`; the form is found by its `id`."""

    id: str
    cookie_name: str
    cookie_value: str = field(repr=False)
    dropped: tuple[str, ...]


class ParkedForms:
    """Keeps forms."""

    def __init__(self, store: Store, clock: Clock, prefix: str) -> None:
        """`prefix`: the cookies' names up to the form's id."""
        self._store = store
        self._clock = clock
        self._prefix = prefix
        self._name = re.compile(re.escape(prefix) + f"([A-Za-z0-9_-]{{{_ID_LENGTH}}})")

    def park(self, form: ParkedForm, subject: str, cookies: Mapping[str, str]) -> Kept | None:
        """Keep `form` for the person `subject` ("" when not known), or return None when there is no room."""
        self.sweep()
        dropped = self._make_room(cookies)
        form_id, secret, half, now = new_secret()[:_ID_LENGTH], new_secret(), new_secret(), self._clock.now()
        inserted = self._store.execute(
            "INSERT INTO parked_form SELECT ?, ?, ?, ?, ?, ?, NULL, ?"
            " WHERE (SELECT count(*) FROM parked_form WHERE subject = ? AND sent IS NULL) < ?",
            form_id,
            hashed(secret),
            half,
            subject,
            seal(form, half, secret),
            now,
            now + LIFETIME_SECONDS,
            subject,
            MOST_OF_PERSON if subject else MOST_OF_NOBODY,
        )
        return Kept(form_id, self._prefix + form_id, secret, dropped) if inserted == 1 else None

    def look(self, form_id: str, cookies: Mapping[str, str], subject: str) -> tuple[State, ParkedForm | None]:
        """Return how it stands with a form, and the form (without its fields when it has been sent) for `subject`."""
        secret = cookies.get(self._prefix + form_id, "")
        row = self._row(form_id, secret)
        if row is None:
            return State.GONE, None
        half, owner, sealed, sent = row
        if owner != subject and not (owner == "" and self._give_to(form_id, subject)):
            return State.FOREIGN, None
        form = unseal(str(sealed), str(half), secret)
        if form is None:
            return State.GONE, None
        return (State.KEPT, form) if sent is None else (State.SENT, replace(form, fields=()))

    def claim(self, form_id: str, cookies: Mapping[str, str], subject: str) -> State:
        """Use the form up: KEPT says that this call did, and nobody else will. One statement decides."""
        state, _ = self.look(form_id, cookies, subject)
        if state is not State.KEPT:
            return state
        now = self._clock.now()
        statement = "UPDATE parked_form SET sent = ? WHERE id = ? AND subject = ? AND sent IS NULL AND expires > ?"
        return State.KEPT if self._store.execute(statement, now, form_id, subject, now) == 1 else State.SENT

    def give_back(self, form_id: str) -> None:
        """Keep a claimed form after all: the site did not take it."""
        self._store.execute("UPDATE parked_form SET sent = NULL WHERE id = ?", form_id)

    def finish(self, form_id: str, cookies: Mapping[str, str], subject: str) -> None:
        """Forget what was in a form that has been sent; that it was sent is remembered for the rest of its time."""
        _, form = self.look(form_id, cookies, subject)
        if form is not None:
            half = new_secret()
            sealed = seal(form, half, cookies[self._prefix + form_id])
            self._store.execute("UPDATE parked_form SET sealed = ?, key_half = ? WHERE id = ?", sealed, half, form_id)

    def discard(self, form_id: str) -> None:
        """Throw a form away."""
        self._store.execute("DELETE FROM parked_form WHERE id = ? AND sent IS NULL", form_id)

    def sweep(self) -> None:
        """Delete what is too old."""
        self._store.execute("DELETE FROM parked_form WHERE expires <= ?", self._clock.now())

    def _row(self, form_id: str, secret: str) -> Row | None:
        return self._store.row(
            "SELECT key_half, subject, sealed, sent FROM parked_form WHERE id = ? AND cookie_hash = ? AND expires > ?",
            form_id,
            hashed(secret),
            self._clock.now(),
        )

    def _give_to(self, form_id: str, subject: str) -> bool:
        statement = "UPDATE parked_form SET subject = ? WHERE id = ? AND subject IN ('', ?)"
        return self._store.execute(statement, subject, form_id, subject) == 1

    def _make_room(self, cookies: Mapping[str, str]) -> tuple[str, ...]:
        """Return the names of cookies to delete: those without a form that waits, and the oldest if there are many."""
        waiting, dropped = [], []
        for name in cookies:
            found = self._name.fullmatch(name)
            if found is not None:
                row = self._store.row(
                    "SELECT parked FROM parked_form WHERE id = ? AND cookie_hash = ? AND sent IS NULL",
                    found[1],
                    hashed(cookies[name]),
                )
                if row is None:
                    dropped.append(name)
                else:
                    waiting.append((int(row[0] or 0), name))
        for _, name in sorted(waiting)[: max(0, len(waiting) - MOST_IN_BROWSER + 1)]:
            self.discard(name.removeprefix(self._prefix))
            dropped.append(name)
        return tuple(dropped)
