"""A parameter may be called what it likes: nothing of the portal's own, or of its libraries, is overwritten by it."""

from __future__ import annotations

import pytest

from sso_testkit.browser import Browser
from sso_testkit.relying_party import RelyingParty

NAMES = [
    "__class__",
    "__dict__",
    "_params",
    "body",
    "call",
    "client",
    "decoded_body",
    "duplicate_params",
    "expires_in",
    "extra_credentials",
    "headers",
    "http_method",
    "oauth_params",
    "scopes",
    "sso.call",
    "uri",
    "uri_query",
    "user",
    "using_default_redirect_uri",
    "validator_log",
]


@pytest.mark.parametrize("name", NAMES)
def test_they_change_nothing(rp: RelyingParty, browser: Browser, name: str) -> None:
    for value in ("x", "1 2"):
        strange = {name: value}
        code = rp.code(browser, **strange)
        tokens = rp.redeem(code, **strange)
        assert tokens.status_int == 200, tokens.body
        again = rp.refresh(tokens.json["refresh_token"], **strange)
        assert again.status_int == 200, again.body
        assert {*again.json} == {*tokens.json}
        assert again.json["scope"] == tokens.json["scope"]
        told = rp.introspect(again.json["access_token"], **strange)
        assert told.json["active"] is True
        assert told.json["client_id"] == rp.client_id
