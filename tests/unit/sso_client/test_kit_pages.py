"""Pages that need sign-in, the way to them and back, and request.sso."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.unit.sso_client.provider import MovableClock, Provider
from tests.unit.sso_client.site_under_test import Person, make_site


def test_a_public_page_asks_nothing_of_the_portal(person: Person, provider: Provider) -> None:
    assert person.get("/").text.startswith("public None")
    assert not provider.calls and person.cookies() == {}


def test_head_is_treated_like_get(person: Person) -> None:
    answer = person.browser.head("/mine")
    assert answer.status_int == 303 and answer.location.startswith(person.provider.issuer)


def test_an_anonymous_post_gets_a_page_with_a_link(person: Person) -> None:
    answer = person.browser.post_json("/mine", {}, headers={"Referer": person.base + "/a?b"}, expect_errors=True)
    assert answer.status_int == 401 and "Sign in to do this" in answer.text
    assert answer.html.select_one("a.primary")["href"] == "/sso/sign-in?next=%2Fa%3Fb"
    assert "WWW-Authenticate" in answer.headers
    answer = person.browser.post("/mine", headers={"Referer": "https://evil.example/a"}, expect_errors=True)
    assert answer.html.select_one("a.primary")["href"] == "/sso/sign-in?next=%2F"


@pytest.mark.parametrize("header", [{"Sec-Fetch-Mode": "cors"}, {"X-Requested-With": "XMLHttpRequest"}])
def test_a_script_is_not_sent_to_the_portal(person: Person, header: dict[str, str]) -> None:
    assert person.get("/mine", headers=header).status_int == 401
    assert person.cookies() == {}
    assert person.get("/mine", headers={"Sec-Fetch-Mode": "navigate"}).status_int == 303


@pytest.mark.parametrize(
    "asked",
    [
        "//evil",
        "/\\evil",
        "\\\\evil",
        "https://evil",
        "/\t/evil",
        "/a\nb",
        "evil",
        "",
        "/a\\b",
        "javascript:alert(1)",
        "/sso/callback?code=a&state=b",
        "/sign-out",
        "/" + "x" * 1100,
    ],
)
def test_next_is_a_page_of_this_site_or_nothing(person: Person, asked: str) -> None:
    answer = person.get("/sso/sign-in?next=" + quote(asked, safe=""))
    assert person.come_back(answer.location).location == person.base + "/"


def test_next_survives_with_query_and_other_letters(person: Person) -> None:
    answer = person.get("/sso/sign-in?next=/mine%3Fa%3D%E4%B8%AD%26b%3D1")
    assert person.come_back(answer.location).location == person.base + "/mine?a=%E4%B8%AD&b=1"


@pytest.mark.parametrize("query", ["", "next=%ff%fe", "next", "next=/mine&next=//evil"])
def test_a_broken_next_breaks_nothing(person: Person, query: str) -> None:
    assert person.get("/sso/sign-in?" + query).status_int == 303


def test_signing_in_when_signed_in_goes_straight_on(person: Person, provider: Provider) -> None:
    person.sign_in()
    assert person.get("/sso/sign-in?next=/other").location == person.base + "/other"
    assert person.get("/sso/sign-in?next=//evil").location == person.base + "/"


def test_a_session_ends_at_its_time_however_often_it_is_used(
    site: Callable[..., Any], provider: Provider, clock: MovableClock
) -> None:
    person = Person(site(session_seconds="100"), provider)
    person.sign_in()
    for _ in range(9):
        clock.move(11)
        assert person.get("/mine").status_int == 200
    clock.move(1)
    assert person.get("/mine").status_int == 303


def test_pages_of_a_person_are_not_cached(person: Person) -> None:
    assert person.sign_in().headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("value", ["", "x", "a" * 5000, '"\\377"', "€"])
def test_a_garbage_session_cookie_is_nobody(person: Person, value: str) -> None:
    header = f"__Host-sso_project-center={value}; =; ;;;".encode().decode("latin-1")
    answer = person.get("/", headers={"Cookie": header})
    assert answer.status_int == 200 and answer.text.startswith("public None")


def test_site_url_decides_over_the_host_header(site: Callable[..., Any], provider: Provider) -> None:
    person = Person(site(site_url="https://real.example.test/"), provider, "http://10.0.0.1:8080")
    location = person.leave()
    assert "redirect_uri=https%3A%2F%2Freal.example.test%2Fsso%2Fcallback" in location
    assert all(name.startswith("__Host-") for name in person.cookies())


def test_the_site_can_choose_the_language(site: Callable[..., Any], provider: Provider) -> None:
    app = site()
    app.registry["sso_client.language"] = lambda request: "zh_CN"
    assert "重新登录" in Person(app, provider).get("/sso/callback?code=a&state=b").text


def test_a_plain_http_portal_on_this_machine_works(adapter: Any, provider: Provider, clock: MovableClock) -> None:
    provider.issuer = "http://localhost:9000"
    person = Person(make_site(adapter, clock), provider, "http://localhost:9001")
    assert person.sign_in().text.startswith("zp|")


def test_client_secret_post(site: Callable[..., Any], provider: Provider, clock: MovableClock) -> None:
    person = Person(site(client_auth="client_secret_post"), provider)
    person.sign_in()
    clock.move(3600)
    assert person.get("/api").json["status"] == 200
    assert all("Authorization" not in request.headers for request in provider.requests if "/token" in str(request.url))


def test_a_scope_that_was_declined_in_part_is_no_error(person: Person, provider: Provider) -> None:
    provider.token_changes = {"scope": "openid"}
    assert person.sign_in().text.startswith("zp|")
