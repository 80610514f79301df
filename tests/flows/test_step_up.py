"""An API wants a fresher sign-in, and the person proves again who she is (RFC 9470)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import add_api, api_address, tokens_for
from sso_testkit.clients.names import PASSWORD_ACR
from sso_testkit.relying_party import RelyingParty

MAX_AGE = 60


class Payroll:
    """An API that pays out only within a minute of a sign-in with a password, whichever way it checks tokens."""

    def __init__(self, api: RelyingParty, *, locally: bool) -> None:
        self._api, self._locally = api, locally

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        told = self._api.claims(token) if self._locally else self._api.introspect(token).json
        now = self._api.sso.clock.now()
        if told.get("acr") == PASSWORD_ACR and now - told["auth_time"] <= MAX_AGE:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"paid"]
        challenge = f'Bearer error="insufficient_user_authentication", acr_values="{PASSWORD_ACR}", max_age="{MAX_AGE}"'
        start_response("401 Unauthorized", [("WWW-Authenticate", challenge), ("Content-Type", "text/plain")])
        return [b"sign in again"]


@pytest.mark.parametrize("form", ["jwt", "opaque"])
def test_the_round_trip(sso: SingleSignOn, rp: RelyingParty, browser: Browser, form: str) -> None:
    api = add_api(sso, "payroll", access_token_format=form)
    payroll = webtest.TestApp(Payroll(api, locally=form == "jwt"))

    def pay(token: str) -> webtest.TestResponse:
        return payroll.get("/", headers={"Authorization": f"Bearer {token}"}, status="*")

    sso.clock.advance(MAX_AGE + 1)
    tokens = tokens_for(rp, browser, api_address("payroll"))
    refused = pay(tokens["access_token"])
    assert refused.status_int == 401
    assert "insufficient_user_authentication" in refused.headers["WWW-Authenticate"]
    assert pay(rp.refresh(tokens["refresh_token"]).json["access_token"]).status_int == 401, "refreshing proves nothing"

    browser.open(rp.url(resource=api_address("payroll"), max_age=str(MAX_AGE), acr_values=PASSWORD_ACR))
    assert "Confirm it is you" in browser.text
    browser.sign_in("zp", "penadmin")
    fresh = rp.redeem(rp.answer(browser)["code"]).json
    assert rp.claims(fresh["id_token"])["auth_time"] == sso.clock.now()
    assert pay(fresh["access_token"]).text == "paid"
    sso.clock.advance(MAX_AGE + 1)
    assert pay(fresh["access_token"]).status_int == 401


def test_a_sign_in_that_is_fresh_enough_is_not_asked_for_again(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    add_api(sso, "payroll")
    sso.clock.advance(MAX_AGE)
    browser.open(rp.url(resource=api_address("payroll"), max_age=str(MAX_AGE), acr_values=PASSWORD_ACR))
    assert "code" in rp.answer(browser)


def test_who_has_not_typed_a_password_has_no_strength(sso: SingleSignOn) -> None:
    machine = RelyingParty.register(sso, "machine", grant_types=["client_credentials"], response_types=[], scope="all")
    token = machine.token(grant_type="client_credentials").json["access_token"]
    assert not {"acr", "auth_time"} & set(machine.introspect(token).json)
