"""How long an agreement holds is the person's choice on the consent page: what is over is asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.browser import Tab
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

SITES = f"{PORTAL}/account/sites"
DAY = 86_400
Register = Callable[..., RelyingParty]


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    """Nobody is signed out by time alone, and refresh tokens outlive every agreement of some days."""
    settings = {name: str(200 * DAY) for name in ("idle_seconds", "absolute_seconds")}
    sessions = {f"sso.session.{name}": value for name, value in settings.items()}
    return make_sso({**sessions, "sso.tokens.refresh_seconds": str(150 * DAY), "sso.brand.time_zone": "UTC"})


@pytest.fixture
def shop(register: Register) -> RelyingParty:
    return register("shop", consent="once", grant_types=["authorization_code", "refresh_token"])


def agree(site: RelyingParty, tab: Tab, keep: str | None, **changes: str | None) -> dict[str, Any]:
    """She allows it for as long as ``keep`` says; answers the tokens."""
    tab.open(site.url(**changes))
    choose(tab, keep)
    return dict(site.redeem(site.answer(tab)["code"]).json)


def choose(tab: Tab, keep: str | None) -> None:
    form = next(form for form in tab.page.forms.values() if "decision" in form.fields)
    if keep is not None:
        form["keep"].force_value(keep)
    tab.submit(form, "decision", "allow")


def is_asked(site: RelyingParty, tab: Tab) -> bool:
    tab.open(site.url())
    return "would like to" in tab.text


def test_the_page_offers_three_and_the_first_one_is_no_nagging(browser: Browser, shop: RelyingParty) -> None:
    browser.open(shop.url())
    options = [(option["value"], option.text) for option in browser.page.html.select("select[name=keep] option")]
    assert options == [
        ("until_removed", "until I remove it"),
        ("days", "for 30 days"),
        ("once", "only this time"),
    ]
    assert "You can take it back in your account, under Sites." in browser.text
    browser.language = "zh-CN"
    browser.open(shop.url())
    assert [option.text for option in browser.page.html.select("option")] == ["直到我取消", "30 天", "仅这一次"]


@pytest.mark.parametrize("policy", ["explicit", "silent"])
def test_only_who_is_asked_once_is_asked_for_how_long(browser: Browser, register: Register, policy: str) -> None:
    site = register("site", consent=policy)
    browser.open(site.url(prompt="consent"))
    assert "would like to" in browser.text
    assert browser.page.html.select_one("select") is None


def test_until_she_removes_it(sso: SingleSignOn, browser: Browser, shop: RelyingParty) -> None:
    tokens = agree(shop, browser, None)
    sso.clock.advance(days=100)
    assert not is_asked(shop, browser)
    assert shop.refresh(tokens["refresh_token"]).status_int == 200


def test_for_some_days(sso: SingleSignOn, browser: Browser, shop: RelyingParty) -> None:
    tokens = agree(shop, browser, "days")
    browser.open(SITES)
    assert "until 14 Feb 2027 08:00" in browser.words
    sso.clock.advance(days=29, seconds=DAY - 100)
    assert not is_asked(shop, browser)
    renewed = shop.refresh(tokens["refresh_token"]).json
    assert renewed["expires_in"] == 100, "no access token outlives it"
    sso.clock.advance(seconds=99)
    assert shop.userinfo(renewed["access_token"]).status_int == 200
    sso.clock.advance(seconds=1)
    assert shop.userinfo(renewed["access_token"]).status_int == 401
    assert shop.introspect(renewed["refresh_token"]).json == {"active": False}
    refused = shop.refresh(renewed["refresh_token"])
    assert refused.json["error"] == "invalid_grant"
    assert refused.json["error_description"] == (
        "The time is over for which the person agreed; she is asked again at her next sign-in."
    )
    browser.open(shop.url(prompt="none"))
    assert shop.answer(browser)["error"] == "consent_required"
    assert is_asked(shop, browser)
    assert "Site shop" not in browser.new_tab().open(SITES).text


def test_a_sign_in_that_goes_by_it_ends_with_it_too(sso: SingleSignOn, browser: Browser, shop: RelyingParty) -> None:
    agree(shop, browser, "days")
    sso.clock.advance(days=10)
    later = shop.redeem(shop.code(browser)).json
    sso.clock.advance(days=20)
    assert shop.refresh(later["refresh_token"]).json["error"] == "invalid_grant"


def test_a_jwt_lives_no_longer_than_it(sso: SingleSignOn, browser: Browser, register: Register) -> None:
    shop = register("shop", consent="once", access_token_format="jwt")
    agree(shop, browser, "days")
    sso.clock.advance(days=29, seconds=DAY - 60)
    tokens = shop.redeem(shop.code(browser)).json
    assert tokens["expires_in"] == 60
    assert shop.claims(tokens["access_token"])["exp"] == sso.clock.now() + 60


def test_the_newest_word_holds_for_older_tokens(sso: SingleSignOn, browser: Browser, shop: RelyingParty) -> None:
    older = agree(shop, browser, None)
    sso.clock.advance(days=1)
    agree(shop, browser, "days", prompt="consent")
    sso.clock.advance(days=29)
    older = shop.refresh(older["refresh_token"]).json
    agree(shop, browser, "until_removed", prompt="consent")
    sso.clock.advance(days=2)
    assert shop.refresh(older["refresh_token"]).status_int == 200, "she has made it longer in time"
    agree(shop, browser, "days", prompt="consent")
    sso.clock.advance(days=31)
    over = agree(shop, browser, "until_removed")
    assert shop.refresh(older["refresh_token"]).json["error"] == "invalid_grant", "what was over stays over"
    assert shop.refresh(over["refresh_token"]).status_int == 200


@pytest.mark.parametrize("keep", ["once", "for ever and a day", "until_removed "])
def test_only_this_time(browser: Browser, shop: RelyingParty, keep: str) -> None:
    tokens = agree(shop, browser, keep)
    assert shop.refresh(tokens["refresh_token"]).status_int == 200
    assert is_asked(shop, browser)
    assert "asks you each time" in browser.new_tab().open(SITES).text


def test_only_this_time_takes_an_earlier_answer_back(browser: Browser, shop: RelyingParty) -> None:
    agree(shop, browser, None)
    assert not is_asked(shop, browser)
    agree(shop, browser, "once", prompt="consent")
    assert is_asked(shop, browser)


def test_a_form_that_says_it_twice_is_kept_for_this_time_only(browser: Browser, shop: RelyingParty) -> None:
    browser.open(shop.url())
    form = next(form for form in browser.page.forms.values() if "decision" in form.fields)
    fields = [*form.submit_fields("decision", "allow"), ("keep", "days")]
    answer = browser.request("POST", f"{PORTAL}{form.action}", fields)
    assert answer.status_int == 303
    assert is_asked(shop, browser)


def test_days_that_nobody_offers(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.consent.offer_days": "0"})
    shop, browser = RelyingParty.register(sso, "shop", consent="once"), sso.browser()
    browser.open(shop.url())
    browser.sign_in("zp", "penadmin")
    assert [option["value"] for option in browser.page.html.select("option")] == ["until_removed", "once"]


def test_what_is_over_is_swept_some_weeks_later(
    sso: SingleSignOn, browser: Browser, shop: RelyingParty, rows: Callable[[str], list[Any]]
) -> None:
    agree(shop, browser, "days")
    for days, left in ((59, 1), (2, 0)):
        sso.clock.advance(days=days)
        sso.portal.sweep()
        assert rows("SELECT COUNT(*) FROM consents") == [(left,)]
