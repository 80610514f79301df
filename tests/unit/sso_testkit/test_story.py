"""The story that a failed expectation tells."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

from sso_testkit import Browser, SingleSignOn
from sso_testkit.journal import Journal
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from sso_testkit.story import NotAsExpected, story_of

SECRET = "a-secret-that-nobody-may-read-in-a-report-of-ours"


def journal_of(*hops: dict[str, Any]) -> Journal:
    """A journal with these hops, of which only what matters is said."""
    journal = Journal(lambda: 1_800_000_000)
    for hop in hops:
        journal.add(**{"actor": "person", "method": "GET", "request_headers": {}, "status": 200, **hop})
    return journal


def test_of_nothing_there_is_no_story() -> None:
    assert story_of(journal_of()) == "nobody has asked for anything yet"


def test_a_redirect_is_told_with_where_it_leads_and_what_it_brings() -> None:
    moved = {"url": "https://a.test/go?x=1", "status": 303}
    headers = [
        ("Location", "/there?scope=s#f=2"),
        ("Set-Cookie", f"a={SECRET}; Path=/"),
        ("Set-Cookie", "b=; Max-Age=0"),
    ]
    assert story_of(journal_of({**moved, "response_headers": headers})).splitlines() == [
        "  1  person: GET https://a.test/go",
        "        with x=1",
        "      ← 303 to https://a.test/there",
        "        with scope=s",
        "        with f=2",
        "        cookies set: a, b",
    ]


def test_what_a_redirect_has_brought_is_not_told_twice() -> None:
    moved = {"url": "https://a.test/", "status": 302, "response_headers": [("Location", "https://b.test/?scope=s")]}
    told = story_of(journal_of(moved, {"url": "https://b.test/?scope=s"}))
    assert told.count("with scope=s") == 1
    again = story_of(journal_of(moved, {"url": "https://b.test/?scope=other"}))
    assert "with scope=other" in again


def test_a_form_is_told_without_its_secrets() -> None:
    form = [("username", "zp"), ("password", SECRET), ("csrf_token", SECRET), ("code_verifier", SECRET)]
    told = story_of(journal_of({"method": "POST", "url": "https://a.test/", "form": form, "tab": 2}))
    assert "  1  person (tab 2): POST https://a.test/" in told
    assert "with username=zp" in told
    assert f"with password=…({len(SECRET)})" in told
    assert f"with code_verifier=a-s…({len(SECRET)})" in told
    assert "csrf_token" not in told
    assert SECRET not in told


def test_a_page_is_told_by_its_heading_and_json_by_its_error() -> None:
    html = {"response_headers": [("Content-Type", "text/html; charset=utf-8")]}
    json = {"response_headers": [("content-type", "application/json")], "actor": "rp.test"}
    told = story_of(
        journal_of(
            {**html, "url": "https://a.test/", "body": b"<title>A</title><h1 class=x>Sign <b>in</b>&amp;on</h1>"},
            {**json, "url": "https://a.test/b", "status": 400, "body": b'{"error": "invalid_grant", "hint": 1}'},
            {**json, "url": "https://a.test/c", "body": f'{{"access_token": "{SECRET}", "expires_in": 5}}'.encode()},
            {**json, "url": "https://a.test/d", "body": b"[1"},
            {"url": "https://a.test/e", "status": 401, "response_headers": [("WWW-Authenticate", 'Bearer error="x"')]},
        )
    )
    assert "← 200 the page 'Sign in &on'" in told
    assert "← 400 error: invalid_grant; and hint" in told
    assert "← 200 expires_in: 5; and access_token" in told
    assert '← 401 Bearer error="x"' in told
    assert "  4  rp.test: GET https://a.test/d\n      ← 200\n" in told
    assert SECRET not in told


def test_credentials_in_a_header_are_told_by_their_scheme() -> None:
    told = story_of(journal_of({"url": "https://a.test/", "request_headers": {"authorization": f"Bearer {SECRET}"}}))
    assert f"with Authorization: Bearer a-s…({len(SECRET)})" in told
    assert SECRET not in told


def test_a_call_that_nobody_answered_says_why() -> None:
    told = story_of(journal_of({"url": "https://a.test/", "status": 0, "body": b"a.test is down in this world"}))
    assert "← no answer: a.test is down in this world" in told


def test_a_long_story_is_told_from_its_end() -> None:
    told = story_of(journal_of(*({"url": f"https://a.test/{number}"} for number in range(1, 8))), longest=3)
    assert told.splitlines()[0] == "(4 earlier hops are left out)"
    assert "https://a.test/5" in told
    assert "https://a.test/4" not in told


def test_the_portals_own_trace_stands_at_the_hop_that_it_refused(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty
) -> None:
    sso.journal.clear()
    browser.open(rp.url(redirect_uri="https://rp.example.test/elsewhere"))
    told = story_of(sso.journal, sso.portal)
    trace_id = browser.page.headers["X-Request-Id"]
    assert f"\n      the portal's trace {trace_id}:\n" in told
    assert "\n        ✗ authorize: refused: redirect_uri_unregistered\n" in told
    assert "            mend: Register exactly what the site sends" in told
    assert "https://rp.example.test/cb" in told


def test_a_wrong_password_is_told_too(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "not the right one")
    told = story_of(sso.journal, sso.portal)
    assert "✗ sign_in: refused: password_wrong" in told
    assert "not the right one" not in told


def test_good_steps_alone_have_no_trace(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    rp.redeem(rp.code(browser)).expect_tokens()
    assert "the portal's trace" not in story_of(sso.journal, sso.portal)


def test_one_attempt_is_told_once(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    code = rp.code(browser)
    for _ in range(3):
        rp.redeem(code)
    told = story_of(sso.journal, sso.portal)
    assert told.count("✓ sign_in: the person signed in (pwd)") == 1
    assert told.count("✗ token: refused: code_used") == 2


def test_a_portal_that_cannot_be_asked_does_not_hide_the_story() -> None:
    class Broken:
        """Its database is gone."""

        @contextmanager
        def transaction(self) -> Any:
            """Fail."""
            raise OSError("disk on fire")
            yield

    hop = {"url": "https://a.test/", "status": 500, "response_headers": [("X-Request-Id", "12ab")]}
    told = story_of(journal_of(hop), Broken())
    assert "GET https://a.test/" in told
    assert "the portal's trace 12ab cannot be read: OSError: disk on fire" in told


def test_two_worlds_tell_their_own_stories(make_sso: Any) -> None:
    hers, his = make_sso(), make_sso()
    hers.browser().open(f"{PORTAL}/o/login/")
    assert "Sign in" in story_of(hers.journal, hers.portal)
    assert story_of(his.journal, his.portal) == "nobody has asked for anything yet"


def test_a_failed_expectation_begins_with_what_failed() -> None:
    problem = NotAsExpected("expected this, but that", "  1  person: …")
    assert isinstance(problem, AssertionError)
    assert str(problem) == "expected this, but that\n\nsingle sign-on story:\n  1  person: …"
