"""A sign-in that cannot get lost: whatever happens on the way, it ends at the right site."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER

STALE = "The page had been open for a while. Nothing is lost; press the button once more."


def test_a_wrong_password_keeps_the_place(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "wrong")
    assert "The user name or password is not right." in browser.text
    assert "to continue to <strong>Project Center</strong>" in browser.text
    assert browser.page.forms[0]["username"].value == "zp"
    assert browser.page.forms[0]["password"].value == ""
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"


def test_an_empty_form_is_named_and_kept(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "")
    assert "Type your user name and your password." in browser.text
    assert browser.page.forms[0]["username"].value == "zp"
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"


@pytest.mark.parametrize("hours", [1, 20])
def test_waiting_at_the_sign_in_page(sso: SingleSignOn, hours: int) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    sso.clock.advance(hours=hours)
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"


def test_two_tabs_for_two_sites_each_land_on_their_own(sso: SingleSignOn) -> None:
    first = sso.browser()
    second = first.new_tab()
    first.open(f"{PROJECT_CENTER}/mine")
    second.open(f"{TALENT_CENTER}/mine")
    second.sign_in("zp", "penadmin")
    assert second.url == f"{TALENT_CENTER}/mine"
    first.sign_in("zp", "penadmin")
    assert first.url == f"{PROJECT_CENTER}/mine"
    second.reload()
    assert second.url == f"{TALENT_CENTER}/mine"


def test_two_tabs_of_one_site_each_reach_their_page(sso: SingleSignOn) -> None:
    first = sso.browser()
    second = first.new_tab()
    first.open(f"{PROJECT_CENTER}/mine?page=1")
    second.open(f"{PROJECT_CENTER}/mine?page=2")
    first.sign_in("zp", "penadmin")
    assert first.url == f"{PROJECT_CENTER}/mine?page=1"
    second.reload()
    assert second.url == f"{PROJECT_CENTER}/mine?page=2"


def test_the_back_button_after_signing_in(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/")
    browser.open(f"{PROJECT_CENTER}/mine")
    sign_in_page = browser.url
    browser.sign_in("zp", "penadmin")
    browser.open(sign_in_page)
    assert browser.url == f"{PROJECT_CENTER}/mine"


def test_the_form_submitted_twice(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    page = browser.page
    browser.sign_in("zp", "penadmin")
    again = page.forms[0]
    again["username"], again["password"] = "zp", "penadmin"
    browser.open(f"{PROJECT_CENTER}/")
    browser.open(f"{PORTAL}/o/login/?next=/healthz&prompt=login")
    browser.submit(again)
    assert browser.url == f"{PROJECT_CENTER}/mine"


def test_a_portal_that_is_restarted_in_the_middle(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    sso.start_portal()
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"
    sso.start_portal()
    browser.open(f"{TALENT_CENTER}/mine")
    assert browser.url == f"{TALENT_CENTER}/mine"


def test_a_stale_sign_in_form_is_shown_again_with_what_was_typed(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.forget("__Host-sso_csrf")
    browser.sign_in("zp", "penadmin", remember_me=True)
    assert browser.page.status_int == 200
    assert STALE in browser.text
    form = browser.page.forms[0]
    assert (form["username"].value, form["password"].value, form["remember_me"].checked) == ("zp", "", True)
    assert "penadmin" not in browser.text
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"


def test_a_stale_consent_form_is_shown_again(sso: SingleSignOn, register: Callable[..., RelyingParty]) -> None:
    shop = register("shop", consent="explicit")
    browser = sso.browser()
    browser.open(shop.url())
    browser.sign_in("zp", "penadmin")
    browser.forget("__Host-sso_csrf")
    browser.agree()
    assert STALE in browser.text
    browser.agree()
    assert "code" in shop.answer(browser)


def test_a_stale_sign_out_form_is_shown_again(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    browser.open(f"{PORTAL}/o/logout/")
    browser.forget("__Host-sso_csrf")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert STALE in browser.text
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    assert "You are signed out." in browser.text


def test_the_language_can_be_switched_on_the_way(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.click("中文")
    assert "继续前往<strong>项目中心</strong>" in browser.text
    browser.sign_in("zp", "wrong")
    assert "用户名或密码不正确。" in browser.text
    browser.click("English")
    assert "to continue to <strong>Project Center</strong>" in browser.text
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"


def test_whose_wish_of_a_language_counts(sso: SingleSignOn, rp: RelyingParty) -> None:
    browser = sso.browser("en")
    browser.open(rp.url())
    assert 'lang="en"' in browser.text
    browser.open(rp.url(ui_locales="fr zh-CN"))
    assert '<html lang="zh-CN"' in browser.text
    browser.click("English")
    assert '<html lang="en"' in browser.text, "a choice made on the page wins over the site's wish"
    browser.open(rp.url(ui_locales="zh-CN"))
    assert '<html lang="zh-CN"' in browser.text, "another wish is heard again"
    assert '<html lang="zh-CN"' in sso.browser("zh-TW,zh;q=0.9,en;q=0.8").open(f"{PORTAL}/").text


def test_the_theme_can_be_chosen(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/?next=/healthz")
    browser.click("Dark")
    assert 'data-theme="dark"' in browser.text
    assert browser.page.forms[0]["next"].value == "/healthz"


def test_who_is_signed_in_is_not_asked_again(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    browser.open(f"{PORTAL}/o/login/?next=/healthz")
    assert browser.url == f"{PORTAL}/healthz"


def test_a_hint_fills_in_the_name(sso: SingleSignOn, rp: RelyingParty) -> None:
    browser = sso.browser()
    browser.open(rp.url(login_hint="lin"))
    assert browser.page.forms[0]["username"].value == "lin"
