"""Participations on both databases: who takes part in a session is told of its end, whoever comes first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from sso_portal.storage import migrate
from sso_portal.storage.database import Database
from sso_portal.storage.participations import Participation, ParticipationStore
from sso_portal.storage.sessions import Session, SessionStore
from sso_portal.storage.users import User
from sso_testkit.together import together
from tests.support.records import NOW, add_session, add_user


@pytest.fixture
def user(database: Database) -> User:
    with database.transaction() as work:
        return add_user(work)


@pytest.fixture
def session(database: Database, user: User) -> Session:
    with database.transaction() as work:
        return add_session(work, user.id)


def test_a_client_takes_part_ends_and_takes_part_again(database: Database, session: Session) -> None:
    with database.transaction() as work:
        store = ParticipationStore(work)
        assert store.join(session.sid, "shop", NOW) == NOW
        assert store.join(session.sid, "shop", NOW + 5) == NOW
        assert store.join("another", "shop", NOW) is None
        assert store.of_client("shop", [session.sid]) == [Participation(session.sid, "shop", NOW, NOW + 5)]
        assert store.end(session.sid, NOW + 6, "shop") == ["shop"]
        assert store.end(session.sid, NOW + 7, "shop") == []
        assert store.of_client("shop", [session.sid]) == []
        (over,) = store.of_sessions([session.sid])
        assert over.ended_at == NOW + 6
        assert store.join(session.sid, "shop", NOW + 8) == NOW + 8
        assert store.of_sessions([session.sid]) == [Participation(session.sid, "shop", NOW + 8, NOW + 8)]


def test_a_use_is_noted_unless_a_later_one_is_known(database: Database, session: Session) -> None:
    with database.transaction() as work:
        store = ParticipationStore(work)
        for client_id in ("shop", "cafe"):
            store.join(session.sid, client_id, NOW)
        store.touch(session.sid, "shop", NOW + 10)
        store.touch(session.sid, "shop", NOW + 5)
        assert [(part.client_id, part.last_used_at) for part in store.of_sessions([session.sid])] == [
            ("shop", NOW + 10),
            ("cafe", NOW),
        ]


def test_everybodys_part_ends_once(database: Database, session: Session) -> None:
    clients = [f"client-{number:02}" for number in range(20)]
    with database.transaction() as work:
        for client_id in clients:
            ParticipationStore(work).join(session.sid, client_id, NOW)

    def end(_number: int) -> list[str]:
        with database.transaction() as work:
            return list(ParticipationStore(work).end(session.sid, NOW + 1))

    assert sorted(together(8, end)) == [[]] * 7 + [clients]


def test_joining_waits_for_a_sign_out_that_is_under_way_and_is_refused(database: Database, session: Session) -> None:
    started = threading.Event()

    def join() -> int | None:
        with database.transaction() as work:
            started.set()
            return ParticipationStore(work).join(session.sid, "shop", NOW)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as work:
            assert SessionStore(work).end(session.sid, "signed_out", NOW) is not None
            assert ParticipationStore(work).end(session.sid, NOW) == []
            joining = pool.submit(join)
            started.wait(5)
            with pytest.raises(TimeoutError):
                joining.result(0.3)
        assert joining.result(10) is None


def test_a_sign_out_waits_for_who_is_joining_and_tells_her(database: Database, session: Session) -> None:
    started = threading.Event()

    def sign_out() -> list[str]:
        with database.transaction() as work:
            started.set()
            assert SessionStore(work).end(session.sid, "signed_out", NOW) is not None
            return list(ParticipationStore(work).end(session.sid, NOW))

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as work:
            assert ParticipationStore(work).join(session.sid, "shop", NOW) == NOW
            signing_out = pool.submit(sign_out)
            started.wait(5)
            with pytest.raises(TimeoutError):
                signing_out.result(0.3)
        assert signing_out.result(10) == ["shop"]


def test_whoever_joins_in_the_crowd_is_told_or_refused(database: Database, session: Session) -> None:
    def rush(number: int) -> tuple[str, int | None] | list[str]:
        with database.transaction() as work:
            if number == 7:
                assert SessionStore(work).end(session.sid, "signed_out", NOW) is not None
                return list(ParticipationStore(work).end(session.sid, NOW))
            client_id = f"client-{number:02}"
            return client_id, ParticipationStore(work).join(session.sid, client_id, NOW)

    answers = together(16, rush)
    joined = sorted(answer[0] for answer in answers if isinstance(answer, tuple) and answer[1])
    assert [answer for answer in answers if isinstance(answer, list)] == [joined]


def test_a_use_that_is_reported_just_before_time_is_over_keeps_the_session(
    database: Database, session: Session
) -> None:
    with database.transaction() as work:
        store, over = SessionStore(work), session.idle_expires_at
        assert [found.sid for found in store.past_their_time(over, 10)] == [session.sid]
        assert store.use(session.sid, over - 1, 1) is True
        assert store.end(session.sid, "expired", over + 180, unused_at=over) is None
        later = over - 1 + session.idle_seconds
        assert store.end(session.sid, "expired", later + 180, unused_at=later) is not None


def test_ends_are_told_oldest_first_with_their_people(database: Database, user: User) -> None:
    with database.transaction() as work:
        store, lin = ParticipationStore(work), add_user(work, "lin")
        for person, sid, ended_at in (
            (user, "b", NOW + 2),
            (lin, "a", NOW + 2),
            (user, "c", NOW + 1),
            (lin, "d", None),
        ):
            add_session(work, person.id, sid=sid)
            for client_id in ("shop", "cafe"):
                store.join(sid, client_id, NOW)
            if ended_at is not None:
                store.end(sid, ended_at, "shop")
        told, more = store.ended_since("shop", NOW, 10)
        assert [(part.sid, part.user, part.ended_at) for part in told] == [
            ("c", user, NOW + 1),
            ("a", lin, NOW + 2),
            ("b", user, NOW + 2),
        ]
        assert more is False
        assert [part.sid for part in store.ended_since("shop", NOW + 2, 10)[0]] == ["a", "b"]
        assert store.ended_since("shop", NOW + 3, 10) == ([], False)
        assert store.ended_since("cafe", NOW, 10) == ([], False)


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_going_on_from_the_last_one_misses_nothing_and_ends(database: Database, user: User, limit: int) -> None:
    seconds = [0, 1, 1, 1, 1, 1, 2, 5, 5, 5, 6]
    with database.transaction() as work:
        store = ParticipationStore(work)
        for number, second in enumerate(seconds):
            sid = f"session-{number:02}"
            add_session(work, user.id, sid=sid)
            store.join(sid, "shop", NOW)
            store.end(sid, NOW + second)
        since, found, rounds, more = NOW, list[str](), 0, True
        while more:
            told, more = store.ended_since("shop", since, limit)
            found += [part.sid for part in told]
            assert not more or told[-1].ended_at > since, "each round goes on"
            since, rounds = told[-1].ended_at, rounds + 1
    assert sorted(set(found)) == [f"session-{number:02}" for number in range(len(seconds))]
    assert rounds <= len(set(seconds))


@pytest.fixture
def old_database(storage_url: str) -> Iterator[Database]:
    """A database of the shape before participations were noted, in which people are signed in."""
    database = Database(storage_url, synchronous="OFF")
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.exec_driver_sql(
            "INSERT INTO users (id, subject, username, username_key, name, email, email_verified, is_administrator,"
            " is_enabled, created_at, updated_at)"
            f" VALUES (1, 's', 'zp', 'zp', 'zp', 'e', true, false, true, {NOW}, {NOW})"
        )
        for sid, ended_at in (("living", "NULL"), ("over", str(NOW)), ("alone", "NULL")):
            connection.exec_driver_sql(
                "INSERT INTO sessions (sid, cookie_hash, user_id, remember_me, address, user_agent, created_at,"
                " auth_time, last_seen_at, idle_expires_at, expires_at, ended_at, idle_seconds)"
                f" VALUES ('{sid}', '{sid}', 1, false, '', '', {NOW}, {NOW}, {NOW}, {NOW + 9}, {NOW + 99},"
                f" {ended_at}, 9)"
            )
        families = (("living", "shop", 3), ("living", "shop", 1), ("living", "cafe", 2), ("over", "shop", 1))
        for number, (sid, client_id, second) in enumerate(families):
            connection.exec_driver_sql(
                "INSERT INTO families (family_id, client_id, user_id, sid, scope, created_at, expires_at) VALUES"
                f" ('{number}', '{client_id}', 1, '{sid}', 'openid', {NOW + second}, {NOW + 99})"
            )
    yield database
    database.close()


def test_sessions_of_an_older_version_are_carried_over(old_database: Database) -> None:
    migrate.upgrade(old_database)
    with old_database.transaction() as work:
        store = ParticipationStore(work)
        assert store.of_sessions(["living", "over", "alone"]) == [
            Participation("living", "shop", NOW + 1, NOW + 3),
            Participation("living", "cafe", NOW + 2, NOW + 2),
        ]
        assert store.end("living", NOW + 50) == ["cafe", "shop"]
