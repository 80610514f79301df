"""The portal's keys at an API: fetched seldom, and believed for a while when the portal is away."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import requests

from tests.unit.sso_client.guarded_api import OPAQUE, AskedProvider, GuardedApi
from tests.unit.sso_client.provider import MovableClock


@pytest.fixture
def warm(api: GuardedApi, asked: AskedProvider) -> GuardedApi:
    """It knows the keys."""
    assert api.get(asked.access_token()).status_int == 200
    assert asked.calls["/jwks"] == 1
    return api


def test_keys_are_kept(warm: GuardedApi, asked: AskedProvider, clock: MovableClock) -> None:
    clock.move(599)
    assert warm.get(asked.access_token()).status_int == 200
    assert asked.calls["/jwks"] == 1
    clock.move(1)
    assert warm.get(asked.access_token()).status_int == 200
    assert asked.calls["/jwks"] == 2


def test_a_new_key_is_fetched_at_once(warm: GuardedApi, asked: AskedProvider) -> None:
    asked.rotate_key("second")
    assert warm.get(asked.access_token()).status_int == 200
    assert asked.calls["/jwks"] == 2


def test_unknown_keys_are_looked_for_seldom(warm: GuardedApi, asked: AskedProvider, clock: MovableClock) -> None:
    for number in range(20):
        assert warm.get(asked.access_token({"kid": f"made up {number}"})).status_int == 401
    assert asked.calls["/jwks"] == 2
    clock.move(30)
    assert warm.get(asked.access_token({"kid": "made up"})).status_int == 401
    assert asked.calls["/jwks"] == 3


def test_a_key_that_was_withdrawn(warm: GuardedApi, asked: AskedProvider, clock: MovableClock) -> None:
    old = asked.access_token(exp=clock.now() + 9000)
    asked.rotate_key("second")
    del asked.published[0]
    clock.move(600)
    assert warm.get(old).status_int == 401


@pytest.mark.parametrize("fault", ["refused", "timeout", "500", "html", "huge", "list", "nan", "not utf-8", "redirect"])
def test_known_keys_serve_while_the_portal_is_away(
    warm: GuardedApi, asked: AskedProvider, clock: MovableClock, fault: str
) -> None:
    asked.fault["/jwks"] = fault
    clock.move(600)
    assert warm.get(asked.access_token()).status_int == 200
    clock.move(24 * 3600 - 1)
    assert warm.get(asked.access_token()).status_int == 200
    clock.move(1)
    answer = warm.get(asked.access_token())
    assert (answer.status_int, answer.headers["Retry-After"]) == (503, "2")


def test_a_portal_that_was_never_there(api: GuardedApi, asked: AskedProvider, clock: MovableClock) -> None:
    asked.fault["*"] = "refused"
    for _ in range(5):
        assert api.get(asked.access_token()).status_int == 503
    assert sum(asked.calls.values()) == 1, "it is not tried again for each request"
    asked.fault.clear()
    assert api.get(asked.access_token()).status_int == 503, "not even now"
    clock.move(2)
    assert api.get(asked.access_token()).status_int == 200


def test_a_new_key_while_the_portal_is_away_may_be_its_own(
    warm: GuardedApi, asked: AskedProvider, clock: MovableClock
) -> None:
    clock.move(60)
    asked.rotate_key("second")
    asked.fault["/jwks"] = "refused"
    assert [warm.get(asked.access_token()).status_int for _ in range(3)] == [503, 503, 503]
    asked.fault.clear()
    clock.move(30)
    assert warm.get(asked.access_token()).status_int == 200


def test_only_one_request_waits_for_a_portal_that_hangs(
    warm: GuardedApi, asked: AskedProvider, clock: MovableClock
) -> None:
    hangs, go_on, waiting = threading.Event(), threading.Event(), []

    def hang(request: requests.PreparedRequest) -> Any:
        hangs.set()
        go_on.wait(10)
        raise requests.ReadTimeout("timed out")

    clock.move(600)
    answer, asked.answer = asked.answer, hang  # type: ignore[method-assign]
    first = threading.Thread(target=lambda: waiting.append(warm.get(asked.access_token()).status_int))
    first.start()
    assert hangs.wait(10)
    assert [warm.get(asked.access_token()).status_int for _ in range(5)] == [200] * 5
    go_on.set()
    first.join(10)
    assert waiting == [200]
    asked.answer = answer  # type: ignore[method-assign]


def test_only_one_request_finds_out_whether_the_portal_is_back(
    api: GuardedApi, asked: AskedProvider, clock: MovableClock
) -> None:
    asked.fault["*"] = "refused"
    assert api.get(OPAQUE).status_int == 503
    clock.move(2)
    hangs, go_on, statuses = threading.Event(), threading.Event(), []
    asked.fault.clear()
    asked.told[OPAQUE] = asked.good_answer()
    answer = asked.answer

    def hang(request: requests.PreparedRequest) -> Any:
        hangs.set()
        go_on.wait(10)
        return answer(request)

    asked.answer = hang  # type: ignore[method-assign]
    first = threading.Thread(target=lambda: statuses.append(api.get(OPAQUE).status_int))
    first.start()
    assert hangs.wait(10)
    assert api.get("B" * 43).status_int == 503
    go_on.set()
    first.join(10)
    assert statuses == [200]
    assert api.get("B" * 43).status_int == 401


def test_metadata_of_another_issuer(api: GuardedApi, asked: AskedProvider) -> None:
    asked.metadata_changes["issuer"] = "https://evil.example.test"
    assert api.get(asked.access_token()).status_int == 503


def test_entries_of_the_set_that_are_no_keys(api: GuardedApi, asked: AskedProvider) -> None:
    asked.published[:0] = json.loads(
        '[{"kty": "EC", "kid": "first"}, {"kty": "EC", "kid": "first", "crv": "P-256", "x": 1}]'
    )
    assert api.get(asked.access_token()).status_int == 200


def test_processes_of_one_api_share_what_they_have_fetched(asked: AskedProvider, tmp_path: object) -> None:
    store = f"{tmp_path}/guard.sqlite3"
    for _ in range(2):
        assert GuardedApi(asked, store=store).get(asked.access_token()).status_int == 200
    assert asked.calls["/jwks"] == 1
