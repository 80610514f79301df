"""Attempts: tabs do not overwrite each other, each is used once, by the browser that began it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import webtest

from tests.unit.sso_client.provider import MovableClock, Provider
from tests.unit.sso_client.site_under_test import Person

ATTEMPT = "_attempt_"


def query_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_the_redirect_carries_what_the_specifications_ask_for(person: Person) -> None:
    query = query_of(person.leave())
    assert query["scope"] == "openid profile" and query["client_id"] == "project-center"
    assert query["redirect_uri"] == "https://project.example.test/sso/callback"
    assert [len(query[name]) for name in ("state", "nonce", "code_challenge")] == [43, 43, 43]
    assert query["code_challenge_method"] == "S256"


def test_two_tabs_each_land_on_their_own_page(person: Person, provider: Provider) -> None:
    first, second = person.leave("/mine?tab=1"), person.leave("/other?tab=2")
    for name in ("state", "nonce", "code_challenge"):
        assert query_of(first)[name] != query_of(second)[name]
    callback_of_first = provider.authorize(first)
    assert person.come_back(second).location == person.base + "/other?tab=2"
    assert person.return_to(callback_of_first).location == person.base + "/mine?tab=1"
    assert person.cookies(ATTEMPT) == {}


def test_an_attempt_is_of_no_use_in_another_browser(person: Person, provider: Provider) -> None:
    callback = provider.authorize(person.leave())
    victim = Person(person.browser.app, provider)
    answer = victim.return_to(callback)
    assert answer.status_int == 400 and "cannot be finished" in answer.text
    assert provider.calls["/token"] == 0 and victim.cookies() == {}


def test_an_attempt_lives_a_day(person: Person, clock: MovableClock) -> None:
    location = person.leave()
    clock.move(24 * 3600 - 1)
    assert person.come_back(location).status_int == 303
    fresh = Person(person.browser.app, person.provider)
    location = fresh.leave()
    clock.move(24 * 3600)
    assert fresh.come_back(location).status_int == 400


def test_a_restart_of_the_site_loses_no_attempt(site: Callable[..., Any], provider: Provider, tmp_path: Any) -> None:
    store = str(tmp_path / "site" / "store.sqlite3")
    person = Person(site(store=store), provider)
    location = person.leave()
    person.browser.app = site(store=store)
    assert person.come_back(location).location == person.base + "/mine"
    assert person.get("/mine").text.startswith("zp|")


def test_the_eleventh_attempt_drops_the_oldest(person: Person, clock: MovableClock) -> None:
    locations = []
    for number in range(11):
        locations.append(person.leave(f"/mine?{number}"))
        clock.move(1)
    assert len(person.cookies(ATTEMPT)) == 10
    assert person.come_back(locations[0]).status_int == 400
    for number in range(1, 11):
        assert person.come_back(locations[number]).location == person.base + f"/mine?{number}"


def test_attempts_for_long_addresses_stay_within_the_header_limit(person: Person, clock: MovableClock) -> None:
    for number in range(12):
        person.leave(f"/mine?{number}{'x' * 1000}")
        clock.move(1)
        assert sum(len(name) + len(value) for name, value in person.cookies().items()) < 7000
    assert len(person.cookies(ATTEMPT)) >= 3


def test_garbage_in_attempt_cookies_is_cleared_away(person: Person) -> None:
    name = "__Host-sso_project-center_attempt_" + "A" * 22
    foreign = "__Host-sso_talent-center_attempt_" + "A" * 22
    for cookie in (name, foreign):
        person.browser.set_cookie(cookie, "garbage")
    person.leave()
    assert name not in person.cookies() and foreign in person.cookies()


def test_an_attempt_cookie_tells_nothing(person: Person) -> None:
    location = person.leave("/mine?secret-page")
    (value,) = person.cookies(ATTEMPT).values()
    (name,) = person.cookies(ATTEMPT)
    query = query_of(location)
    for secret in (query["state"], query["nonce"], "secret-page"):
        assert secret not in value and secret not in name


def test_the_back_button_after_signing_in_goes_to_the_asked_page(person: Person, provider: Provider) -> None:
    callback = provider.authorize(person.leave("/mine?x"))
    assert person.return_to(callback).status_int == 303
    for _ in range(2):
        assert person.return_to(callback).location == person.base + "/mine?x"
    assert provider.calls["/token"] == 1


def test_the_back_button_works_after_a_second_sign_in_too(person: Person, provider: Provider) -> None:
    first, second = (provider.authorize(person.leave(path)) for path in ("/mine", "/other"))
    person.return_to(first)
    person.return_to(second)
    assert person.return_to(first).location == person.base + "/mine"
    assert person.return_to(second).location == person.base + "/other"


def test_a_callback_reloaded_half_way_signs_in_anew(person: Person, provider: Provider) -> None:
    """The browser gave up on the first answer: it has the attempt's cookie still, and no session."""
    callback = provider.authorize(person.leave("/mine?x"))
    before = person.cookies()
    person.return_to(callback)
    person.browser.reset()
    for name, value in before.items():
        person.browser.set_cookie(name, value)
    answer = person.return_to(callback)
    assert answer.status_int == 303 and answer.location.startswith(provider.issuer)
    assert provider.calls["/token"] == 1  # a code sent twice would revoke what the first one brought
    assert person.come_back(answer.location).location == person.base + "/mine?x"
    assert person.cookies(ATTEMPT) == {}


