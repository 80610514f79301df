"""The person's token: refreshed when needed, once, and what happens when it cannot be."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from sso_client import Kit, PortalUnavailable, SignInRequired, Story, read_settings
from sso_client.hashing import hashed
from sso_client.tokens import Tokens
from tests.unit.sso_client.provider import API, MovableClock, Provider, ProviderAdapter
from tests.unit.sso_client.site_under_test import Person, settings


def signed_in(
    adapter: ProviderAdapter, clock: MovableClock, tokens: Tokens | None = None, store: str = ":memory:"
) -> tuple[Kit, str]:
    """A kit with one session whose access token has ended, and the hash of the session's id."""
    kit = Kit(read_settings(settings(adapter.provider, store=store)), http=adapter.session, clock=clock)
    tokens = tokens or fresh_tokens(adapter.provider, clock)
    return kit, hashed(kit.sessions.begin({"sub": "u-1"}, "openid", tokens, Story()))


def fresh_tokens(provider: Provider, clock: MovableClock, lifetime: int = 0) -> Tokens:
    made = provider._tokens()
    return Tokens(made["access_token"], clock.now() + lifetime, made["refresh_token"], "id.to.ken")


def test_a_good_token_is_used_as_it_is(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    first = person.get("/api").json
    clock.move(3600 - 31)
    assert person.get("/api").json == first and first["status"] == 200
    assert provider.calls["/token"] == 1


def test_a_token_about_to_end_is_refreshed(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    first = person.get("/api").json["token"]
    clock.move(3600 - 30)
    second = person.get("/api").json
    assert second["status"] == 200 and second["token"] != first
    clock.move(3600)
    assert person.get("/api").json["status"] == 200  # the rotated refresh token was kept
    assert provider.calls["/token"] == 3


def test_a_revoked_token_is_refreshed_after_the_401(person: Person, provider: Provider) -> None:
    person.sign_in()
    provider.revoked.add(person.get("/api").json["token"])
    assert person.get("/api").json["status"] == 200
    assert provider.calls["/token"] == 2


def test_a_401_is_tried_again_once_only(person: Person, provider: Provider) -> None:
    person.sign_in()
    provider.access_tokens = frozenset()  # type: ignore[assignment]
    provider._tokens = lambda: {**_plain_tokens()}  # type: ignore[method-assign]
    assert person.get("/api").json["status"] == 401
    assert provider.calls["/me"] == 2


def _plain_tokens() -> dict[str, Any]:
    return {"access_token": "no-good-anywhere", "token_type": "Bearer", "expires_in": 3600}


def test_a_401_without_a_refresh_token_is_the_apis_answer(adapter: ProviderAdapter, clock: MovableClock) -> None:
    """Anything else would send the person to the portal and back for ever."""
    kit, session = signed_in(adapter, clock, Tokens("unknown-to-the-api", clock.now() + 100))
    assert kit.api(session).get(API + "/me").status_code == 401
    assert kit.tokens.current(session).access_token == "unknown-to-the-api"


def test_a_stream_is_not_sent_twice(adapter: ProviderAdapter, clock: MovableClock) -> None:
    kit, session = signed_in(adapter, clock, Tokens("unknown-to-the-api", clock.now() + 100, "refresh"))
    assert kit.api(session).post(API + "/me", data=iter([b"part"])).status_code == 401
    assert adapter.provider.calls["/token"] == 0


def test_the_token_does_not_follow_a_redirect_to_another_host(adapter: ProviderAdapter, clock: MovableClock) -> None:
    kit, session = signed_in(adapter, clock, fresh_tokens(adapter.provider, clock, 100))
    answer = kit.api(session).get(API + "/elsewhere")
    assert answer.status_code == 401 and answer.url == "https://other.example.test/me"
    assert "Authorization" not in adapter.provider.requests[-1].headers
    assert adapter.provider.calls["/token"] == 0


@pytest.mark.parametrize("url", ["http://api.example.test/me", "http://evil.localhost.example/"])
def test_the_token_does_not_travel_in_the_clear(adapter: ProviderAdapter, clock: MovableClock, url: str) -> None:
    kit, session = signed_in(adapter, clock, fresh_tokens(adapter.provider, clock, 100))
    with pytest.raises(requests.exceptions.InvalidSchema):
        kit.api(session).get(url)
    assert kit.api(session).get("http://localhost:9011/me").status_code == 200


def test_a_refused_refresh_ends_the_session_and_asks_for_sign_in(
    person: Person, provider: Provider, clock: MovableClock
) -> None:
    person.sign_in()
    provider.forget_refresh_tokens()
    clock.move(3600)
    answer = person.get("/api?x=1")
    assert answer.status_int == 303 and answer.location.startswith(provider.issuer)
    assert "__Host-sso_project-center" not in person.cookies()
    assert person.come_back(answer.location).location == person.base + "/api?x=1"
    assert person.get("/api?x=1").json["status"] == 200


def test_a_refused_refresh_in_a_post_gets_a_page(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    provider.forget_refresh_tokens()
    clock.move(3600)
    assert person.browser.post("/api", expect_errors=True).status_int == 401
    assert person.get("/mine").status_int == 303


def test_the_api_of_an_anonymous_person_asks_for_sign_in(person: Person) -> None:
    assert person.get("/open-api").location.startswith(person.provider.issuer)


@pytest.mark.parametrize("fault", ["refused", "timeout", "500", "html", "503 json", "redirect"])
def test_a_portal_that_does_not_answer_does_not_end_the_session(
    person: Person, provider: Provider, clock: MovableClock, fault: str
) -> None:
    person.sign_in()
    clock.move(3600)
    provider.fault = {"/token": fault}
    answer = person.get("/api?x=1")
    assert answer.status_int == 503 and "Try again" in answer.text
    assert answer.html.select_one("a.primary")["href"] == "/sso/sign-in?next=%2Fapi%3Fx%3D1"
    assert person.get("/mine").text.startswith("zp|")
    provider.fault = {}
    assert person.get("/api?x=1").json["status"] == 200


def test_a_token_that_is_good_still_is_used_when_it_cannot_be_refreshed(
    person: Person, provider: Provider, clock: MovableClock
) -> None:
    person.sign_in()
    clock.move(3600 - 10)
    provider.fault = {"/token": "refused"}
    assert person.get("/api").json["status"] == 200


def test_a_portal_that_refuses_the_site_does_not_end_the_session(
    person: Person, provider: Provider, clock: MovableClock
) -> None:
    person.sign_in()
    clock.move(3600)
    provider.client_secret = "changed"
    assert person.get("/api").status_int == 503
    assert person.get("/mine").text.startswith("zp|")


def test_twenty_threads_cause_one_refresh(adapter: ProviderAdapter, clock: MovableClock) -> None:
    kit, session = signed_in(adapter, clock)
    adapter.provider.refresh_seconds = 0.1
    together = threading.Barrier(20)
    got: list[str] = []

    def work() -> None:
        together.wait()
        got.append(kit.api(session).get(API + "/me").json()["token"])

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(got) == 20 and len(set(got)) == 1
    assert adapter.provider.calls["/token"] == 1


def test_twenty_threads_learn_of_one_refusal(adapter: ProviderAdapter, clock: MovableClock) -> None:
    kit, session = signed_in(adapter, clock)
    adapter.provider.forget_refresh_tokens()
    adapter.provider.refresh_seconds = 0.1
    outcomes: list[str] = []

    def work() -> None:
        try:
            kit.tokens.current(session)
        except SignInRequired:
            outcomes.append("sign in")

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert outcomes == ["sign in"] * 20 and adapter.provider.calls["/token"] == 1


def _take_lease(store: str, session: str, now: int, start: Any, results: Any) -> None:
    from sso_client.store import Store
    from sso_client.token_rows import TokenRows

    rows = TokenRows(Store(store), MovableClock(now))
    start.wait()
    results.put(rows.lease(session, 1, 60) is not None)


def test_of_several_processes_one_gets_the_lease(adapter: ProviderAdapter, clock: MovableClock, tmp_path: Path) -> None:
    store = str(tmp_path / "site.sqlite3")
    _, session = signed_in(adapter, clock, store=store)
    context = multiprocessing.get_context("fork")
    start, results = context.Event(), context.Queue()
    processes = [
        context.Process(target=_take_lease, args=(store, session, clock.now(), start, results)) for _ in range(6)
    ]
    for process in processes:
        process.start()
    start.set()
    won = [results.get(timeout=10) for _ in processes]
    for process in processes:
        process.join(10)
    assert sorted(won) == [False] * 5 + [True]


def test_the_lease_of_a_process_that_died_is_taken_over(adapter: ProviderAdapter, clock: MovableClock) -> None:
    kit, session = signed_in(adapter, clock)
    assert kit.tokens._rows.lease(session, 1, kit.tokens._lease_seconds) is not None
    with pytest.raises(PortalUnavailable):
        kit.tokens.current(session)
    clock.move(kit.tokens._lease_seconds)
    assert kit.tokens.current(session).version == 2


def test_a_refresh_that_lost_its_lease_changes_nothing(adapter: ProviderAdapter, clock: MovableClock) -> None:
    kit, session = signed_in(adapter, clock)
    rows = kit.tokens._rows
    late = rows.lease(session, 1, 1)
    clock.move(1)
    assert rows.lease(session, 1, 60) is not None and late is not None
    rows.replace(session, late, Tokens("late", None))
    rows.end_session(session, late)
    row = rows.read(session)
    assert row is not None and row.version == 1 and row.access_token != "late"


def test_the_store_holds_no_cookie_value_and_is_for_its_owner_only(
    site: Callable[..., Any], provider: Provider, tmp_path: Path
) -> None:
    store = tmp_path / "site.sqlite3"
    person = Person(site(store=str(store)), provider)
    person.sign_in()
    (session_id,) = person.cookies().values()
    with sqlite3.connect(store) as database:
        assert session_id not in "\n".join(database.iterdump())
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o077 == 0
        assert session_id.encode() not in file.read_bytes()


def test_no_token_reaches_the_browser_or_the_log(
    person: Person, provider: Provider, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    departure = person.get("/mine")
    arrival = person.come_back(departure.location)
    clock.move(3600)
    seen = str(departure) + str(arrival) + str(person.get("/mine")) + str(person.cookies())
    person.get("/api")
    logged = "\n".join(record.getMessage() for record in caplog.records)
    secrets = [*provider.access_tokens, *provider._refresh_tokens, provider.client_secret, "code_verifier"]
    for secret in secrets:
        assert secret not in seen and secret not in logged


def test_old_sessions_are_swept(
    site: Callable[..., Any], provider: Provider, clock: MovableClock, tmp_path: Path
) -> None:
    store = tmp_path / "site.sqlite3"
    app = site(store=str(store), session_seconds="60")
    for _ in range(3):
        Person(app, provider).sign_in()
        clock.move(24 * 3600 + 61)
    with sqlite3.connect(store) as database:
        assert database.execute("SELECT count(*) FROM site_session").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM spent_attempt").fetchone() == (1,)
