"""Units of work of one thread in one transaction: each undone alone, all kept together or none."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError
from transaction import TransactionManager

from sso_portal.storage.database import Database, Work
from sso_portal.storage.together import Together
from sso_portal.storage.versions import bump_version, read_version
from sso_testkit.counting import counting
from tests.support.broken_rules import break_a_rule
from tests.support.records import add_user

LONG = 30


class House:
    """A database, and a thread that answers requests."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.is_relieved = False
        together = database.commit_together(lambda: self.is_relieved)
        assert together is not None
        self.together: Together = together
        self.told: list[Exception | None] = []

    def ask(self, *names: str, fails: bool = False, how: Any = bump_version) -> None:
        """A request that counts these up, and waits for being settled."""
        self.together.begin()
        manager = TransactionManager(explicit=True)
        manager.begin()
        work = self.database.join(manager)
        try:
            for name in names:
                read_version(work, name)
                how(work, name)
            manager.abort() if fails else manager.commit()
        except BaseException:
            manager.abort()
            self._end()
            raise
        self._end()

    def _end(self) -> None:
        batch = self.together.batch
        assert batch is not None or self.is_relieved
        if batch is not None:
            batch.when_settled(self.told.append)
        self.together.end()

    def count(self, name: str) -> int:
        """What others see."""
        with self.database.transaction() as work:
            return read_version(work, name)


@pytest.fixture
def house(tmp_path: Path, migrated_sqlite: Path) -> Iterator[House]:
    file = tmp_path / "together.sqlite3"
    shutil.copy(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}", synchronous="OFF", pool_size=30)
    yield House(database)
    assert database.connections.taken == 0
    database.close()


def end_everything(work: Work, name: str) -> None:
    """SQLite undoes the whole transaction by itself, as it may when the disk is full."""
    bump_version(work, name)
    work.write(text("INSERT OR ROLLBACK INTO versions (name, number) VALUES (:name, 1)"), {"name": name})


def test_all_are_committed_at_once_and_nobody_sees_any_before(house: House) -> None:
    with counting(house.database) as counted:
        for _ in range(5):
            house.ask("one", "two")
        assert (house.count("one"), house.told, counted.commits) == (0, [], 0)
        assert house.together.is_pending
        house.together.settle()
    assert (house.count("one"), house.count("two"), house.told, counted.commits) == (5, 5, [None] * 5, 1)
    assert not house.together.is_pending


def test_one_that_fails_is_undone_alone(house: House) -> None:
    house.ask("one")
    house.ask("one", "two", fails=True)
    house.ask("one")
    house.together.settle()
    assert (house.count("one"), house.count("two"), house.told) == (2, 0, [None] * 3)


def test_each_sees_what_those_before_have_written(house: House) -> None:
    seen: list[int] = []

    def bump_and_look(work: Work, name: str) -> None:
        bump_version(work, name)
        seen.append(read_version(work, name))

    for _ in range(3):
        house.ask("one", how=bump_and_look)
    house.together.settle()
    assert seen == [1, 2, 3]


def test_statements_made_for_one_use_are_part_of_it(house: House) -> None:
    house.ask("a", how=lambda work, name: add_user(work, name))
    house.ask("b", how=lambda work, _: work.write(text("INSERT INTO versions (name, number) VALUES ('one', 7)")))
    house.ask("b", how=lambda work, _: work.write(text("UPDATE versions SET number = 8")), fails=True)
    assert house.count("one") == 0
    house.together.settle()
    assert house.count("one") == 7


def test_a_commit_that_fails_undoes_all(house: House) -> None:
    house.ask("one")
    house.ask("two", how=break_a_rule)
    house.ask("one")
    house.together.settle()
    assert [type(problem) for problem in house.told] == [IntegrityError] * 3
    assert house.count("one") == 0
    house.ask("one")
    house.together.settle()
    assert (house.count("one"), house.told[3:]) == (1, [None])


@pytest.mark.parametrize("swallows", [True, False])
def test_a_database_that_has_undone_everything_by_itself_has_undone_all(house: House, swallows: bool) -> None:
    def go_on(work: Work, name: str) -> None:
        with pytest.raises(IntegrityError):
            end_everything(work, name)
        bump_version(work, "two")

    house.ask("one")
    with pytest.raises(OperationalError if swallows else IntegrityError):
        house.ask("one", how=go_on if swallows else end_everything)
    assert [problem is None for problem in house.told] == [False, False]
    assert not house.together.is_pending
    house.ask("one")
    house.together.settle()
    assert (house.count("one"), house.count("two")) == (1, 0)


def test_a_unit_of_its_own_settles_first(house: House) -> None:
    house.ask("one")
    with house.database.transaction() as work:
        assert read_version(work, "one") == 0
        bump_version(work, "two")
        assert house.told == [None]
    assert (house.count("one"), house.count("two")) == (1, 1)


def test_another_thread_writes_as_soon_as_it_is_settled(house: House) -> None:
    done = threading.Event()

    def write() -> None:
        with house.database.transaction() as work:
            bump_version(work, "one")
        done.set()

    house.ask("one")
    other = threading.Thread(target=write)
    other.start()
    assert not done.wait(0.1)
    house.together.settle()
    assert done.wait(LONG)
    other.join()
    assert house.count("one") == 2


