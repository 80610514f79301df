"""Single claims, other persons, other names for a person: what the ``claims`` parameter and its neighbours ask for."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL


def ask(**places: object) -> str:
    return json.dumps(places)


def test_a_claim_is_told_where_it_was_asked_for(rp: RelyingParty, browser: Browser) -> None:
    claims = ask(userinfo={"email": None}, id_token={"preferred_username": {"essential": True}, "auth_time": None})
    tokens = rp.redeem(rp.code(browser, scope="openid", claims=claims)).json
    assert rp.claims(tokens["id_token"])["preferred_username"] == "zp"
    assert "email" not in rp.claims(tokens["id_token"])
    told = rp.userinfo(tokens["access_token"]).json
    assert (told["email"], "preferred_username" in told) == ("zp@example.test", False)
    again = rp.refresh(tokens["refresh_token"]).json
    assert rp.claims(again["id_token"])["preferred_username"] == "zp", "a refreshed id_token tells the same"
    assert rp.userinfo(again["access_token"]).json == told


def test_a_claim_that_belongs_to_no_scope_of_the_site_is_not_told(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    site = register("modest", scope="openid profile")
    tokens = site.redeem(site.code(browser, scope="openid", claims=ask(userinfo={"email": {"essential": True}}))).json
    assert set(site.userinfo(tokens["access_token"]).json) == {"sub"}


def test_a_person_is_asked_about_what_single_claims_belong_to(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    site = register("asking", consent="explicit")
    url = site.url(scope="openid", claims=ask(userinfo={"email": None, "name": None}))
    browser.open(url)
    assert "See your e-mail address" in browser.text
    browser.agree()
    tokens = site.redeem(site.answer(browser)["code"]).json
    assert set(site.userinfo(tokens["access_token"]).json) == {"sub", "name"}, "she did not tick the e-mail address"
    browser.open(url)
    browser.agree("email")
    tokens = site.redeem(site.answer(browser)["code"]).json
    assert site.userinfo(tokens["access_token"]).json["email"] == "zp@example.test"
    assert tokens["scope"] == "openid", "a claim that is asked for is no scope"


def test_without_openid_the_parameter_means_nothing(register: Callable[..., RelyingParty], browser: Browser) -> None:
    site = register("plain", scope="openid profile all")
    tokens = site.redeem(site.code(browser, scope="all", claims=ask(userinfo={"name": None}))).json
    assert site.userinfo(tokens["access_token"]).status_int == 403


def test_unknown_claims_and_members_are_left_aside(rp: RelyingParty, browser: Browser) -> None:
    claims = ask(userinfo={"shoe_size": {"essential": True}, "name": {"purpose": "x"}}, elsewhere={"a": 1})
    tokens = rp.redeem(rp.code(browser, scope="openid", claims=claims)).json
    assert set(rp.userinfo(tokens["access_token"]).json) == {"sub", "name"}


@pytest.mark.parametrize("place", ["id_token_hint", "claims"])
def test_a_site_that_means_somebody_else(rp: RelyingParty, sso: SingleSignOn, browser: Browser, place: str) -> None:
    id_token = rp.redeem(rp.code(browser)).json["id_token"]
    subject = rp.claims(id_token)["sub"]
    wish = (
        {"id_token_hint": id_token}
        if place == "id_token_hint"
        else {"claims": ask(id_token={"sub": {"value": subject}})}
    )
    browser.open(rp.url(**wish, prompt="none"))
    assert "code" in rp.answer(browser), "she is the one"
    other = sso.browser()
    other.open(f"{PORTAL}/o/login/")
    other.sign_in("lin", "lin-demo-password")
    other.open(rp.url(**wish, prompt="none"))
    assert rp.answer(other)["error"] == "login_required"
    other.open(rp.url(**wish))
    other.sign_in("zp", "penadmin")
    assert "code" in rp.answer(other), "the right one has signed in"
    again = sso.browser()
    again.open(rp.url(**wish))
    again.sign_in("lin", "lin-demo-password")
    # Signed out before, she is asked once more, as somebody who may have two accounts.
    if "/o/login/" in again.url:
        again.sign_in("lin", "lin-demo-password")
    assert rp.answer(again)["error"] == "login_required", "she had her chance"


@pytest.mark.parametrize("later", [0, 700, 86_400 * 30])
def test_an_old_id_token_is_as_good_a_hint(rp: RelyingParty, sso: SingleSignOn, browser: Browser, later: int) -> None:
    id_token = rp.redeem(rp.code(browser)).json["id_token"]
    sso.clock.advance(later)
    fresh = sso.browser()
    fresh.open(f"{PORTAL}/o/login/")
    fresh.sign_in("zp", "penadmin")
    fresh.open(rp.url(id_token_hint=id_token, prompt="none"))
    assert "code" in rp.answer(fresh)


@pytest.mark.parametrize("hint", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ6cCJ9.", "x" * 6000])
def test_a_hint_that_is_not_ours_is_refused(rp: RelyingParty, browser: Browser, hint: str) -> None:
    browser.open(rp.url(id_token_hint=hint))
    assert rp.answer(browser)["error"] == "invalid_request"


def test_a_strength_that_nobody_has_is_refused_only_when_it_is_demanded(rp: RelyingParty, browser: Browser) -> None:
    browser.open(rp.url(claims=ask(id_token={"acr": {"essential": True, "values": ["urn:example:gold"]}})))
    assert rp.answer(browser)["error"] == "unmet_authentication_requirements"
    for wish in (
        {"acr_values": "urn:example:gold"},
        {"claims": ask(id_token={"acr": {"values": ["urn:example:gold"]}})},
        {"claims": ask(id_token={"acr": {"essential": True, "value": "urn:sso-portal:acr:password"}})},
    ):
        tokens = rp.redeem(rp.code(browser, **wish)).json
        assert rp.claims(tokens["id_token"])["acr"] == "urn:sso-portal:acr:password"
        assert rp.claims(tokens["id_token"])["amr"] == ["pwd"]


def test_a_pairwise_site_knows_a_person_by_a_name_of_its_own(
    register: Callable[..., RelyingParty], browser: Browser, rp: RelyingParty
) -> None:
    one = register("one", subject_type="pairwise")
    two = register("two", subject_type="pairwise")
    sister = register("sister", subject_type="pairwise", redirect_uris=["https://one.example.test/other"])
    seen = {}
    for site in (one, two, sister, rp):
        tokens = site.redeem(site.code(browser)).json
        seen[site.client_id] = subject = site.userinfo(tokens["access_token"]).json["sub"]
        assert site.claims(tokens["id_token"])["sub"] == subject
        assert site.introspect(tokens["access_token"]).json["sub"] == subject
    assert len(set(seen.values())) == 3
    assert seen["one"] == seen["sister"], "the same host is the same sector"
    id_token = one.redeem(one.code(browser)).json["id_token"]
    browser.open(one.url(id_token_hint=id_token, prompt="none"))
    assert "code" in one.answer(browser), "her own name is understood as a hint"


def test_a_default_age_of_a_sign_in_is_heeded(
    register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser
) -> None:
    site = register("careful", default_max_age=60)
    sso.clock.advance(61)
    browser.open(site.url())
    assert "Confirm it is you" in browser.text
    browser.sign_in("zp", "penadmin")
    assert "code" in site.answer(browser)
    sso.clock.advance(61)
    browser.open(site.url(max_age="3600"))
    assert "code" in site.answer(browser), "what the request says comes before what is registered"
