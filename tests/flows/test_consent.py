"""Silent, once, explicit: what a site may know is the person's decision."""

from __future__ import annotations

from collections.abc import Callable

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, TALENT_CENTER

Register = Callable[..., RelyingParty]


def signed_in(sso: SingleSignOn, username: str = "zp", password: str = "penadmin") -> Browser:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in(username, password)
    return browser


def granted(rp: RelyingParty, browser: Browser) -> list[str]:
    return list(rp.redeem(rp.answer(browser)["code"]).json["scope"].split())


def test_a_silent_site_never_asks(sso: SingleSignOn, rp: RelyingParty) -> None:
    browser = signed_in(sso)
    browser.open(rp.url())
    assert granted(rp, browser) == ["openid", "profile", "email"]
    assert len(browser.hops) == 2


def test_an_explicit_site_says_who_asks_for_what_as_whom_each_time(sso: SingleSignOn, register: Register) -> None:
    shop = register("shop", consent="explicit", first_party=False)
    browser = signed_in(sso)
    for _ in range(2):
        browser.open(shop.url())
        for words in ("Site shop would like to", "shop.example.test", "a site of another company", "张鹏", "Not you?"):
            assert words in browser.text
        assert "See your e-mail address" in browser.text
        browser.agree("email")
        assert granted(shop, browser) == ["openid", "profile", "email"]


def test_a_scope_can_be_declined_and_nothing_is_ticked_beforehand(sso: SingleSignOn, register: Register) -> None:
    shop = register("shop", consent="explicit")
    browser = signed_in(sso)
    browser.open(shop.url())
    boxes = [box for form in browser.page.forms.values() for box in form.fields.get("scope", [])]
    assert [(box._value, box.checked) for box in boxes] == [("email", False)]
    browser.agree()
    tokens = shop.redeem(shop.answer(browser)["code"]).json
    assert tokens["scope"] == "openid profile"
    assert "email" not in shop.userinfo(tokens["access_token"]).json


def test_declining_goes_back_to_the_site_with_access_denied(sso: SingleSignOn, register: Register) -> None:
    shop = register("shop", consent="explicit")
    browser = signed_in(sso)
    browser.open(shop.url())
    browser.refuse()
    answer = shop.answer(browser)
    assert answer["error"] == "access_denied"
    assert answer["state"] == "the-state"
    assert answer["iss"] == PORTAL
    assert "code" not in answer


def test_declining_at_a_demo_site_ends_on_a_friendly_page(sso: SingleSignOn) -> None:
    sso.edit_client("talent-center", consent="explicit")
    browser = sso.browser()
    browser.open(f"{TALENT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    browser.refuse()
    assert browser.url == f"{TALENT_CENTER}/?sign_in=declined"
    assert "You chose not to share. You can still look around." in browser.text
    browser.open(f"{TALENT_CENTER}/mine")
    browser.agree()
    assert browser.url == f"{TALENT_CENTER}/mine"


def test_a_once_site_asks_once_and_again_for_something_new(sso: SingleSignOn, register: Register) -> None:
    shop = register("shop", consent="once")
    browser = signed_in(sso)
    browser.open(shop.url(scope="openid profile"))
    browser.agree()
    browser.open(shop.url(scope="openid profile"))
    assert granted(shop, browser) == ["openid", "profile"]
    browser.open(shop.url(scope="openid profile email"))
    assert "would like to" in browser.text
    browser.agree()
    assert granted(shop, browser) == ["openid", "profile"]
    browser.open(shop.url(scope="openid profile email"))
    assert granted(shop, browser) == ["openid", "profile"], "the declined scope is remembered as declined"
    browser.open(shop.url(prompt="consent"))
    browser.agree("email")
    assert granted(shop, browser) == ["openid", "profile", "email"]


def test_one_persons_agreement_is_not_anothers(sso: SingleSignOn, register: Register) -> None:
    shop = register("shop", consent="once")
    browser = signed_in(sso)
    browser.open(shop.url())
    browser.agree()
    hers = signed_in(sso, "lin", "lin-demo-password")
    hers.open(shop.url())
    assert "would like to" in hers.text


def test_switching_the_account_on_the_consent_page(sso: SingleSignOn, register: Register) -> None:
    shop = register("shop", consent="explicit")
    browser = signed_in(sso)
    browser.open(shop.url())
    browser.click("Not you?")
    browser.click("Use another account")
    browser.sign_in("lin", "lin-demo-password")
    assert "林晓" in browser.text
    browser.agree()
    tokens = shop.redeem(shop.answer(browser)["code"]).json
    assert shop.userinfo(tokens["access_token"]).json["preferred_username"] == "lin"


def test_a_consent_page_speaks_for_the_person_it_was_shown_to(sso: SingleSignOn, register: Register) -> None:
    shop = register("shop", consent="explicit")
    browser = signed_in(sso)
    browser.open(shop.url())
    other_tab = browser.new_tab()
    other_tab.open(f"{PORTAL}/o/login/?prompt=select_account&account=new")
    other_tab.sign_in("lin", "lin-demo-password")
    browser.agree()
    assert browser.url.startswith(f"{PORTAL}/o/authorize/"), "lin never saw this page, so nothing was issued"
    assert "林晓" in browser.text
    browser.agree()
    assert "code" in shop.answer(browser)


def test_a_consent_page_whose_session_is_over_asks_to_sign_in_and_goes_on(
    sso: SingleSignOn, register: Register
) -> None:
    shop = register("shop", consent="explicit")
    browser = signed_in(sso)
    browser.open(shop.url())
    sso.clock.advance(hours=13)
    browser.agree()
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    browser.agree()
    assert "code" in shop.answer(browser)


def test_the_chinese_page_names_the_site_in_chinese(sso: SingleSignOn, register: Register) -> None:
    shop = register("shop", consent="explicit", **{"client_name#zh-CN": "商城"})
    browser = sso.browser("zh-CN")
    browser.open(shop.url())
    browser.sign_in("zp", "penadmin")
    assert "商城 想要" in browser.text