def test_a_callback_spent_twice_shows_a_page_instead_of_going_round(person: Person, provider: Provider) -> None:
    callback = provider.authorize(person.leave())
    for _ in range(2):
        before = person.cookies()
        answer = person.return_to(callback)
        person.browser.reset()
        for name, value in before.items():
            person.browser.set_cookie(name, value)
        again = person.return_to(callback)
        if again.status_int == 400:
            break
        callback = provider.authorize(again.location)
    assert answer.status_int == 303 and again.status_int == 400 and "Sign in again" in again.text


def test_every_sign_in_gets_a_new_session(person: Person, provider: Provider, clock: MovableClock) -> None:
    first, second = person.leave(), person.leave()
    person.come_back(first)
    old = person.cookies()["__Host-sso_project-center"]
    person.come_back(second)
    assert person.cookies()["__Host-sso_project-center"] != old
    thief = webtest.TestApp(person.browser.app, extra_environ=Person.environ(person.base))
    thief.set_cookie("__Host-sso_project-center", old)
    assert thief.get("/").text.startswith("public None")


def test_a_planted_session_cookie_is_replaced(person: Person) -> None:
    person.browser.set_cookie("__Host-sso_project-center", "planted")
    person.sign_in()
    assert person.cookies()["__Host-sso_project-center"] != "planted"


@pytest.mark.parametrize("iss", [None, "https://evil.example", "https://portal.example.test/"])
def test_an_answer_of_another_issuer_is_refused(person: Person, provider: Provider, iss: str | None) -> None:
    answer = person.come_back(person.leave(), iss=iss)
    assert answer.status_int == 400 and "somewhere else" in answer.text
    assert provider.calls["/token"] == 0 and person.cookies() == {}


def test_a_portal_that_promises_no_iss_need_not_send_it_but_must_not_send_another(
    person: Person, provider: Provider
) -> None:
    provider.metadata_changes = {"authorization_response_iss_parameter_supported": None}
    assert person.come_back(person.leave(), iss="https://evil.example").status_int == 400
    assert person.come_back(person.leave(), iss=None).status_int == 303


@pytest.mark.parametrize(
    ("base", "prefix"), [("https://project.example.test", "__Host-"), ("http://localhost:9001", "")]
)
def test_cookie_flags(site: Callable[..., Any], provider: Provider, base: str, prefix: str) -> None:
    person = Person(site(), provider, base)
    departure = person.get("/mine")
    arrival = person.come_back(departure.location)
    set_here = departure.headers.getall("Set-Cookie") + arrival.headers.getall("Set-Cookie")
    assert len(set_here) == 3  # the attempt, the session, the attempt deleted
    for cookie in set_here:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith(prefix + "sso_project-center")
        assert {"path=/", "httponly", "samesite=lax"} <= attributes
        assert ("secure" in attributes) == (prefix != "")
        assert not any(attribute.startswith("domain") for attribute in attributes)
    assert "max-age=86400" in set_here[0].lower() and "max-age=0" in set_here[2].lower()


def test_the_cookies_of_two_sites_on_one_host_do_not_meet(site: Callable[..., Any], provider: Provider) -> None:
    person = Person(site(), provider, "http://localhost:9001")
    person.sign_in()
    other = webtest.TestApp(
        site(client_id="talent/center"),
        extra_environ={"HTTP_HOST": "localhost:9002"},
        cookiejar=person.browser.cookiejar,
    )
    assert other.get("/").text.startswith("public None")
    assert other.get("/mine").status_int == 303
    assert person.get("/mine").text.startswith("zp|")
