"""Units of work that begin by reading where others have written: they keep nobody waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from transaction import TransactionManager

from sso_portal.storage.database import Work
from sso_portal.storage.versions import bump_version, read_version
from tests.storage.test_storage_together import LONG, House, house
from tests.support.broken_rules import break_a_rule

__all__ = ["house"]


@contextmanager
def request_of(house: House) -> Iterator[Work]:
    """A request that is being answered; told when it is settled."""
    house.together.begin()
    manager = TransactionManager(explicit=True)
    manager.begin()
    yield house.database.join(manager)
    manager.commit()
    if house.together.batch is not None:
        house.together.batch.when_settled(house.told.append)
    house.together.end()


def test_what_is_read_there_is_what_those_before_have_written(house: House) -> None:
    house.ask("one")
    with request_of(house) as work:
        assert read_version(work, "one") == 1
        assert house.database.connections.taken == 1
    assert (house.told, house.count("one")) == ([], 0)
    house.together.settle()
    assert (house.told, house.count("one")) == ([None, None], 1)


def test_nothing_is_told_of_what_has_never_been(house: House) -> None:
    house.ask("one")
    with request_of(house) as work:
        assert read_version(work, "one") == 1
    house.ask("two", how=break_a_rule)
    house.together.settle()
    assert [problem is None for problem in house.told] == [False] * 3
    assert house.count("one") == 0


def test_who_has_read_there_writes_there(house: House) -> None:
    house.ask("one")
    with request_of(house) as work:
        bump_version(work, f"is {read_version(work, 'one')}")
    assert house.together.is_pending
    house.together.settle()
    assert (house.count("one"), house.count("is 1"), house.told) == (1, 1, [None, None])


def test_who_has_read_and_failed_undoes_nothing_of_others(house: House) -> None:
    house.ask("one")

    def answer() -> None:
        with request_of(house) as work:
            read_version(work, "one")
            raise LookupError

    with pytest.raises(LookupError):
        answer()
    house.together.end()
    house.together.settle()
    assert (house.count("one"), house.told) == (1, [None])


def test_a_unit_of_its_own_waits_for_nobody_who_only_reads(house: House) -> None:
    house.ask("one")
    with request_of(house) as work:
        assert read_version(work, "one") == 1
        with house.database.transaction() as own:
            bump_version(own, "one")
        assert house.told == [None]
        assert read_version(work, "one") == 2
    assert house.told == [None, None]


def test_a_thread_that_waits_for_something_else_lets_others_write(house: House) -> None:
    house.ask("one")
    written = threading.Event()

    def write() -> None:
        with house.database.transaction() as other:
            bump_version(other, "one")
        written.set()

    with request_of(house) as work:
        assert read_version(work, "one") == 1
        thread = threading.Thread(target=write)
        thread.start()
        assert not written.wait(0.05)
        house.database.let_go()
        assert written.wait(LONG)
        # It goes on with others again, as if it had not begun yet.
        bump_version(work, f"is {read_version(work, 'one')}")
    thread.join()
    assert house.together.is_pending
    house.together.settle()
    assert (house.count("one"), house.count("is 2"), house.told) == (2, 1, [None, None])


def test_what_it_has_written_stays_where_it_is(house: House) -> None:
    house.ask("one")
    with request_of(house) as work:
        bump_version(work, f"is {read_version(work, 'one')}")
        house.database.let_go()
        assert house.told == []
        bump_version(work, "one")
    house.together.settle()
    assert (house.count("one"), house.count("is 1"), house.told) == (2, 1, [None, None])


def test_who_is_relieved_while_reading_leaves_nothing_open(house: House) -> None:
    house.ask("one")
    with request_of(house) as work:
        read_version(work, "one")
        house.is_relieved = True
    assert not house.together.is_pending
    assert (house.count("one"), house.told) == (1, [None, None])


def test_where_nothing_is_open_reading_opens_nothing(house: House) -> None:
    with request_of(house) as work:
        assert read_version(work, "one") == 0
        assert not house.together.is_pending
    assert house.told == []
    house.database.let_go()
