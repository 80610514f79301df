"""Access tokens that only the portal can judge (RFC 7662): asked about once for a few seconds, never in a flood."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.unit.sso_client.guarded_api import OPAQUE, AskedProvider, GuardedApi
from tests.unit.sso_client.provider import MovableClock


@pytest.fixture
def known(asked: AskedProvider) -> AskedProvider:
    """It knows one good token."""
    asked.told[OPAQUE] = asked.good_answer()
    return asked


def test_a_good_token(api: GuardedApi, known: AskedProvider) -> None:
    answer = api.get(OPAQUE)
    assert (answer.status_int, answer.json) == (200, {"subject": "u-1", "username": "zp"})


def test_a_client_without_a_person(api: GuardedApi, asked: AskedProvider) -> None:
    asked.told[OPAQUE] = asked.good_answer(sub=None, username=None, client_id="night-job")
    access = api.guard.check({"HTTP_AUTHORIZATION": f"Bearer {OPAQUE}"})
    assert (access.subject, access.is_person, access.username) == ("night-job", False, "")


def test_a_revoked_token_is_out_within_the_stated_seconds(
    api: GuardedApi, known: AskedProvider, clock: MovableClock
) -> None:
    assert api.get(OPAQUE).status_int == 200
    del known.told[OPAQUE]
    clock.move(9)
    assert api.get(OPAQUE).status_int == 200
    assert len(known.asked) == 1
    clock.move(1)
    assert api.get(OPAQUE).status_int == 401


def test_an_api_that_always_asks(known: AskedProvider) -> None:
    api = GuardedApi(known, cache_seconds=0)
    assert api.get(OPAQUE).status_int == 200
    del known.told[OPAQUE]
    assert api.get(OPAQUE).status_int == 401


def test_a_no_counts_for_seconds_only(api: GuardedApi, asked: AskedProvider, clock: MovableClock) -> None:
    for _ in range(5):
        assert api.get(OPAQUE).status_int == 401
    assert len(asked.asked) == 1
    asked.told[OPAQUE] = asked.good_answer()
    clock.move(5)
    assert api.get(OPAQUE).status_int == 200


def test_an_answer_does_not_outlive_its_token(api: GuardedApi, asked: AskedProvider, clock: MovableClock) -> None:
    asked.told[OPAQUE] = asked.good_answer(exp=clock.now() + 3)
    assert api.get(OPAQUE).status_int == 200
    clock.move(3)
    assert api.get(OPAQUE).status_int == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"active": "true"},
        {"active": 1},
        {"active": None},
        {"aud": ["project_api"]},
        {"aud": "project_api"},
        {"aud": None},
        {"iss": "https://evil.example.test"},
        {"token_type": "refresh_token"},
        {"token_type": 7},
        {"exp": 1},
        {"exp": "soon"},
        {"nbf": 4_000_000_000},
        {"sub": None, "client_id": None},
        {"sub": {}, "client_id": []},
        {"cnf": {"x5t#S256": "abc"}},
        {"cnf": {"jkt": "abc", "x5t#S256": "abc"}},
        {"cnf": "abc"},
        {"cnf": {}},
    ],
)
def test_answers_that_open_nothing(api: GuardedApi, asked: AskedProvider, changes: dict[str, Any]) -> None:
    asked.told[OPAQUE] = asked.good_answer(**changes)
    assert api.get(OPAQUE).status_int == 401


def test_answers_without_optional_members(asked: AskedProvider) -> None:
    asked.told[OPAQUE] = asked.good_answer(aud=None, iss=None, exp=None, token_type=None)
    assert GuardedApi(asked, any_audience="true").get(OPAQUE).status_int == 200
    asked.told[OPAQUE] = asked.good_answer(scope=7)
    assert GuardedApi(asked).get(OPAQUE).status_int == 403


@pytest.mark.parametrize("garbage", ["x", "short0000", "not.a.jwt", "a.b", "A" * 200, "A" * 40 + "~", "A" * 40 + "="])
def test_garbage_is_refused_without_asking(api: GuardedApi, asked: AskedProvider, garbage: str) -> None:
    assert api.get(garbage).status_int == 401
    assert asked.asked == [] and not asked.calls


def test_what_opaque_tokens_look_like_is_a_setting(asked: AskedProvider) -> None:
    asked.told["short-one"] = asked.good_answer()
    assert GuardedApi(asked, opaque_form="[a-z-]{5,20}").get("short-one").status_int == 200


def test_signed_tokens_are_asked_about_where_a_revocation_has_to_count(asked: AskedProvider) -> None:
    api, token = GuardedApi(asked, check="introspection"), asked.access_token()
    assert api.get(token).status_int == 401
    assert asked.asked == [token]
    assert api.get(asked.sign({"sub": "u-1"}, typ="JWT")).status_int == 401
    assert asked.asked == [token], "an id_token is not even asked about"


def token_number(number: int) -> str:
    return f"{number:040d}"


def test_a_flood_of_garbage(asked: AskedProvider, clock: MovableClock) -> None:
    asked.told[OPAQUE] = asked.good_answer(exp=clock.now() + 90_000)
    api = GuardedApi(asked, cache_size=50, calls_per_second=20)
    assert api.get(OPAQUE).status_int == 200
    answers = [api.get(token_number(number)) for number in range(300)]
    assert [answer.status_int for answer in answers].count(401) == 19
    assert {answer.headers["Retry-After"] for answer in answers if answer.status_int == 503} == {"2"}
    assert len(asked.asked) == 20, "the portal is asked no more than it is said"
    assert api.get(OPAQUE).status_int == 200, "who is known already does not notice"
    for second in range(6):
        clock.move(1)
        for number in range(20):
            api.get(token_number(1000 * (second + 1) + number))
    assert len(api.guard.introspected.refused) == 50
    assert api.get(OPAQUE).status_int == 200


def test_the_answers_that_are_kept_are_bounded_too(asked: AskedProvider) -> None:
    api = GuardedApi(asked, cache_size=3)
    for number in range(10):
        asked.told[token_number(number)] = asked.good_answer()
        assert api.get(token_number(number)).status_int == 200
    assert len(api.guard.introspected.good) == 3
    api.get(token_number(9))
    assert len(asked.asked) == 10
    api.get(token_number(0))
    assert len(asked.asked) == 11, "the one that was not used for longest has gone"


def at_once(count: int, work: Any) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_many_requests_with_one_token_ask_once(api: GuardedApi, known: AskedProvider) -> None:
    api.get("x" * 40)  # the metadata are known
    begun, statuses = threading.Event(), []
    known.before_answering = lambda: begun.wait(5)

    def call(number: int) -> None:
        if number == 7:
            begun.set()
        statuses.append(api.get(OPAQUE).status_int)

    at_once(8, call)
    assert statuses == [200] * 8
    assert known.asked.count(OPAQUE) == 1


def test_no_more_questions_at_once_than_are_allowed(asked: AskedProvider) -> None:
    api, statuses = GuardedApi(asked, calls_in_flight=2), []
    api.get("x" * 40)
    both_are_there, go_on = threading.Barrier(3), threading.Event()

    def wait() -> None:
        both_are_there.wait(5)
        go_on.wait(5)

    asked.before_answering = wait
    threads = [
        threading.Thread(target=lambda n=n: statuses.append(api.get(token_number(n)).status_int)) for n in (1, 2)
    ]
    for thread in threads:
        thread.start()
    both_are_there.wait(5)
    assert api.get(token_number(3)).status_int == 503
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert statuses == [401, 401]
    asked.before_answering = None
    assert api.get(token_number(3)).status_int == 401, "there is room again"


@pytest.mark.parametrize(
    "fault", ["refused", "timeout", "500", "503 json", "html", "huge", "list", "nan", "deep", "gzip"]
)
def test_a_portal_that_is_away_never_opens_the_door(
    api: GuardedApi, known: AskedProvider, clock: MovableClock, fault: str
) -> None:
    known.fault["/introspect"] = fault
    answer = api.get(OPAQUE)
    assert (answer.status_int, answer.headers["Retry-After"]) == (503, "2")
    assert answer.content_type == "application/problem+json"
    assert "WWW-Authenticate" not in answer.headers, "there is nothing wrong with the token"
    known.fault.clear()
    clock.move(2)
    assert api.get(OPAQUE).status_int == 200


def test_an_answer_serves_on_while_the_portal_is_away(
    api: GuardedApi, known: AskedProvider, clock: MovableClock
) -> None:
    api.get(OPAQUE)
    known.fault["*"] = "refused"
    clock.move(9)
    assert api.get(OPAQUE).status_int == 200
    clock.move(1)
    assert api.get(OPAQUE).status_int == 503


def test_a_portal_without_introspection(api: GuardedApi, known: AskedProvider) -> None:
    del known.metadata_changes["introspection_endpoint"]
    assert api.get(OPAQUE).status_int == 503


def test_a_wrong_secret_is_told_to_whoever_runs_the_api(
    api: GuardedApi, known: AskedProvider, caplog: pytest.LogCaptureFixture
) -> None:
    known.client_secret = "another"
    assert api.get(OPAQUE).status_int == 503
    assert "status 401" in caplog.text and OPAQUE not in caplog.text
