"""Telling the portal that people are busy at the site, and what its answers bring."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sso_client.background import in_a_thread
from tests.unit.sso_client.people_at_the_site import COOKIE, PATH, is_in, session
from tests.unit.sso_client.provider import MovableClock, Provider, ProviderAdapter
from tests.unit.sso_client.site_under_test import Person, make_site


@pytest.fixture(autouse=True)
def an_offering_portal(provider: Provider) -> None:
    provider.offer_session_activity()


def test_use_is_told_once_in_a_period(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    app, began = restart(), clock.now()
    first, second = enter(app, "s-1"), enter(app, "s-2")
    for _ in range(24):
        clock.move(10)
        assert is_in(first)
    assert is_in(second)
    clock.move(119)
    assert is_in(second)
    told = [uses for uses in provider.activity if uses]
    assert told == [
        {"s-1": began},
        {"s-1": began + 120, "s-2": began},
        {"s-1": began + 240},
    ]
    clock.move(1)
    assert is_in(second)
    assert provider.activity[-1] == {"s-2": began + 359}


def test_a_session_that_nobody_uses_is_not_told(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    app = restart()
    busy, idle = enter(app, "s-1"), enter(app, "s-2")
    for _ in range(5):
        clock.move(120)
        assert is_in(busy)
    assert sum("s-2" in uses for uses in provider.activity) == 1
    assert sum("s-1" in uses for uses in provider.activity) == 6
    assert is_in(idle)


def test_four_processes_tell_each_session_once(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    apps = [restart() for _ in range(4)]
    people = [enter(apps[0], f"s-{number}") for number in range(8)]
    cookies = [person.cookies()[COOKIE] for person in people]

    def visit(number: int) -> int:
        person = Person(apps[number % 4], provider)
        person.browser.set_cookie(COOKIE, cookies[number // 4])
        return int(person.get("/mine").status_int)

    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert set(pool.map(visit, range(32))) == {200}
            clock.move(120)
    told = [sid for uses in provider.activity for sid in uses]
    assert len(told) <= 8 * 6
    # A process that comes when another one has just told may find use which it cannot tell yet, but never loses it.
    assert all(3 <= told.count(f"s-{number}") <= 6 for number in range(8))


def test_more_people_than_fit_into_one_question(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider
) -> None:
    app = restart()
    person = enter(app)
    store = app.registry["sso_client.kit"]._store
    store.execute(
        "INSERT INTO site_session SELECT id_hash || n, subject, claims, scope, csrf_token, story, id_token, created,"
        " expires, access_token, access_expires, refresh_token, token_version, lease_owner, lease_until, sid || n,"
        " auth_time, acr, issued, last_used, NULL, NULL, NULL, NULL, NULL FROM site_session,"
        " (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 450) SELECT n FROM c)"
    )
    provider.lifetimes.update({f"s-1{n}": {"idle_expires_at": 9, "expires_at": 9} for n in range(1, 451)})
    provider.activity.clear()
    assert is_in(person, restart())
    assert [len(uses) for uses in provider.activity] == [200, 200, 50]


def test_the_answer_says_until_when_a_session_lives(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    began = clock.now()
    provider.fault = {PATH: "500"}
    person = enter(restart())
    assert (session(person).portal_idle_expires, session(person).portal_expires) == (None, None)
    provider.fault = {}
    clock.move(5)
    assert is_in(person)
    found = session(person)
    assert (found.portal_idle_expires, found.portal_expires) == (began + 3600, began + 36000)
    assert (found.sid, found.auth_time, found.acr) == ("s-1", began - 5, "")


def test_another_clock_at_the_portal(
    restart: Callable[..., Any],
    enter: Callable[..., Person],
    provider: Provider,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began = clock.now()
    body = {"now": began + 40, "sessions": {"s-1": {"idle_expires_at": began + 640, "expires_at": None}}}
    answer = 200, {}, json.dumps({**body, "ended": [], "more": False}).encode()
    monkeypatch.setattr(provider, "_session_activity", lambda request: answer)
    found = session(enter(restart()))
    assert (found.portal_idle_expires, found.portal_expires) == (began + 600, None)


@pytest.mark.parametrize("more", [{}, {"ended": [], "more": True}])
def test_an_answer_that_tells_of_no_ends(
    restart: Callable[..., Any],
    enter: Callable[..., Person],
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    more: dict[str, Any],
) -> None:
    answer = 200, {}, json.dumps({"now": 5, "sessions": {}, **more}).encode()
    monkeypatch.setattr(provider, "_session_activity", lambda request: answer)
    assert is_in(enter(restart()))
    assert provider.calls[PATH] == 1 and not caplog.records


def test_a_session_that_the_portal_does_not_know_ends(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    person = enter(restart())
    provider.lifetimes["s-1"] = None
    clock.move(120)
    is_in(person)
    assert not is_in(person)


def test_use_that_could_not_be_told_is_told_later(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    person, began = enter(restart()), clock.now()
    clock.move(130)
    provider.fault = {PATH: "timeout"}
    assert is_in(person)
    provider.fault = {}
    clock.move(5)
    assert is_in(person)
    assert provider.activity[-1] == {"s-1": began + 130}


def test_zero_tells_nothing_of_use(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    person = enter(restart(activity_seconds="0"))
    for _ in range(9):
        clock.move(120)
        assert is_in(person)
    assert provider.activity and not any(provider.activity)


def test_a_portal_that_names_no_sessions_is_told_of_none(
    restart: Callable[..., Any], provider: Provider, clock: MovableClock
) -> None:
    person = Person(restart(), provider)
    person.sign_in()
    clock.move(120)
    assert is_in(person)
    assert provider.activity == [{}]


def test_looking_without_using(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    app = restart()
    person, began = enter(app), clock.now()
    kit = app.registry["sso_client.kit"]
    clock.move(300)
    assert kit.find_session(person.cookies()[COOKIE]).last_used == began
    assert len(provider.activity) == 1
    assert is_in(person)
    assert session(person).last_used == began + 300 and len(provider.activity) == 2
    clock.move(59)
    assert is_in(person) and session(person).last_used == began + 300
    clock.move(1)
    assert is_in(person) and session(person).last_used == began + 360


def test_no_request_waits_for_a_report(
    adapter: ProviderAdapter,
    provider: Provider,
    clock: MovableClock,
    enter: Callable[..., Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_site(adapter, clock, store=":memory:")
    app.registry["sso_client.kit"].watch._background = in_a_thread
    person = enter(app)
    answer, gate, told = provider._session_activity, threading.Event(), threading.Event()

    def slow(request: Any) -> Any:
        assert gate.wait(10)
        told.set()
        return answer(request)

    monkeypatch.setattr(provider, "_session_activity", slow)
    clock.move(120)
    for _ in range(5):
        assert is_in(person)
    assert not told.is_set()
    gate.set()
    assert told.wait(10)
    deadline = time.monotonic() + 10
    while len(provider.activity) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(provider.activity) == 2


def test_no_thread_to_be_had_is_no_fault_of_the_request(
    restart: Callable[..., Any], enter: Callable[..., Person], clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    def no_more(work: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    app = restart()
    person = enter(app)
    app.registry["sso_client.kit"].watch._background = no_more
    clock.move(120)
    assert is_in(person)
    assert "can't start new thread" in caplog.text
