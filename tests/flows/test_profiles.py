"""Clients that are held to FAPI 2.0, from the pushed request to the refresh."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import DpopKey, assertion_claims, assertion_fields, signed
from sso_testkit.refusals import Refused, error_of
from sso_testkit.relying_party import CHALLENGE, RelyingParty
from sso_testkit.sso import PORTAL
from sso_testkit.together import together
from tests.support.profiled import MESSAGE_SIGNING, RSA, ProfiledClient


@pytest.fixture
def bank(sso: SingleSignOn) -> ProfiledClient:
    return ProfiledClient.register(sso)


@pytest.fixture
def signing_bank(sso: SingleSignOn) -> ProfiledClient:
    return ProfiledClient.register(sso, "signing-bank", **MESSAGE_SIGNING)


def tokens_of(bank: ProfiledClient, browser: Browser, **changes: str | None) -> dict[str, Any]:
    answer = bank.redeem(bank.arrive(browser, bank.push(**changes))["code"])
    assert answer.status_int == 200, answer.text
    return dict(answer.json)


def test_the_whole_way(bank: ProfiledClient, browser: Browser) -> None:
    answer = bank.arrive(browser, bank.push())
    assert answer["iss"] == PORTAL
    tokens = bank.redeem(answer["code"]).json
    assert tokens["token_type"] == "DPoP"
    assert bank.site.claims(tokens["id_token"])["aud"] == "bank"
    assert bank.site.userinfo(tokens["access_token"], dpop=bank.dpop).json["preferred_username"] == "zp"
    assert error_of(bank.site.userinfo(tokens["access_token"]), 401) == "invalid_token", "never as Bearer"


def test_a_request_that_was_not_pushed(bank: ProfiledClient, browser: Browser) -> None:
    browser.open(bank.site.url())
    assert bank.site.answer(browser)["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"redirect_uri": None}, "redirect_uri is missing"),
        ({"redirect_uri": "https://bank.example.test/cb/"}, "not one that the client has registered"),
        ({"code_challenge": None, "code_challenge_method": None}, ""),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, ""),
    ],
)
def test_requests_that_are_refused(bank: ProfiledClient, changes: dict[str, str | None], words: str) -> None:
    refusal = bank.push(**changes)
    assert error_of(refusal) == "invalid_request"
    assert words in refusal.json["error_description"]


def test_a_proof_is_demanded_and_no_secret_does(bank: ProfiledClient, browser: Browser) -> None:
    code = bank.arrive(browser, bank.push())["code"]
    assert error_of(bank.redeem(code, dpop=None)) == "invalid_dpop_proof"
    assert error_of(bank.redeem(code, client_assertion=None, client_assertion_type=None), 401) == "invalid_client"
    assert bank.redeem(code).status_int == 200


def test_a_proof_by_a_weaker_algorithm(
    sso: SingleSignOn, bank: ProfiledClient, rp: RelyingParty, browser: Browser
) -> None:
    weak = DpopKey(sso, "weak", "RS256").fresh()
    code = bank.arrive(browser, bank.push())["code"]
    refusal = bank.redeem(code, dpop=weak)
    assert error_of(refusal) == "invalid_dpop_proof"
    assert "RS256" in refusal.json["error_description"]
    assert rp.redeem(rp.code(browser), dpop=weak).status_int == 200, "without a profile it does"


@pytest.mark.parametrize("audience", [[PORTAL], f"{PORTAL}/o/token/", f"{PORTAL}/o/par/", [PORTAL, "x"], None])
def test_an_assertion_is_for_the_issuer_alone(bank: ProfiledClient, audience: Any) -> None:
    refusal = bank.site.push(**bank.assertion(aud=audience))
    assert error_of(refusal, 401) == "invalid_client"
    assert "its aud is" in refusal.json["error_description"]


def test_an_assertion_by_a_weaker_algorithm(sso: SingleSignOn, bank: ProfiledClient) -> None:
    claims = assertion_claims("bank", sso.clock.now(), aud=PORTAL)
    assert error_of(bank.site.push(**assertion_fields(signed(claims, RSA, "RS256"))), 401) == "invalid_client"
    assert bank.site.push(**assertion_fields(signed(claims, RSA, "PS256"))).status_int == 201, (
        "the same key, and nothing used up"
    )


def test_codes_are_short_lived_whatever_the_settings_say(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.tokens.code_seconds": "600"})
    bank, plain = ProfiledClient.register(sso), RelyingParty.register(sso)
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    codes = [bank.arrive(browser, bank.push())["code"] for _ in range(2)]
    other = plain.code(browser)
    sso.clock.advance(seconds=59)
    assert bank.redeem(codes[0]).status_int == 200
    sso.clock.advance(seconds=1)
    refusal = bank.redeem(codes[1])
    assert error_of(refusal) == "invalid_grant"
    assert "codes live 60 seconds" in refusal.json["error_description"]
    assert plain.redeem(other).status_int == 200


def test_a_refresh_token_stays_the_same(sso: SingleSignOn, bank: ProfiledClient, browser: Browser) -> None:
    tokens = tokens_of(bank, browser)
    refresh_token, seen = tokens["refresh_token"], {tokens["access_token"]}
    for _ in range(3):
        sso.clock.advance(minutes=10)
        answer = bank.refresh(refresh_token)
        assert answer.status_int == 200, answer.text
        assert answer.json["refresh_token"] == refresh_token
        assert answer.json["token_type"] == "DPoP"
        seen.add(answer.json["access_token"])
    assert len(seen) == 4
    for access_token in seen:
        assert bank.site.userinfo(access_token, dpop=bank.dpop).status_int == 200
    assert bank.site.revoke(refresh_token, **bank.assertion()).status_int == 200
    assert error_of(bank.refresh(refresh_token)) == "invalid_grant"
    for access_token in seen:
        assert error_of(bank.site.userinfo(access_token, dpop=bank.dpop), 401) == "invalid_token"


def test_that_refresh_token_ends_when_its_time_is_over(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.tokens.refresh_seconds": "1000"})
    bank, browser = ProfiledClient.register(sso), sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    refresh_token = tokens_of(bank, browser)["refresh_token"]
    sso.clock.advance(seconds=999)
    assert bank.refresh(refresh_token).status_int == 200
    sso.clock.advance(seconds=1)
    assert error_of(bank.refresh(refresh_token)) == "invalid_grant"


def test_without_a_profile_refresh_tokens_rotate(rp: RelyingParty, browser: Browser) -> None:
    first = rp.redeem(rp.code(browser)).json["refresh_token"]
    assert rp.refresh(first).json["refresh_token"] != first


def test_nobody_chooses_a_refresh_token(bank: ProfiledClient, browser: Browser) -> None:
    code = bank.arrive(browser, bank.push())["code"]
    tokens = bank.redeem(code, refresh_token="chosen").json
    assert tokens["refresh_token"] != "chosen"
    assert bank.refresh(tokens["refresh_token"]).status_int == 200
    assert error_of(bank.refresh("chosen")) == "invalid_grant"


def test_the_whole_way_with_signed_messages(signing_bank: ProfiledClient, browser: Browser) -> None:
    pushed = signing_bank.push_signed()
    assert pushed.status_int == 201, pushed.text
    browser.open(signing_bank.site.pushed_url(pushed.json["request_uri"]))
    assert "response=" in browser.url
    answer = signing_bank.site.answer(browser)
    assert (answer["state"], answer["iss"]) == ("the-state", PORTAL)
    tokens = signing_bank.redeem(answer["code"]).json
    told = signing_bank.site.introspect(tokens["access_token"], **signing_bank.assertion())
    assert told.content_type == "application/token-introspection+jwt", "although nothing asked for it"
    assert signing_bank.site.claims(told.text)["token_introspection"]["active"] is True


@pytest.mark.parametrize("mode", [None, "query", "form_post"])
def test_answers_have_to_be_signed(signing_bank: ProfiledClient, mode: str | None) -> None:
    refusal = signing_bank.push_signed(response_mode=mode)
    assert error_of(refusal) == "invalid_request"
    assert "response_mode is not jwt" in refusal.json["error_description"]


def test_requests_have_to_be_signed(signing_bank: ProfiledClient) -> None:
    refusal: webtest.TestResponse = signing_bank.push(response_mode="jwt")
    assert error_of(refusal) == "invalid_request_object"


def test_a_request_object_by_a_weaker_algorithm(sso: SingleSignOn, signing_bank: ProfiledClient) -> None:
    claims = {"iss": "signing-bank", "aud": PORTAL, "response_type": "code"}
    for changes in ({}, {"kid": None}):
        weak = signed(claims, RSA, "RS256", **changes)
        refusal = signing_bank.site.call("par", **signing_bank.assertion(), request=weak)
        assert error_of(refusal) == "invalid_request_object"


def test_a_registration_cannot_leave_its_profile_behind(sso: SingleSignOn, bank: ProfiledClient) -> None:
    with pytest.raises(Refused, match="require_pkce has to be true"):
        sso.edit_client("bank", require_pkce=False)


def test_one_refresh_token_in_two_places_at_once(bank: ProfiledClient, browser: Browser) -> None:
    refresh_token = tokens_of(bank, browser)["refresh_token"]
    calls = [{"dpop": bank.dpop, **bank.assertion()} for _ in range(4)]
    bank.dpop.fresh()
    answers = together(4, lambda number: bank.site.refresh(refresh_token, **calls[number]))
    assert [answer.status_int for answer in answers] == [200] * 4, "nobody is locked out"
    assert {answer.json["refresh_token"] for answer in answers} == {refresh_token}
