"""Devices, APIs and sites that hear of sign-outs: the kit's clients that are no ordinary site."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import (
    Device,
    add_api,
    api_address,
    exchange_token,
    header_of,
    listen_for_sign_outs,
    tokens_for,
)
from sso_testkit.clients.names import ACCESS_TOKEN_TYPE
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL


def test_a_device_from_its_question_to_its_tokens(sso: SingleSignOn, browser: Browser) -> None:
    tv = Device(sso)
    assert error_of(tv.poll()) == "invalid_request", "it has no code yet"
    assert tv.ask(scope="openid profile").status_int == 200
    assert error_of(tv.poll()) == "authorization_pending"
    browser.enter_device_code(tv.codes["user_code"])
    browser.agree()
    sso.clock.advance(5)
    tokens = tv.poll().json
    assert tv.userinfo(tokens["access_token"]).json["preferred_username"] == "zp"
    assert tv.userinfo("nothing").status_int == 401


def test_a_device_that_is_refused_shows_nothing(sso: SingleSignOn) -> None:
    tv = Device(sso, "set", token_endpoint_auth_method="client_secret_post")
    assert tv.secret
    tv.ask()
    assert error_of(tv.ask(client_secret="wrong"), 401) == "invalid_client"
    assert tv.codes == {}
    assert error_of(tv.ask(scope="everything")) == "invalid_scope"


def test_apis_and_tokens_for_them(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    first = add_api(sso, "first", access_token_format="jwt", token_exchange_to=[api_address("second")])
    second = add_api(sso, "second")
    token = tokens_for(rp, browser, api_address("first"), scope="openid")["access_token"]
    assert header_of(token)["typ"] == "at+jwt"
    assert first.claims(token)["aud"] == api_address("first")
    exchanged = exchange_token(first, token, resource=api_address("second")).expect_tokens()
    assert exchanged.members["issued_token_type"] == ACCESS_TOKEN_TYPE
    second.introspect(exchanged.access_token).expect_ok(active=True, aud=[api_address("second")])
    exchange_token(second, exchanged.access_token).expect_error("unauthorized_client", 400)


def test_tokens_that_are_for_no_api(rp: RelyingParty, browser: Browser) -> None:
    rp.userinfo(tokens_for(rp, browser)["access_token"]).expect_ok(preferred_username="zp")


@pytest.mark.parametrize(("status", "state"), [("200 OK", "signed_out"), ("500 Oh", "waiting")])
def test_a_site_hears_of_a_sign_out(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, status: str, state: str
) -> None:
    listener = listen_for_sign_outs(rp)
    listener.status = status
    rp.code(browser)
    assert "arrived" in browser.text
    browser.open(f"{PORTAL}/")
    browser.sign_out()
    (token,) = listener.tokens
    assert rp.claims(token)["aud"] == "rp"
    assert sso.effects.notices.only().state == state
