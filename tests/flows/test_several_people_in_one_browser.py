"""Two and more people share a browser: who answers which site, how one switches, how one leaves."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.browser import Tab
from sso_testkit.sso import PORTAL
from tests.support.relying_party import RelyingParty
from tests.support.statements import counted

CHOOSER = f"{PORTAL}/o/login/?prompt=select_account&next=/"
PASSWORDS = {"zp": "penadmin", "lin": "lin-demo-password"}


@pytest.fixture
def shop(register: Callable[..., RelyingParty]) -> RelyingParty:
    """Another silent site."""
    return register("shop")


def enter(browser: Tab, username: str, *, remember_me: bool = False) -> None:
    """Sign in beside whoever is signed in already."""
    browser.open(f"{PORTAL}/o/login/?prompt=select_account&account=new&next=/")
    browser.sign_in(username, PASSWORDS.get(username, "a good password"), remember_me=remember_me)


def who(site: RelyingParty, tab: Tab, **changes: str | None) -> str:
    """Whom the site is given, or the error it is told."""
    tab.open(site.url(**changes))
    return given(site, tab)


def given(site: RelyingParty, tab: Tab) -> str:
    answer = site.answer(tab)
    if "error" in answer:
        return answer["error"]
    return str(site.userinfo(site.redeem(answer["code"]).json["access_token"]).json["preferred_username"])


def id_token(site: RelyingParty, tab: Tab, **changes: str) -> str:
    return str(site.redeem(site.code(tab, **changes)).json["id_token"])


def greeted(browser: Browser) -> str:
    """Who the portal's own pages are for."""
    text = browser.new_tab().open(f"{PORTAL}/").text
    return next((name for name, shown in (("zp", "Hello, 张鹏"), ("lin", "Hello, 林晓")) if shown in text), "nobody")


def sign_out(tab: Tab, query: str = "", decision: str = "sign_out") -> None:
    tab.open(f"{PORTAL}/o/logout/{query}")
    tab.submit(next(form for form in tab.page.forms.values() if "decision" in form.fields), "decision", decision)


# Who answers -------------------------------------------------------------------------------------------------------


def test_each_site_keeps_the_one_it_was_given(browser: Browser, rp: RelyingParty, shop: RelyingParty) -> None:
    assert who(rp, browser) == "zp"
    enter(browser, "lin")
    assert greeted(browser) == "lin"
    assert who(shop, browser) == "lin"
    assert [who(rp, browser, prompt="none"), who(shop, browser, prompt="none")] == ["zp", "lin"]
    browser.open(CHOOSER)
    browser.choose_account("zp")
    assert [greeted(browser), who(shop, browser, prompt="none")] == ["zp", "lin"]


def test_the_one_who_is_named_answers(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty, register: Callable[..., RelyingParty]
) -> None:
    hers = id_token(rp, browser)
    enter(browser, "lin")
    his = id_token(rp, browser, login_hint="lin")
    claims = {name: rp.claims(token)["sub"] for name, token in (("zp", hers), ("lin", his))}
    for name, token in (("zp", hers), ("lin", his)):
        assert who(rp, browser, prompt="none", id_token_hint=token) == name
        assert who(rp, browser, prompt="none", login_hint=f"{name.upper()}@Example.test") == name
        wish = json.dumps({"id_token": {"sub": {"value": claims[name]}}})
        assert who(rp, browser, prompt="none", claims=wish) == name
    assert who(register("new"), browser, prompt="none", login_hint="nobody") == "lin", "the current one"
    with sso.portal.transaction() as unit:
        person = unit.users.by_username("zp")
        assert person is not None
        unit.sign_outs.end_all_of(person, "ended_elsewhere")
    assert who(rp, browser, prompt="none", id_token_hint=hers) == "login_required", "nobody answers for another"


def test_one_of_two_with_the_same_address_is_named_by_neither(sso: SingleSignOn, browser: Browser) -> None:
    sso.add_person("wang", email="zp@example.test")
    shop = RelyingParty.register(sso, "shop")
    enter(browser, "wang")
    enter(browser, "lin")
    assert who(shop, browser, login_hint="zp@example.test") == "lin"


def test_a_pairwise_site_names_her_by_the_name_it_knows(
    browser: Browser, register: Callable[..., RelyingParty]
) -> None:
    paired = register("paired", subject_type="pairwise")
    sub = paired.claims(id_token(paired, browser))["sub"]
    enter(browser, "lin")
    assert who(paired, browser, login_hint="lin") == "lin"
    wish = json.dumps({"id_token": {"sub": {"value": sub}}})
    assert who(paired, browser, prompt="none", claims=wish) == "zp"


def test_the_consent_page_is_about_the_one_who_answers(
    browser: Browser, rp: RelyingParty, register: Callable[..., RelyingParty]
) -> None:
    asking = register("asking", consent="explicit")
    enter(browser, "lin")
    browser.open(asking.url(login_hint="zp"))
    assert "As <strong>张鹏</strong> (zp)" in browser.text
    browser.agree()
    assert given(asking, browser) == "zp"
    assert greeted(browser) == "lin"
    browser.open(asking.url())
    assert "As <strong>张鹏</strong> (zp)" in browser.text
    browser.click("Not you?")
    browser.choose_account("lin")
    assert "As <strong>林晓</strong> (lin)" in browser.text
    browser.agree()
    assert given(asking, browser) == "lin"


def test_who_has_to_prove_herself_is_the_one_who_answers(browser: Browser, rp: RelyingParty) -> None:
    assert who(rp, browser) == "zp"
    enter(browser, "lin")
    browser.open(rp.url(prompt="login"))
    assert "Signed in as <strong>张鹏</strong>" in browser.text
    browser.sign_in("zp", "a wrong one")
    assert "Signed in as <strong>张鹏</strong>" in browser.text
    browser.sign_in("zp", "penadmin")
    assert given(rp, browser) == "zp"


# The chooser -------------------------------------------------------------------------------------------------------


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
    codes = browser._app.post(f"{PORTAL}/o/device_authorization/", {"client_id": "tv"}).json
    browser.open(codes["verification_uri_complete"])
    assert "As <strong>林晓</strong>" in browser.text
    browser.click("Not you?")
    browser.choose_account("zp")
    assert "As <strong>张鹏</strong>" in browser.text


# How long ----------------------------------------------------------------------------------------------------------


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


# Leaving -----------------------------------------------------------------------------------------------------------


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


# What it costs -----------------------------------------------------------------------------------------------------


def statements(sso: SingleSignOn, site: RelyingParty, browser: Browser) -> list[str]:
    browser.open(site.url(prompt="none"))
    with counted(sso.portal.database) as run:
        browser.open(site.url(prompt="none"))
    return [statement for statement in run if not statement.startswith("BEGIN")]


def test_several_people_cost_one_statement_and_one_person_none(
    sso: SingleSignOn, browser: Browser, rp: RelyingParty
) -> None:
    alone = statements(sso, rp, browser)
    enter(browser, "lin")
    beside = statements(sso, rp, browser)
    assert len(beside) == len(alone) + 1, beside
    sign_out(browser, decision="sign_out_all")
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    assert len(statements(sso, rp, browser)) == len(alone)
