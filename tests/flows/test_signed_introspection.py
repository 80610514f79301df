"""An API has the answer about a token signed, and encrypted if it likes (RFC 9701)."""

from __future__ import annotations

from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import EncryptionKey, add_api, api_address, header_of, tokens_for
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

MEDIA = "application/token-introspection+jwt"


def ask(api: RelyingParty, token: str, accept: str = MEDIA) -> webtest.TestResponse:
    """Introspection with a wish for the form of its answer."""
    form = {"client_id": api.client_id, "client_secret": api.secret, "token": token}
    return api.http().post(f"{PORTAL}/o/introspect/", form, headers={"Accept": accept}, status="*")


@pytest.fixture
def access(rp: RelyingParty, browser: Browser, sso: SingleSignOn) -> str:
    add_api(sso, "api")
    return str(tokens_for(rp, browser, api_address("api"))["access_token"])


def of(sso: SingleSignOn, **metadata: Any) -> RelyingParty:
    """The API, registered differently."""
    sso.edit_client("api", **metadata)
    with sso.portal.transaction() as unit:
        secret = unit.clients.rotate_secret("api")
    return RelyingParty(sso, "api", secret, "")


def test_the_answer_is_signed_for_who_asks(sso: SingleSignOn, access: str) -> None:
    api = of(sso)
    answer = ask(api, access)
    assert answer.headers["Content-Type"].startswith(MEDIA)
    assert answer.headers["Cache-Control"] == "no-store"
    assert (header_of(answer.text)["typ"], header_of(answer.text)["alg"]) == ("token-introspection+jwt", "RS256")
    claims = api.claims(answer.text)
    plain = api.introspect(access).json
    assert claims == {"iss": PORTAL, "aud": "api", "iat": sso.clock.now(), "token_introspection": plain}
    assert plain["username"] == "zp"


def test_what_is_not_active_is_signed_too(sso: SingleSignOn, access: str) -> None:
    other = add_api(sso, "other")
    assert other.claims(ask(other, access).text)["token_introspection"] == {"active": False}
    assert other.claims(ask(other, "made up").text)["token_introspection"] == {"active": False}


@pytest.mark.parametrize(
    ("accept", "signed"),
    [
        (f"application/json;q=0.5, {MEDIA}", True),
        (MEDIA.upper(), True),
        (f"{MEDIA}; q=0.1", True),
        (f"{MEDIA};q=0", False),
        (f"{MEDIA};q=0.000", False),
        ("application/jwt", False),
        ("*/*", False),
        ("", False),
        (",;,;;q", False),
        ("é" * 2000, False),
    ],
)
def test_who_does_not_ask_for_a_jwt_gets_json(sso: SingleSignOn, access: str, accept: str, signed: bool) -> None:
    answer = ask(of(sso), access, accept.encode().decode("latin-1"))
    assert answer.status_int == 200
    assert answer.headers["Content-Type"].startswith(MEDIA if signed else "application/json")


def test_the_answer_is_encrypted_for_an_api_with_a_key(sso: SingleSignOn, access: str) -> None:
    key = EncryptionKey("ECDH-ES")
    wish = {"introspection_encrypted_response_alg": "ECDH-ES", "introspection_encrypted_response_enc": "A256GCM"}
    api = of(sso, jwks=key.jwks, introspection_signed_response_alg="ES256", **wish)
    sealed = ask(api, access).text
    assert (header_of(sealed)["enc"], header_of(sealed)["cty"]) == ("A256GCM", "token-introspection+jwt")
    opened = key.decrypt(sealed)
    assert header_of(opened)["alg"] == "ES256"
    assert api.claims(opened)["token_introspection"]["active"] is True


def test_a_key_that_fits_nothing_is_told_plainly(sso: SingleSignOn, access: str) -> None:
    keys = EncryptionKey("ECDH-ES").jwks
    api = of(sso, jwks=keys, introspection_encrypted_response_alg="RSA-OAEP")
    assert error_of(ask(api, access)) == "invalid_request"


def test_refusals_stay_json(sso: SingleSignOn, access: str) -> None:
    api = of(sso)
    assert error_of(ask(api, "")) == "invalid_request"
    api.secret = "wrong"
    assert error_of(ask(api, access), 401) == "invalid_client"