def test_another_thread_may_settle_but_not_in_the_middle(house: House) -> None:
    def settle_elsewhere(*_: object) -> None:
        other = threading.Thread(target=house.together.settle)
        other.start()
        other.join(LONG)

    def write(work: Work, name: str) -> None:
        bump_version(work, name)
        settle_elsewhere()
        # Nor does this thread itself.
        house.together.settle()
        bump_version(work, name)

    house.ask("one")
    house.ask("one", how=write)
    assert (house.told, house.count("one")) == ([], 0)
    settle_elsewhere()
    assert (house.told, house.count("one")) == ([None, None], 3)


def test_what_is_settled_before_the_answer_is_made_is_told_at_once(house: House) -> None:
    house.together.begin()
    manager = TransactionManager(explicit=True)
    manager.begin()
    bump_version(house.database.join(manager), "one")
    manager.commit()
    house.together.settle()
    house._end()
    assert house.told == [None]


def test_who_is_relieved_leaves_nothing_open(house: House) -> None:
    def be_relieved(work: Work, name: str) -> None:
        bump_version(work, name)
        house.is_relieved = True

    house.ask("one")
    house.ask("one", how=be_relieved)
    assert (house.told, house.count("one")) == ([None, None], 2)
    house.ask("one")
    assert (house.told, house.count("one")) == ([None, None], 3)


def test_who_has_not_begun_is_committed_by_itself(house: House) -> None:
    manager = TransactionManager(explicit=True)
    manager.begin()
    bump_version(house.database.join(manager), "one")
    manager.commit()
    assert (house.count("one"), house.together.is_pending) == (1, False)


def test_what_only_reads_waits_for_nothing(house: House) -> None:
    house.together.begin()
    manager = TransactionManager(explicit=True)
    manager.begin()
    assert read_version(house.database.join(manager), "one") == 0
    manager.commit()
    assert house.together.batch is None
    assert not house.together.is_pending
    house.together.end()


def test_where_others_write_all_the_time_it_is_unavailable(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sso_portal.storage.connections.BUSY_SECONDS", 0.1)
    house.database.connections.take_turn()
    with pytest.raises(OperationalError):
        house.together.begin()
        house.together.enter()
    house.database.connections.end_turn()
    house.together.end()
    house.ask("one")
    house.together.settle()
    assert house.count("one") == 1


def test_another_process_that_writes_keeps_it_waiting_and_harms_nothing(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sso_portal.storage.database.BUSY_SECONDS", 0.1)
    file = tmp_path / "shared.sqlite3"
    shutil.copy(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}", synchronous="OFF")
    other = Database(f"sqlite:///{file}", synchronous="OFF")
    house = House(database)
    with other.transaction() as work:
        bump_version(work, "one")
        with pytest.raises(OperationalError, match="locked"):
            house.together.begin()
            house.together.enter()
        house.together.end()
    house.ask("one")
    house.together.settle()
    assert house.count("one") == 2
    assert database.connections.taken == 0
    database.close()
    other.close()


def test_where_several_write_at_once_nobody_waits(database: Database) -> None:
    offered = database.commit_together(lambda: False)
    assert (offered is not None) == database.url.startswith("sqlite")


def temporary_files() -> list[str]:
    """Files of this process that SQLite has made for itself alone."""
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [link for link in links if "etilqs" in link]


def change_many(work: Work, _name: str) -> None:
    """More pages than SQLite would keep in memory by itself, to bring them back."""
    work.write(text("UPDATE versions SET number = number + 1"))
    assert temporary_files() == []


def test_what_may_have_to_be_brought_back_is_kept_in_memory(house: House) -> None:
    row = "INSERT INTO versions (name, number) SELECT 'padding of row ' || value, 1 FROM json_each(:numbers)"
    with house.database.transaction() as work:
        work.write(text(row), {"numbers": json.dumps(list(range(5_000)))})
    house.ask("one", how=change_many)
    house.ask("two", how=change_many, fails=True)
    house.together.settle()
    assert house.count("padding of row 7") == 2
    assert house.told == [None, None]


def test_changes_larger_than_memory_may_use_files(house: House) -> None:
    def kept(connection: Connection) -> object:
        return connection.exec_driver_sql("PRAGMA temp_store").scalar()

    files, memory = 1, 2
    with house.database.large_changes() as connection:
        assert kept(connection) == files
        with house.database.engine.connect() as other:
            assert kept(other) == memory
        connection.execute(text("INSERT INTO versions (name, number) VALUES ('large', 7)"))
    assert house.count("large") == 7
    with pytest.raises(ZeroDivisionError), house.database.large_changes() as connection:
        connection.execute(text("UPDATE versions SET number = 8"))
        raise ZeroDivisionError
    assert house.count("large") == 7
    with ExitStack() as stack:
        again = [stack.enter_context(house.database.engine.connect()) for _ in range(4)]
        assert {kept(connection) for connection in again} == {memory}
