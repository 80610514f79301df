"""The scriptable relying party: what it sends, what it expects, and how it explains itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import EndpointAnswer, RelyingParty, Tokens
from sso_testkit.sso import PORTAL
from sso_testkit.story import NotAsExpected


@pytest.fixture
def party(sso: SingleSignOn) -> RelyingParty:
    """A silent client with a secret."""
    return sso.relying_party("rp")


def test_a_whole_flow(party: RelyingParty, browser: Browser) -> None:
    code = party.authorization_request(scope="openid email").open(browser).expect_code()
    tokens = party.exchange(code).expect_tokens()
    assert tokens.claims["nonce"] == "the-nonce"
    assert set(tokens.scope.split()) == {"openid", "email"}
    assert tokens.expires_in > 0
    told = party.userinfo(tokens.access_token).expect_ok(email="zp@example.test")
    assert told["sub"] == tokens.claims["sub"]
    newer = party.refresh(tokens.refresh_token).expect_tokens()
    party.introspect(newer.access_token).expect_ok(active=True, client_id="rp")
    party.revoke(newer.access_token).expect_ok()
    party.introspect(newer.access_token).expect_ok(active=False)
    party.userinfo(newer.access_token).expect_error("invalid_token", 401)


def test_every_parameter_is_in_the_tests_hand(party: RelyingParty) -> None:
    url = party.authorization_request(state=None, prompt="none", scope="openid").url
    sent = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(f"{PORTAL}/o/authorize/?")
    assert "state" not in sent
    assert (sent["prompt"], sent["scope"], sent["client_id"]) == ("none", "openid", "rp")


def test_a_refusal_reaches_the_site(party: RelyingParty, browser: Browser) -> None:
    answer = party.authorization_request(prompt="none").expect_error("login_required")
    assert (answer["state"], answer["iss"]) == ("the-state", PORTAL)
    party.authorization_request(scope="openid nonsense").open(browser).expect_error("invalid_scope")


def test_a_refusal_that_must_not_leave_the_portal_is_a_page(party: RelyingParty, browser: Browser) -> None:
    request = party.authorization_request(client_id="nobody").open(browser)
    assert request.expect_page("nobody") is request
    assert browser.page.status_int == 400


def test_a_person_acts_between_two_expectations(sso: SingleSignOn) -> None:
    party = sso.relying_party("shop", consent="explicit")
    browser = sso.browser()
    request = party.authorization_request().open(browser).expect_page("Sign in")
    browser.sign_in("zp", "penadmin")
    request.expect_page("Site shop")
    browser.refuse()
    request.expect_error("access_denied")


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post", "jwt"])
def test_an_answer_is_read_in_every_response_mode(party: RelyingParty, browser: Browser, mode: str) -> None:
    code = party.authorization_request(response_mode=mode).open(browser).expect_code()
    party.exchange(code).expect_tokens()


def test_a_form_that_the_browser_has_sent_is_read_too(party: RelyingParty, browser: Browser) -> None:
    browser.follow_form_posts = True
    request = party.authorization_request(response_mode="form_post").open(browser)
    assert browser.url == party.redirect_uri
    assert request.answer["state"] == "the-state"
    party.exchange(request.expect_code()).expect_tokens()


def test_another_registered_address_is_the_one_that_is_looked_at(sso: SingleSignOn, browser: Browser) -> None:
    addresses = ["https://rp.example.test/a", "https://rp.example.test/b"]
    party = sso.relying_party("rp", redirect_uris=addresses)
    code = party.authorization_request(redirect_uri=addresses[1]).open(browser).expect_code()
    party.exchange(code, redirect_uri=addresses[1]).expect_tokens()


def test_a_pushed_request(party: RelyingParty, browser: Browser) -> None:
    pushed = party.push(state="pushed").expect_ok()
    request = party.pushed_request(pushed["request_uri"]).open(browser)
    assert request.answer["state"] == "pushed"
    party.exchange(request.expect_code()).expect_tokens()


def test_a_client_without_a_secret_sends_none(sso: SingleSignOn, browser: Browser) -> None:
    party = sso.relying_party("app", token_endpoint_auth_method="none")
    party.exchange(party.authorization_request().open(browser).expect_code()).expect_tokens()
    assert "client_secret" not in dict(sso.journal.hops[-1].form)


def test_signing_out_leads_back_to_the_site(sso: SingleSignOn, browser: Browser) -> None:
    home = "https://rp.example.test/"
    party = sso.relying_party("rp", post_logout_redirect_uris=[home])
    tokens = party.exchange(party.authorization_request().open(browser).expect_code()).expect_tokens()
    browser.open(party.end_session_url(id_token_hint=tokens.id_token, post_logout_redirect_uri=home, state=None))
    assert "state=" not in browser.hops[0]
    party.authorization_request(prompt="none").open(browser).expect_error("login_required")


# What fails, explains itself. --------------------------------------------------------------------------------------


def test_nobody_is_signed_in_in_a_new_browser(party: RelyingParty) -> None:
    with pytest.raises(NotAsExpected, match="but the person sees the page 'Sign in'") as failed:
        party.authorization_request().expect_code()
    assert ".open(browser) takes one of the test's" in str(failed.value)


def test_a_test_that_has_forgotten_to_sign_in_is_told_so(sso: SingleSignOn, party: RelyingParty) -> None:
    with pytest.raises(NotAsExpected, match="has the test forgotten to sign in"):
        party.authorization_request().open(sso.browser()).expect_code()


def test_an_error_instead_of_a_code_is_told_with_its_trace(party: RelyingParty, browser: Browser) -> None:
    with pytest.raises(NotAsExpected, match="expected an authorization code, but the site is told error=") as failed:
        party.authorization_request(code_challenge_method="plain").open(browser).expect_code()
    assert "✗ authorize: refused: code_challenge_method" in str(failed.value)
    assert "mend: Send code_challenge_method=S256" in str(failed.value)


def test_a_code_instead_of_an_error_is_told_without_the_code(party: RelyingParty, browser: Browser) -> None:
    request = party.authorization_request().open(browser)
    with pytest.raises(NotAsExpected, match="expected the error 'login_required', but the site is told") as failed:
        request.expect_error("login_required")
    assert request.answer["code"] not in str(failed.value)


def test_another_page_than_expected_is_named(party: RelyingParty, browser: Browser) -> None:
    with pytest.raises(NotAsExpected, match=r"expected a page with 'Tea', but the person sees the page .* \(400\)"):
        party.authorization_request(client_id="nobody").open(browser).expect_page("Tea")
    with pytest.raises(NotAsExpected, match="expected a page with 'Tea', but the site is told"):
        party.authorization_request().open(browser).expect_page("Tea")


@pytest.mark.parametrize(("name", "problem"), [("state", "expected the state 'the-state'"), ("iss", "the issuer")])
def test_a_code_with_the_wrong_companions_is_no_code(
    party: RelyingParty, browser: Browser, monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    def changed(self: RelyingParty, tab: Any, redirect_uri: str = "") -> dict[str, str]:
        return {"code": "c", "state": "the-state", "iss": PORTAL, name: "another"}

    monkeypatch.setattr(RelyingParty, "answer", changed)
    with pytest.raises(NotAsExpected, match=problem):
        party.authorization_request().open(browser).expect_code()


def test_a_refused_exchange_explains_itself(party: RelyingParty, browser: Browser) -> None:
    code = party.authorization_request().open(browser).expect_code()
    party.exchange(code).expect_tokens()
    again = party.exchange(code)
    again.expect_error("invalid_grant", 400)
    with pytest.raises(
        NotAsExpected, match=r"expected tokens from POST .*/o/token/, but it answered 400: error="
    ) as failed:
        again.expect_tokens()
    assert "✗ token: refused: code_used" in str(failed.value)
    assert code not in str(failed.value)
    assert str(party.secret) not in str(failed.value)


@pytest.mark.parametrize(("error", "status"), [("invalid_client", None), ("invalid_grant", 401)])
def test_another_refusal_than_expected_is_no_refusal(party: RelyingParty, error: str, status: int | None) -> None:
    with pytest.raises(NotAsExpected, match=f"expected the error '{error}'"):
        party.exchange("no code").expect_error(error, status)


def test_tokens_are_no_refusal_and_are_not_shown(party: RelyingParty, browser: Browser) -> None:
    answer = party.exchange(party.authorization_request().open(browser).expect_code())
    with pytest.raises(NotAsExpected, match="but it answered 200") as failed:
        answer.expect_error("invalid_grant")
    tokens = answer.expect_tokens()
    for secret in (tokens.access_token, tokens.refresh_token, tokens.id_token):
        assert secret
        assert secret not in str(failed.value) + repr(tokens)


def test_a_member_that_is_not_so_fails(party: RelyingParty) -> None:
    answer = party.introspect("unknown")
    answer.expect_ok(active=False)
    with pytest.raises(NotAsExpected, match="expected active=True"):
        answer.expect_ok(active=True)
    with pytest.raises(NotAsExpected, match="expected scope=None"):
        answer.expect_ok(scope=None)


def test_tokens_without_a_type_are_none(sso: SingleSignOn, party: RelyingParty) -> None:
    def half(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"access_token": "x"}']

    sso.world.add("https://half.example.test", half)
    answer = party.http().get("https://half.example.test/")
    assert isinstance(answer, EndpointAnswer)
    with pytest.raises(NotAsExpected, match="expected tokens with token_type"):
        answer.expect_tokens()


def test_the_claims_of_a_token_that_somebody_has_changed_are_not_read(party: RelyingParty, browser: Browser) -> None:
    tokens = party.exchange(party.authorization_request().open(browser).expect_code()).expect_tokens()
    head, body, signature = tokens.id_token.split(".")
    changed = f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    with pytest.raises(Exception, match="bad_signature"):
        party.claims(changed)
    assert Tokens({"id_token": tokens.id_token}, party.claims).claims == tokens.claims


# What it does is written down. -------------------------------------------------------------------------------------


def test_its_calls_stand_in_the_journal(sso: SingleSignOn, party: RelyingParty) -> None:
    party.exchange("no code")
    hop = sso.journal.hops[-1]
    assert (hop.actor, hop.method, hop.url, hop.status) == ("rp.example.test", "POST", f"{PORTAL}/o/token/", 400)
    assert ("code", "no code") in hop.form
    assert b"invalid_grant" in hop.body


def test_a_call_that_fails_stands_there_too(sso: SingleSignOn, party: RelyingParty) -> None:
    with pytest.raises(LookupError):
        party.http().get("https://nobody.example.test/")
    hop = sso.journal.hops[-1]
    assert (hop.actor, hop.status) == ("rp.example.test", 0)
    assert b"nobody is at" in hop.body


def test_an_unexpected_status_is_refused_as_webtest_does(party: RelyingParty) -> None:
    with pytest.raises(webtest.AppError):
        party.http().get(f"{PORTAL}/o/userinfo/")
    assert party.http().get(f"{PORTAL}/o/userinfo/", status=401).status_int == 401


def test_two_worlds_have_parties_of_their_own(make_sso: Any) -> None:
    hers, his = make_sso(), make_sso()
    hers.relying_party("rp").authorization_request(prompt="none").expect_error("login_required")
    his.relying_party("other").authorization_request(client_id="rp").expect_page("rp")
    assert not any("client_id=other" in hop.url for hop in hers.journal.hops)
