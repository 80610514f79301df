"""Two and more people share a browser: how one switches."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.people_of_a_browser import enter, given, greeted, sign_out, who


def test_a_site_asks_which_account(browser: Browser, rp: RelyingParty) -> None:
    enter(browser, "lin")
    for username in ("zp", "lin"):
        browser.open(rp.url(prompt="select_account"))
        assert "to continue to <strong>Site rp</strong>" in browser.text
        browser.choose_account(username)
        assert given(rp, browser) == username


@pytest.mark.parametrize("wish", [{"prompt": "login select_account"}, {"max_age": "0", "prompt": "select_account"}])
def test_choosing_proves_nothing(browser: Browser, rp: RelyingParty, wish: dict[str, str]) -> None:
    enter(browser, "lin")
    browser.open(rp.url(**wish))
    browser.choose_account("zp")
    assert "Signed in as <strong>张鹏</strong>" in browser.text
    browser.sign_in("zp", "penadmin")
    assert given(rp, browser) == "zp"


def test_somebody_else_signs_in_from_the_chooser(browser: Browser, rp: RelyingParty) -> None:
    browser.open(rp.url(prompt="select_account", login_hint="zp"))
    browser.click("Use another account")
    assert browser.page.forms[0]["username"].value == "", "she who is hinted at is here already"
    browser.sign_in("lin", "lin-demo-password")
    assert given(rp, browser) == "lin"
    assert who(rp, browser, prompt="none", login_hint="zp") == "zp"


def test_the_back_button_and_a_second_tab(browser: Browser, rp: RelyingParty) -> None:
    enter(browser, "lin")
    browser.open(rp.url(prompt="select_account"))
    tab = browser.new_tab()
    tab.open(rp.url(prompt="select_account", state="tab"))
    browser.choose_account("zp")
    tab.choose_account("lin")
    assert [given(rp, browser), given(rp, tab)] == ["zp", "lin"]
    browser.open(rp.url(prompt="select_account"))
    browser.choose_account("zp")
    browser.back()
    browser.choose_account("lin")
    assert given(rp, browser) == "lin"


def test_a_page_from_before_she_signed_out(browser: Browser, rp: RelyingParty) -> None:
    enter(browser, "lin")
    browser.open(rp.url(prompt="select_account"))
    sign_out(browser.new_tab(), "?logout_hint=zp")
    browser.choose_account("zp")
    assert "That account has been signed out meanwhile." in browser.text
    browser.choose_account("lin")
    assert given(rp, browser) == "lin"


def test_who_was_away_for_too_long_types_her_password(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    enter(browser, "lin", remember_me=True)
    sso.clock.advance(hours=3)
    browser.open(rp.url(prompt="select_account"))
    assert "Signed out" in browser.text
    browser.choose_account("zp")
    assert browser.page.forms[0]["username"].value == "zp"
    browser.sign_in("zp", "penadmin")
    assert given(rp, browser) == "zp"
    assert greeted(browser) == "zp"


def test_the_portal_asks_who_is_there_when_nobody_is_the_current_one(browser: Browser, rp: RelyingParty) -> None:
    enter(browser, "lin")
    sign_out(browser)
    assert greeted(browser) == "nobody"
    assert who(rp, browser, prompt="none") == "login_required", "nobody is taken for somebody else"
    browser.open(rp.url())
    assert "Choose an account" in browser.text
    browser.choose_account("zp")
    assert [given(rp, browser), greeted(browser)] == ["zp", "zp"]


def test_the_menu_leads_to_the_chooser(browser: Browser) -> None:
    enter(browser, "lin")
    browser.open(f"{PORTAL}/")
    assert "Also signed in: 张鹏 (zp)" in browser.text
    browser.click("Switch account")
    browser.choose_account("zp")
    assert "Hello, 张鹏" in browser.text


def test_a_device_is_answered_by_the_one_who_is_chosen(sso: SingleSignOn, browser: Browser) -> None:
    sso.add_client(
        "tv",
        token_endpoint_auth_method="none",
        response_types=[],
        grant_types=["urn:ietf:params:oauth:grant-type:device_code"],
    )
    enter(browser, "lin")
    codes = browser.http.post(f"{PORTAL}/o/device_authorization/", {"client_id": "tv"}).json
    browser.open(codes["verification_uri_complete"])
    assert "As <strong>林晓</strong>" in browser.text
    browser.click("Not you?")
    browser.choose_account("zp")
    assert "As <strong>张鹏</strong>" in browser.text
