"""What a site has missed: it asks the portal before it believes the first session, and again after an outage."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.unit.sso_client.people_at_the_site import COOKIE, PATH, is_in
from tests.unit.sso_client.provider import MovableClock, Provider
from tests.unit.sso_client.site_under_test import Person


@pytest.fixture(autouse=True)
def an_offering_portal(provider: Provider) -> None:
    provider.offer_session_activity()


def test_what_a_site_has_missed_is_known_before_its_first_page(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    app = restart()
    gone, here = enter(app, "s-1"), enter(app, "s-2")
    clock.move(50)
    provider.end_session("s-1")
    clock.move(50)
    asked = provider.calls[PATH]
    app = restart()
    assert not is_in(gone, app) and is_in(here, app)
    assert provider.calls[PATH] == asked + 1
    kit = app.registry["sso_client.kit"]
    assert kit.sessions.ended(gone.cookies()[COOKIE]).ended_because == "signed_out_elsewhere"


def test_the_first_question_goes_back_to_the_oldest_session_and_later_ones_to_the_last_answer(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    began = clock.now()
    provider.fault = {PATH: "500"}
    person = enter(restart(), "s-1")
    clock.move(3000)
    provider.fault = {}
    assert is_in(person, restart())
    assert provider.since == [began - 60]
    clock.move(500)
    assert is_in(person, restart())
    assert provider.since == [began - 60, began + 3000 - 60]


def test_nobody_asks_for_those_who_have_no_cookie(restart: Callable[..., Any], provider: Provider) -> None:
    Person(restart(), provider).get("/")
    assert not provider.calls


def test_many_pages_of_ended_sessions(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    app = restart(activity_seconds="0")
    people = {sid: enter(app, sid) for sid in ("s-1", "s-2", "s-3", "s-4")}
    provider.page = 2
    for sid in ("x-1", "x-2", "s-1", "x-3", "s-3", "s-4"):
        clock.move(1)
        provider.end_session(sid)
    app = restart(activity_seconds="0")
    assert [sid for sid, person in people.items() if is_in(person, app)] == ["s-2"]


def test_more_ended_in_one_second_than_fit_on_a_page(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    app = restart(activity_seconds="0")
    first, second = enter(app, "s-1"), enter(app, "s-2")
    provider.page = 2
    clock.move(1)
    for sid in ("s-1", "x-2", "x-3"):
        provider.end_session(sid)
    clock.move(1)
    provider.end_session("s-2")
    app = restart(activity_seconds="0")
    assert not is_in(first, app) and not is_in(second, app)


def test_another_persons_end_is_not_hers(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider
) -> None:
    person = enter(restart(activity_seconds="0"))
    provider.end_session("s-1", sub="u-2")
    assert is_in(person, restart(activity_seconds="0"))


@pytest.mark.parametrize(
    "fault", ["refused", "timeout", "500", "503 json", "html", "huge", "list", "nan", "deep", "empty"]
)
def test_a_site_does_not_fall_with_the_portal(
    restart: Callable[..., Any],
    enter: Callable[..., Person],
    provider: Provider,
    clock: MovableClock,
    fault: str,
) -> None:
    person = enter(restart())
    provider.end_session("s-1")
    provider.fault = {PATH: fault}
    app, asked = restart(), provider.calls[PATH]
    for _ in range(3):
        assert is_in(person, app)
    assert provider.calls[PATH] == asked + 1
    clock.move(4)
    assert is_in(person, app) and provider.calls[PATH] == asked + 1
    clock.move(1)
    assert is_in(person, app) and provider.calls[PATH] == asked + 2
    provider.fault = {}
    clock.move(5)
    assert not is_in(person, app)


@pytest.mark.parametrize(
    "changes",
    [
        {"now": None},
        {"now": "1"},
        {"now": -1},
        {"now": True},
        {"now": 2**60},
        {"sessions": None},
        {"sessions": {"s-1": 7}},
        {"sessions": {"s-1": {"idle_expires_at": "soon", "expires_at": 1}}},
        {"ended": None},
        {"ended": ["s-1"]},
        {"ended": [{"sid": 1, "sub": "u-1", "ended_at": 1}]},
        {"ended": [{"sid": "\ud800", "sub": "u-1", "ended_at": 1}]},
        {"ended": [{"sid": "s-1", "sub": "u-1", "ended_at": 0.5}]},
        {"more": None},
        {"more": 1},
    ],
)
def test_an_answer_that_is_none_changes_nothing(
    restart: Callable[..., Any],
    enter: Callable[..., Person],
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any],
) -> None:
    person = enter(restart())
    body = {"now": 5, "sessions": {"s-1": None}, "ended": [], "more": False, **changes}
    answer = 200, {}, json.dumps(body).encode()
    monkeypatch.setattr(provider, "_session_activity", lambda request: answer)
    with caplog.at_level(logging.WARNING):
        assert is_in(person, restart())
    assert "sessions are believed without the portal" in caplog.text


def test_a_portal_without_the_endpoint_is_never_asked(
    restart: Callable[..., Any],
    enter: Callable[..., Person],
    provider: Provider,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider.metadata_changes = {}
    person = enter(restart())
    app = restart()
    with caplog.at_level(logging.WARNING):
        for _ in range(4):
            clock.move(400)
            assert is_in(person, app)
    assert not provider.calls[PATH] and not caplog.records


def test_after_ten_minutes_of_silence_the_portal_is_asked_first(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, clock: MovableClock
) -> None:
    person = enter(restart(activity_seconds="0"))
    asked = provider.calls[PATH]
    provider.end_session("s-1")
    clock.move(599)
    assert is_in(person) and provider.calls[PATH] == asked
    clock.move(1)
    assert not is_in(person) and provider.calls[PATH] == asked + 1


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_the_site_says_who_it_is(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, way: str
) -> None:
    enter(restart(client_auth=way))
    (request,) = (one for one in provider.requests if str(one.url).endswith(PATH))
    assert ("Authorization" in request.headers) == (way == "client_secret_basic")
    assert provider.activity == [{"s-1": provider.clock.now()}]


def test_a_site_that_the_portal_refuses_goes_on(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    person, app = enter(restart()), restart()
    provider.end_session("s-1")
    provider.client_secret = "another"
    assert is_in(person, app) and is_in(person)
    assert caplog.text.count("status 401") == 1


def test_only_one_request_waits_for_a_portal_that_is_down(
    restart: Callable[..., Any], enter: Callable[..., Person], provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie, app = enter(restart()).cookies()[COOKIE], restart()
    calls: list[int] = []

    def slow(request: Any) -> Any:
        calls.append(1)
        time.sleep(0.2)
        return 500, {}, b""

    monkeypatch.setattr(provider, "_session_activity", slow)

    def visit(number: int) -> int:
        person = Person(app, provider)
        person.browser.set_cookie(COOKIE, cookie)
        return int(person.get("/mine").status_int)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(visit, range(8))) == {200}
    assert len(calls) == 1
