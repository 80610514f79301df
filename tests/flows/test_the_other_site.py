"""What signing out, expiring and being disabled mean at the sites that a person has been to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER

Rows = Callable[[str], list[tuple[object, ...]]]


def sign_out_at(browser: Browser, page: str) -> None:
    browser.open(page)
    browser.submit(next(form for form in browser.page.forms.values() if form.action.endswith("/sign-out")))


@pytest.fixture
def browser(sso: SingleSignOn) -> Browser:
    """Signed in at both sites."""
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    browser.open(f"{TALENT_CENTER}/mine")
    return browser


def test_the_other_sites_own_session_ends_as_well(browser: Browser) -> None:
    sign_out_at(browser, f"{PROJECT_CENTER}/mine")
    browser.open(f"{TALENT_CENTER}/mine")
    assert browser.url.startswith(f"{PORTAL}/o/login/"), "its own session has ended with the portal's"
    browser.sign_in("lin", "lin-demo-password")
    assert browser.url == f"{TALENT_CENTER}/mine"
    assert "lin" in browser.text


def test_the_other_sites_tokens_stop_at_once(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty, tmp_path: Path
) -> None:
    (store,) = tmp_path.rglob("talent-center.sqlite3")
    with sqlite3.connect(store) as connection:
        ((access, refresh),) = connection.execute("SELECT access_token, refresh_token FROM site_session").fetchall()
    connection.close()
    assert rp.userinfo(access).status_int == 200
    sign_out_at(browser, f"{PROJECT_CENTER}/mine")
    assert rp.userinfo(access).status_int == 401
    talent = RelyingParty(sso, "talent-center", "the secret of talent-center in this world", TALENT_CENTER)
    assert talent.refresh(refresh).json["error"] == "invalid_grant"


def test_signing_out_with_the_portal_down_still_ends_the_sites_session(sso: SingleSignOn, browser: Browser) -> None:
    sso.clock.advance(minutes=10)
    sso.world.take_down(PORTAL)
    sign_out_at(browser, f"{PROJECT_CENTER}/mine")
    assert browser.url == f"{PROJECT_CENTER}/sign-out"
    assert "signed out" in browser.text.lower()
    browser.open(f"{PROJECT_CENTER}/mine")
    assert browser.page.status_int == 503, "the site's session is over: it has to ask the portal"


def test_a_sites_calls_go_on_after_the_access_token_expired(
    sso: SingleSignOn, browser: Browser, api_site: str, rows: Rows
) -> None:
    browser.open(f"{api_site}/who?page=2")
    assert browser.url == f"{api_site}/who?page=2"
    assert "the portal says zp" in browser.text
    refreshes = "SELECT count(*) FROM tokens WHERE kind = 'refresh' AND consumed_at IS NOT NULL"
    assert rows(refreshes) == [(0,)]
    for expected in (1, 2):
        sso.clock.advance(hours=1, seconds=1)
        for _ in range(3):
            browser.open(f"{api_site}/who")
            assert "the portal says zp" in browser.text
            assert browser.hops == [f"GET {api_site}/who"]
        assert rows(refreshes) == [(expected,)], "one refresh, not one for every page"
    assert rows("SELECT count(*) FROM families WHERE revoked_at IS NOT NULL") == [(0,)]


def test_a_site_that_calls_the_portal_notices_the_sign_out_and_asks(browser: Browser, api_site: str) -> None:
    browser.open(f"{api_site}/who")
    sign_out_at(browser, f"{PROJECT_CENTER}/mine")
    browser.open(f"{api_site}/who?again=1")
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    browser.sign_in("lin", "lin-demo-password")
    assert browser.url == f"{api_site}/who?again=1"
    assert "the portal says lin" in browser.text


def test_a_disabled_person_is_out_where_the_portal_is_asked(sso: SingleSignOn, browser: Browser, api_site: str) -> None:
    browser.open(f"{api_site}/who")
    with sso.portal.transaction() as unit:
        unit.users.set_enabled(unit.users.by_username("zp"), False)
    browser.open(f"{api_site}/who")
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    assert "The user name or password is not right." in browser.text


def test_a_person_disabled_between_code_and_token_gets_nothing(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty, rows: Rows
) -> None:
    code = rp.code(browser)
    before = rows("SELECT count(*) FROM tokens")
    with sso.portal.transaction() as unit:
        unit.users.set_enabled(unit.users.by_username("zp"), False)
    answer = rp.redeem(code)
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_grant")
    assert answer.json["error_description"]
    assert rows("SELECT count(*) FROM tokens") == before


def test_the_portal_down_in_the_middle_of_a_page(sso: SingleSignOn, browser: Browser, api_site: str) -> None:
    browser.open(f"{api_site}/who")
    sso.clock.advance(hours=2)
    sso.world.take_down(PORTAL)
    browser.open(f"{api_site}/who")
    assert browser.page.status_int == 503
    assert int(browser.page.headers["Retry-After"]) > 0
    sso.world.bring_up(PORTAL)
    browser.reload()
    assert "the portal says zp" in browser.text, "the session was not thrown away"


@pytest.mark.parametrize(("language", "retry"), [("en", "Try again"), ("zh-CN", "再试一次")])
def test_the_retry_link_leads_on_when_the_portal_is_back(sso: SingleSignOn, language: str, retry: str) -> None:
    browser = sso.browser(language)
    sso.world.take_down(PORTAL)
    browser.open(f"{PROJECT_CENTER}/mine?a=1")
    assert browser.page.status_int == 503
    browser.click(retry)
    assert browser.page.status_int == 503, "still down"
    sso.world.bring_up(PORTAL)
    browser.click(retry)
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine?a=1"


def test_the_portal_down_while_the_code_is_exchanged(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    sso.world.take_down(PORTAL)
    browser.sign_in("zp", "penadmin")
    assert browser.page.status_int == 503
    assert browser.url.startswith(f"{PROJECT_CENTER}/sso/callback?")
    sso.world.bring_up(PORTAL)
    browser.reload()
    assert browser.url == f"{PROJECT_CENTER}/mine"
