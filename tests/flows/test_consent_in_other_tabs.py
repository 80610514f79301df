"""A consent page stays open while the world goes on around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

Rows = Callable[[str], list[tuple[object, ...]]]
CODES = "SELECT user_id, client_id FROM codes"


@pytest.fixture
def shop(register: Callable[..., RelyingParty]) -> RelyingParty:
    return register("shop", consent="explicit")


@pytest.fixture
def browser(sso: SingleSignOn, shop: RelyingParty) -> Browser:
    """In front of the shop's consent page, signed in as zp."""
    browser = sso.browser()
    browser.open(shop.url())
    browser.sign_in("zp", "penadmin")
    return browser


def switch_to_lin(browser: Browser) -> None:
    tab = browser.new_tab()
    tab.open(f"{PORTAL}/o/login/?prompt=select_account&account=new")
    tab.sign_in("lin", "lin-demo-password")


@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_nobody_answers_for_somebody_else(browser: Browser, rows: Rows, decision: str) -> None:
    switch_to_lin(browser)
    browser.submit(next(iter(browser.page.forms.values())), "decision", decision)
    assert browser.url.startswith(f"{PORTAL}/o/authorize/")
    assert "林晓" in browser.text
    assert "张鹏" not in browser.text
    assert rows(CODES) == []
    assert rows("SELECT * FROM consents") == []


def test_the_right_person_is_told_to_the_site_in_the_end(browser: Browser, shop: RelyingParty) -> None:
    switch_to_lin(browser)
    browser.agree("email")
    browser.agree("email")
    tokens = shop.redeem(shop.answer(browser)["code"]).json
    assert shop.userinfo(tokens["access_token"]).json["preferred_username"] == "lin"


def test_signed_out_in_another_tab_meanwhile(browser: Browser, shop: RelyingParty, rows: Rows) -> None:
    tab = browser.new_tab()
    tab.open(f"{PORTAL}/o/logout/")
    tab.submit(tab.page.forms[0], "decision", "sign_out")
    browser.agree()
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    assert rows(CODES) == []
    browser.sign_in("zp", "penadmin")
    browser.agree()
    assert "code" in shop.answer(browser)


def test_the_form_of_another_browser_agrees_to_nothing(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, rows: Rows
) -> None:
    hers = sso.browser()
    hers.open(shop.url())
    hers.sign_in("lin", "lin-demo-password")
    form = hers.page.forms[0]
    for fields in (
        form.submit_fields("decision", submit_value="allow"),
        [("decision", "allow")],
        [("decision", "allow"), ("csrf_token", browser.cookies()["portal.example.test __Host-sso_csrf"])],
    ):
        answer = browser.request("POST", shop.url(), fields)
        assert answer.status_int == 200, "the page again"
    assert rows(CODES) == []


def test_the_page_sent_twice_issues_for_the_same_person_only(browser: Browser, shop: RelyingParty, rows: Rows) -> None:
    form = browser.page.forms[0]
    fields = form.submit_fields("decision", submit_value="allow")
    answers = [browser.request("POST", PORTAL + form.action, fields) for _ in range(2)]
    assert [answer.status_int for answer in answers] == [303, 303]
    assert {row[1] for row in rows(CODES)} == {"shop"}
    assert len({row[0] for row in rows(CODES)}) == 1


def test_a_client_changed_while_the_page_is_open(sso: SingleSignOn, browser: Browser, shop: RelyingParty) -> None:
    sso.edit_client("shop", redirect_uris=["https://shop.example.test/new"])
    browser.agree()
    assert browser.page.status_int == 400
    assert "You were not sent there." in browser.text


def test_a_scope_that_was_not_asked_for_is_not_granted(browser: Browser, sso: SingleSignOn, shop: RelyingParty) -> None:
    browser.open(shop.url(scope="openid"))
    form = browser.page.forms[0]
    fields = [*form.submit_fields("decision", submit_value="allow"), ("scope", "email"), ("scope", "all")]
    location = browser.request("POST", PORTAL + form.action, fields).headers["Location"]
    browser.open(location)
    assert shop.redeem(shop.answer(browser)["code"]).json["scope"] == "openid"


def test_a_decision_that_is_neither_is_no_agreement(browser: Browser, shop: RelyingParty, rows: Rows) -> None:
    fields = [(name, value) for name, value in browser.page.forms[0].submit_fields() if name != "decision"]
    location = browser.request("POST", shop.url(), [*fields, ("decision", "ALLOW")]).headers["Location"]
    assert "error=access_denied" in location
    assert rows(CODES) == []
