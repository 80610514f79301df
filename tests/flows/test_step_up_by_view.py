"""A page of a site that wants a fresher sign-in than others: the contract at the talent center."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL, TALENT_CENTER

CONTRACT = f"{TALENT_CENTER}/mine/contract"


def test_a_fresh_sign_in_opens_it_at_once(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(CONTRACT)
    browser.sign_in("zp", "penadmin")
    assert browser.url == CONTRACT and "¥31,500" in browser.text
    sso.clock.advance(minutes=4)
    browser.reload()
    assert browser.hops == [f"GET {CONTRACT}"]


def test_an_older_one_has_to_be_confirmed(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{TALENT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    sso.clock.advance(minutes=6)
    browser.click("Your contract")
    request = dict(parse_qsl(urlsplit(browser.hops[1].removeprefix("GET ")).query))
    assert request["max_age"] == "300" and request["id_token_hint"]
    assert browser.url.startswith(f"{PORTAL}/o/") and "Confirm it is you" in browser.text
    assert browser.page.forms[0]["username"].value == "zp"
    browser.sign_in("zp", "wrong")
    assert "The user name or password is not right." in browser.text
    browser.sign_in("zp", "penadmin")
    assert browser.url == CONTRACT and "¥31,500" in browser.text
    browser.open(f"{TALENT_CENTER}/mine")
    assert browser.hops == [f"GET {TALENT_CENTER}/mine"]


def test_who_turns_back_is_still_signed_in(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{TALENT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    sso.clock.advance(minutes=6)
    browser.open(CONTRACT)
    browser.open(f"{TALENT_CENTER}/mine")
    assert browser.url == f"{TALENT_CENTER}/mine"


def test_a_portal_session_that_is_younger_than_the_site_s_serves_without_a_page(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{TALENT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    sso.clock.advance(minutes=6)
    browser.open(f"{PORTAL}/o/login/?next=/")
    other = browser.new_tab()
    other.open(CONTRACT)
    other.sign_in("zp", "penadmin")
    sso.clock.advance(minutes=3)
    browser.open(CONTRACT)
    assert browser.hops == [f"GET {CONTRACT}"]


def test_another_person_comes_to_a_contract_of_her_own_or_none(sso: SingleSignOn) -> None:
    sso.add_person("guest", "a password of a guest")
    browser = sso.browser()
    browser.open(CONTRACT)
    browser.sign_in("guest", "a password of a guest")
    assert browser.url == CONTRACT and "There is no contract for you here yet" in browser.text
