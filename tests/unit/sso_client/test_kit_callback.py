"""What the callback answers when something is wrong, and that nothing it answers is a dead end."""

from __future__ import annotations

import pytest

from tests.unit.sso_client.provider import Provider
from tests.unit.sso_client.site_under_test import Person


def test_declining_leads_to_the_public_page(person: Person) -> None:
    answer = person.come_back(person.leave(), error="access_denied")
    assert answer.status_int == 303 and answer.location == person.base + "/?sign_in=declined"
    assert person.cookies() == {}
    assert person.get("/?sign_in=declined").text.endswith("declined")


@pytest.mark.parametrize(
    "code", ["login_required", "interaction_required", "consent_required", "account_selection_required"]
)
def test_a_portal_that_needs_the_person(person: Person, code: str) -> None:
    answer = person.come_back(person.leave("/mine?x=1"), error=code)
    assert answer.status_int == 403 and "You are not signed in" in answer.text
    assert code in answer.html.select_one("details").text
    link = answer.html.select_one("a.primary")
    assert link.text == "Sign in again"
    assert person.get(link["href"]).location.startswith(person.provider.issuer)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("server_error", 503),
        ("temporarily_unavailable", 503),
        ("invalid_scope", 400),
        ('<script>"', 400),
        ("x" * 99, 400),
    ],
)
def test_other_errors_of_the_portal(person: Person, code: str, status: int) -> None:
    answer = person.come_back(person.leave(), error=code)
    assert answer.status_int == status
    assert "<script" not in answer.text and "x" * 99 not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=a",
        "state=a",
        "code=&state=a",
        "code=a&state=a&error=b",
        "code=a&code=b&state=a",
        "code=a&state=a&state=a",
        "code=a&state=%ff",
        "code=a&state=" + "x" * 5000,
        "&".join(f"p{n}=1" for n in range(60)),
    ],
)
def test_what_is_no_answer_gets_a_page(person: Person, query: str) -> None:
    answer = person.get("/sso/callback?" + query)
    assert answer.status_int == 400
    assert answer.html.select_one("a.button")["href"] == "/"


def test_an_unknown_state_gets_a_page_with_ways_out(person: Person) -> None:
    answer = person.get("/sso/callback?code=a&state=b")
    assert answer.status_int == 400
    assert [link["href"] for link in answer.html.select("a.button")] == ["/sso/sign-in?next=%2F", "/"]
    assert answer.html.select_one("h1").text == answer.html.select_one("title").text


def test_a_refused_code(person: Person, provider: Provider) -> None:
    provider.token_error = "invalid_grant"
    answer = person.come_back(person.leave("/mine?x"))
    assert answer.status_int == 403 and "run out" in answer.text
    assert "/sso/sign-in?next=%2Fmine%3Fx" in answer.text


def test_a_refused_site(person: Person, provider: Provider) -> None:
    provider.client_secret = "changed at the portal"
    answer = person.come_back(person.leave())
    assert answer.status_int == 503 and "does not accept this site" in answer.text


@pytest.mark.parametrize(
    ("header", "language", "words"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "重新登录"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en", "Sign in again"),
        ("fr, zh-TW;q=0.1", "zh-CN", "重新登录"),
        ("zh;q=0, de", "en", "Sign in again"),
        ("\x80;;q=9,,", "en", "Sign in again"),
        ("", "en", "Sign in again"),
    ],
)
def test_pages_speak_the_persons_language(person: Person, header: str, language: str, words: str) -> None:
    answer = person.get("/sso/callback?code=a&state=b", headers={"Accept-Language": header})
    assert words in answer.text and f'<html lang="{language}">' in answer.text


def test_pages_keep_a_strict_policy(person: Person) -> None:
    answer = person.get("/sso/callback?code=a&state=b")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';") and "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cache-Control"] == "no-store"
    assert "style=" not in answer.text and "<script" not in answer.text and "<style" not in answer.text
    style = person.get(answer.html.select_one("link[rel=stylesheet]")["href"])
    assert style.content_type == "text/css" and "prefers-color-scheme" in style.text


def test_the_answer_that_carries_the_session_is_not_kept_anywhere(person: Person) -> None:
    answer = person.come_back(person.leave())
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_callback_takes_only_get(person: Person) -> None:
    assert person.browser.post("/sso/callback", expect_errors=True).status_int == 404
