"""Two and more people share a browser: how long each stays, and how one leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.people_of_a_browser import CHOOSER, enter, greeted, id_token, sign_out, who


@pytest.fixture
def shop(register: Callable[..., RelyingParty]) -> RelyingParty:
    """Another silent site."""
    return register("shop")


def test_the_same_person_again_goes_on_with_her_session(browser: Browser, rp: RelyingParty) -> None:
    first = rp.claims(id_token(rp, browser))["sid"]
    enter(browser, "lin")
    old = browser.cookies()["portal.example.test __Host-sso_accounts"]
    enter(browser, "zp")
    assert browser.cookies()["portal.example.test __Host-sso_session"] != old, "a new cookie at every sign-in"
    assert rp.claims(id_token(rp, browser))["sid"] == first
    assert greeted(browser) == "zp"
    assert browser.cookies()["portal.example.test __Host-sso_accounts"].count(".") == 0, "lin alone"


def kept(browser: Browser) -> set[str]:
    """The portal's cookies of sessions that are still there when the browser was closed."""
    for cookie in list(browser.jar):
        if cookie.expires is None:
            browser.jar.clear(cookie.domain, cookie.path, cookie.name)
    return {cookie.name.removeprefix("__Host-sso_") for cookie in browser.jar} & {
        "session",
        "accounts",
        "accounts_kept",
    }


def test_nobody_stays_longer_or_shorter_than_she_chose(sso: SingleSignOn, browser: Browser) -> None:
    sso.add_person("wang")
    enter(browser, "lin", remember_me=True)
    enter(browser, "wang")
    assert kept(browser) == {"accounts_kept"}
    browser.open(CHOOSER)
    assert "张鹏" not in browser.text and "wang" not in browser.text
    browser.choose_account("lin")
    assert kept(browser) == {"session"}
    assert greeted(browser) == "lin"


def test_the_one_who_was_there_longest_ago_makes_room(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty, shop: RelyingParty
) -> None:
    tokens = rp.redeem(rp.code(browser)).json
    for number in range(5):
        sso.add_person(f"p{number}")
        sso.clock.advance(minutes=2)
        assert rp.userinfo(tokens["access_token"]).status_int == 200
        enter(browser, f"p{number}")
    assert rp.userinfo(tokens["access_token"]).status_int == 401
    browser.open(CHOOSER)
    assert "张鹏" not in browser.text
    assert browser.text.count('name="account"') == 5
    assert who(shop, browser, login_hint="p0") == "p0"


def test_signing_out_is_about_one_person(browser: Browser, rp: RelyingParty, shop: RelyingParty) -> None:
    tokens = {"zp": rp.redeem(rp.code(browser)).json["access_token"]}
    enter(browser, "lin")
    tokens["lin"] = shop.redeem(shop.code(browser)).json["access_token"]
    browser.open(f"{PORTAL}/o/logout/")
    assert "Sign out 林晓" in browser.text and "Sign out everybody in this browser (2)" in browser.text
    browser.click("张鹏 zp · Sign out instead")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert "You are signed out." in browser.text and "Site rp" in browser.text and "Site shop" not in browser.text
    assert "Still signed in in this browser: 林晓 (lin)" in browser.text
    assert greeted(browser) == "lin"
    assert rp.userinfo(tokens["zp"]).status_int == 401
    assert shop.userinfo(tokens["lin"]).status_int == 200


def test_everybody_signs_out(browser: Browser, rp: RelyingParty, shop: RelyingParty) -> None:
    assert who(rp, browser) == "zp"
    enter(browser, "lin")
    assert [who(shop, browser), who(rp, browser, login_hint="lin")] == ["lin", "lin"]
    sign_out(browser, decision="sign_out_all")
    assert "Site shop" in browser.text and browser.text.count("<strong>Site rp</strong>") == 1
    assert "Still signed in" not in browser.text
    assert not {"__Host-sso_session", "__Host-sso_accounts"} & {name.partition(" ")[2] for name in browser.cookies()}
    assert [greeted(browser), who(rp, browser, prompt="none")] == ["nobody", "login_required"]


def test_a_site_signs_out_the_one_it_was_given(sso: SingleSignOn, browser: Browser, rp: RelyingParty) -> None:
    sso.edit_client("rp", post_logout_redirect_uris=["https://rp.example.test/bye"])
    proof = id_token(rp, browser)
    enter(browser, "lin")
    address = f"?id_token_hint={proof}&post_logout_redirect_uri=https://rp.example.test/bye"
    browser.open(f"{PORTAL}/o/logout/{address}")
    assert browser.url == "https://rp.example.test/bye"
    assert greeted(browser) == "lin"
    browser.open(CHOOSER)
    assert "张鹏" not in browser.text
    browser.open(f"{PORTAL}/o/logout/{address}")
    assert "Sign out?" in browser.text, "the proof says nothing about lin"
    assert greeted(browser) == "lin"


@pytest.mark.parametrize("hint", ["zp", "ZP@example.test", "sub", "sid"])
def test_a_site_names_whom_to_ask(browser: Browser, rp: RelyingParty, hint: str) -> None:
    claims = rp.claims(id_token(rp, browser))
    enter(browser, "lin")
    browser.open(f"{PORTAL}/o/logout/?client_id=rp&logout_hint={claims.get(hint, hint)}")
    assert "Sign out 张鹏" in browser.text and "lin · Sign out instead" in browser.text
    assert greeted(browser) == "lin"


def test_a_second_click_signs_nobody_else_out(browser: Browser) -> None:
    enter(browser, "lin")
    browser.open(f"{PORTAL}/o/logout/")
    form = browser.page.forms[0]
    browser.submit(form, "decision", "sign_out")
    assert "You are signed out." in browser.text
    tab = browser.new_tab()
    tab.open(f"{PORTAL}/healthz")
    tab.submit(form, "decision", "sign_out")
    assert "You are signed out." in tab.text
    browser.open(CHOOSER)
    browser.choose_account("zp")
    assert greeted(browser) == "zp"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_language_of_the_site_is_kept_to_the_end(browser: Browser, rp: RelyingParty, method: str) -> None:
    assert who(rp, browser) == "zp"
    enter(browser, "lin")
    assert who(rp, browser, login_hint="lin") == "lin"
    fields = [("client_id", "rp"), ("ui_locales", "fr zh-Hans-CN")]
    if method == "GET":
        browser.open(f"{PORTAL}/o/logout/?client_id=rp&ui_locales=fr+zh-Hans-CN")
        browser.submit(browser.page.forms[0], "decision", "sign_out")
        assert "你已退出登录" in browser.text
    else:
        assert 'lang="zh-CN"' in browser.request("POST", f"{PORTAL}/o/logout/", fields).text
