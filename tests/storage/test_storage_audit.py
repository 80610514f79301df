"""The audit log on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sso_portal.storage.audit import AuditEvent, AuditStore, Wanted
from sso_portal.storage.database import Database
from sso_portal.storage.participations import ParticipationStore
from sso_testkit.together import together
from tests.support.records import NOW, add_session, add_user

ALL = Wanted()


def event(what: str = "signed_in", **fields: Any) -> AuditEvent:
    return AuditEvent(**{"at": NOW, "what": what, "actor": "web", "details": {"amr": "pwd"}, **fields})


def told(database: Database, wanted: Wanted = ALL, after: tuple[int, int] = (0, 0), limit: int = 100) -> list[str]:
    with database.transaction() as work:
        return [found.what for found in AuditStore(work).page(wanted, after, limit)]


def test_an_event_comes_back_as_it_was_with_the_name_of_its_person(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        session = add_session(work, user.id)
        written = event(
            user_id=user.id,
            client_id="shop",
            sid=session.sid,
            address="192.0.2.7",
            user_agent="Evil \x1b[31m 浏览器",
            trace_id="0123456789abcdef",
            details={"scopes": ["openid", "资料"], "again": False, "until": NOW + 1},
        )
        AuditStore(work).add(written)
        AuditStore(work).add(event("keys_made"))
    with database.transaction() as work:
        first, second = AuditStore(work).page(ALL, (0, 0), 10)
        assert AuditStore(work).last_number() == second.number > first.number > 0
    assert first == replace(written, number=first.number, username=user.username)
    assert (second.user_id, second.username, second.client_id, second.sid) == (None, None, None, None)


def test_a_persons_and_a_clients_events_from_a_time_on_page_by_page(database: Database) -> None:
    with database.transaction() as work:
        user, store = add_user(work), AuditStore(work)
        assert store.last_number() == 0
        # Two processes' clocks differ: the later number is not always of the later second.
        for number, at in enumerate((NOW + 1, NOW, NOW + 1, NOW + 2)):
            about = {"user_id": user.id} if number % 2 else {"client_id": "shop"}
            store.add(event(f"event_{number}", at=at, **about))
    assert told(database) == ["event_1", "event_0", "event_2", "event_3"]
    assert told(database, Wanted(user_id=user.id)) == ["event_1", "event_3"]
    assert told(database, Wanted(client_id="shop")) == ["event_0", "event_2"]
    assert told(database, Wanted(since=NOW + 2)) == ["event_3"]
    assert told(database, Wanted(user_id=user.id, client_id="shop")) == []
    with database.transaction() as work:
        store, pages, after = AuditStore(work), [], (0, 0)
        while found := store.page(ALL, after, 1):
            pages.append(found[0].what)
            after = (found[0].at, found[0].number)
        newer = [found.what for found in store.newer(ALL, store.last_number() - 2, 10)]
    assert pages == ["event_1", "event_0", "event_2", "event_3"]
    assert newer == ["event_2", "event_3"]


def test_an_event_is_rolled_back_with_what_it_tells_of(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as work:
        AuditStore(work).add(event())
        raise ZeroDivisionError
    assert told(database) == []


def test_the_first_of_its_kind_in_a_second_is_written_once(database: Database) -> None:
    first = event("site_entered", client_id="shop", sid="s-1")
    with database.transaction() as work:
        user = add_user(work)
        for more in ({}, {}, {"at": NOW + 1}, {"sid": "s-2"}, {"client_id": "cafe"}):
            AuditStore(work).add_first(replace(first, user_id=user.id, **more))
    with database.transaction() as work:
        found = AuditStore(work).page(ALL, (0, 0), 10)
    assert [(one.at, one.sid, one.client_id) for one in found] == [
        (NOW, "s-1", "shop"),
        (NOW, "s-2", "shop"),
        (NOW, "s-1", "cafe"),
        (NOW + 1, "s-1", "shop"),
    ]
    assert {one.username for one in found} == {user.username}
    assert found[0].details == {"amr": "pwd"}


def test_a_first_visit_by_many_at_once_is_one_event(database: Database) -> None:
    with database.transaction() as work:
        session = add_session(work, add_user(work).id)

    def visit(_number: int) -> None:
        with database.transaction() as work:
            if ParticipationStore(work).join(session.sid, "shop", NOW) == NOW:
                first = event("site_entered", user_id=session.user_id, client_id="shop", sid=session.sid)
                AuditStore(work).add_first(first)

    together(16, visit)
    assert told(database) == ["site_entered"]


def test_many_at_once_lose_nothing(database: Database) -> None:
    def write(number: int) -> None:
        with database.transaction() as work:
            AuditStore(work).add(event(f"event_{number:02}"))

    together(16, write)
    assert sorted(told(database)) == [f"event_{number:02}" for number in range(16)]


def test_sweeping_deletes_the_old_in_batches(database: Database) -> None:
    with database.transaction() as work:
        for number in range(5):
            AuditStore(work).add(event(f"event_{number}", at=NOW + number))
    with database.transaction() as work:
        assert [AuditStore(work).sweep(NOW + 3, 2) for _ in range(3)] == [2, 1, 0]
    assert told(database) == ["event_3", "event_4"]
