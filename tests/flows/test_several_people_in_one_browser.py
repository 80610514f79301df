"""Two and more people share a browser: who answers which site, and what that costs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.people_of_a_browser import CHOOSER, enter, given, greeted, id_token, sign_out, who


@pytest.fixture
def shop(register: Callable[..., RelyingParty]) -> RelyingParty:
    """Another silent site."""
    return register("shop")


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


def statements(sso: SingleSignOn, site: RelyingParty, browser: Browser) -> list[str]:
    browser.open(site.url(prompt="none"))
    with sso.counting() as counted:
        browser.open(site.url(prompt="none"))
    return [statement for statement in counted.statements if not statement.startswith("BEGIN")]


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
