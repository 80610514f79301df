"""A hundred thousand rows to be deleted, on both databases: in small batches, with room for others between any two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, text

from sso_portal.services.maintenance import sweep
from sso_portal.storage.database import Database
from sso_portal.storage.once import OnceStore
from sso_portal.storage.tokens import TokenStore
from sso_portal.storage.users import UserStore
from sso_testkit import MovableClock
from tests.support.records import NOW, a_family, a_token, add_session, add_user

ROWS, BATCH = 100_000, 500
_MANY = text(
    "INSERT INTO used_once (key, expires_at) WITH RECURSIVE n(i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) SELECT 'k' || i, i FROM n"
)


class Batches:
    """How many rows each transaction deletes."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self._open = 0

    def note_statement(self, _connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("DELETE"):
            self._open += cursor.rowcount

    def note_end(self, _connection: Any) -> None:
        self.sizes += [self._open] if self._open else []
        self._open = 0


@pytest.fixture
def batches(database: Database) -> Iterator[Batches]:
    noted = Batches()
    event.listen(database.engine, "after_cursor_execute", noted.note_statement)
    event.listen(database.engine, "commit", noted.note_end)
    yield noted
    event.remove(database.engine, "after_cursor_execute", noted.note_statement)
    event.remove(database.engine, "commit", noted.note_end)


def test_no_batch_is_large_and_others_write_between_any_two(database: Database, batches: Batches) -> None:
    with database.engine.begin() as connection:
        connection.execute(_MANY, {"rows": ROWS})
    with database.transaction() as work:
        user = add_user(work)
    written = 0

    def go_on() -> bool:
        nonlocal written
        # Another connection, which gets no lock while a batch holds it: here it would wait, and fail.
        with database.transaction() as work:
            add_session(work, user.id)
        written += 1
        return True

    assert sweep(database.transaction, MovableClock(NOW), go_on=go_on)["used_once"] == ROWS
    assert set(batches.sizes) == {BATCH}
    assert written == len(batches.sizes) == ROWS // BATCH


def test_a_sweep_that_is_ended_goes_on_next_time(database: Database, batches: Batches) -> None:
    with database.engine.begin() as connection:
        connection.execute(_MANY, {"rows": 3 * BATCH})
    for left in (2, 1, 0):
        assert sweep(database.transaction, MovableClock(NOW), go_on=lambda: False)["used_once"] == BATCH
        with database.engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM used_once")).scalar() == left * BATCH
    assert sweep(database.transaction, MovableClock(NOW))["used_once"] == 0
    assert batches.sizes == [BATCH] * 3


def test_every_kind_has_its_turn_however_much_there_is_of_one(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(_MANY, {"rows": 4 * BATCH})
    with database.transaction() as work:
        add_session(work, add_user(work).id, idle_expires_at=1, expires_at=1)
    answers = iter((True, False))
    deleted = sweep(database.transaction, MovableClock(NOW), go_on=lambda: next(answers))
    assert (deleted["used_once"], deleted["sessions"]) == (2 * BATCH, 1)


def test_a_family_of_many_tokens_takes_none_of_them_along(database: Database, batches: Batches) -> None:
    family = a_family(None, None, expires_at=NOW - 1)
    with database.transaction() as work:
        store = TokenStore(work)
        store.add_family(family)
        store.add_tokens(*(a_token(family, expires_at=NOW - 1) for _ in range(2 * BATCH + 10)))
    later = MovableClock(NOW + 2 * 86_400)
    assert sweep(database.transaction, later, go_on=lambda: True)["tokens"] == 2 * BATCH + 11
    assert batches.sizes == [BATCH, BATCH, 11]


def test_people_and_what_is_still_good_stay(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        OnceStore(work).use("k", NOW)
    assert sum(sweep(database.transaction, MovableClock(NOW)).values()) == 0
    with database.transaction() as work:
        assert UserStore(work).by_id(user.id) == user
