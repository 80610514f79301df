"""Assertions, DPoP keys and certificates of the kit, as the portal sees them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import (
    CERTIFICATE_HEADER,
    MACHINE,
    PROXY_SETTINGS,
    ClientCertificate,
    DpopKey,
    Machine,
    ReverseProxy,
    access_token_hash,
    assertion_claims,
    assertion_fields,
    jwk_set,
    key_for,
    signed,
)
from sso_testkit.clients.names import TOKEN_ENDPOINT, USERINFO_ENDPOINT
from sso_testkit.refusals import error_of

KEY = key_for("ES256", "kit")


def asserted(sso: SingleSignOn, machine: Machine, **changes: object) -> dict[str, str | None]:
    """The fields of a client that proves itself by an assertion, and says nothing else about itself."""
    claims = assertion_claims(machine.client_id, sso.clock.now(), **changes)
    return {"client_id": None, **assertion_fields(signed(claims, KEY))}


def test_a_machine_has_a_secret(sso: SingleSignOn) -> None:
    machine = Machine.register(sso)
    assert machine.ask().json["token_type"] == "Bearer"
    assert error_of(machine.ask({"client_secret": "wrong"}), 401) == "invalid_client"
    assert error_of(machine.ask({"grant_type": None})) == "invalid_request"
    chosen = Machine.register(sso, "chosen", "a secret of its own choice")
    assert chosen.secret == "a secret of its own choice"
    assert chosen.secret not in repr(chosen)


def test_a_machine_with_a_key(sso: SingleSignOn) -> None:
    machine = Machine.register(sso, token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY))
    assert machine.secret is None
    assert machine.ask(asserted(sso, machine)).status_int == 200
    assert machine.ask(asserted(sso, machine)).status_int == 200, "each has a jti of its own"
    assert error_of(machine.ask(asserted(sso, machine, aud="https://elsewhere.example.test/")), 401) == "invalid_client"
    assert error_of(machine.ask(asserted(sso, machine, jti=None)), 401) == "invalid_client"


def test_an_assertion_is_good_for_a_minute() -> None:
    claims = assertion_claims("shop", 1_000, sub=None, extra=1)
    assert (claims["iat"], claims["exp"], claims["aud"], claims["extra"]) == (1_000, 1_060, TOKEN_ENDPOINT, 1)
    assert "sub" not in claims


def test_tokens_that_are_bound_to_a_key(sso: SingleSignOn, browser: Browser) -> None:
    shop, key = sso.relying_party("shop"), DpopKey(sso)
    tokens = shop.exchange(shop.code(browser), dpop=key).expect_tokens()
    assert tokens.members["token_type"] == "DPoP"
    assert key.nonce, "the portal has asked for one"
    assert shop.userinfo(tokens.access_token, dpop=key).expect_ok()["preferred_username"] == "zp"
    shop.userinfo(tokens.access_token, dpop=DpopKey(sso, "stolen")).expect_error("invalid_token", 401)
    shop.userinfo(tokens.access_token).expect_error("invalid_token", 401)
    assert shop.introspect(tokens.access_token).json["cnf"] == {"jkt": key.thumbprint}


def test_a_proof_that_is_wrong(sso: SingleSignOn) -> None:
    machine, key = Machine.register(sso), DpopKey(sso).fresh()
    assert machine.ask(DPoP=key.proof()).json["token_type"] == "DPoP"
    assert error_of(machine.ask(DPoP=key.proof(key.claims("GET")))) == "invalid_dpop_proof"
    assert error_of(machine.ask(DPoP=key.proof(key.claims(jti=None)))) == "invalid_dpop_proof"
    assert error_of(machine.ask(DPoP=key.proof(typ="jwt"))) == "invalid_dpop_proof"


def test_a_proof_for_an_api_names_the_token(sso: SingleSignOn) -> None:
    # The example of RFC 9449, section 7.1.
    given = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
    assert access_token_hash(given) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
    claims = DpopKey(sso).claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(given))
    assert (claims["htm"], claims["htu"], "nonce" in claims) == ("GET", USERINFO_ENDPOINT, False)


@pytest.fixture
def behind_a_proxy(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    """A portal that is told of certificates."""
    return make_sso(PROXY_SETTINGS)


@pytest.mark.parametrize("kind", ["EC", "P-384", "RSA", "Ed25519"])
def test_a_machine_with_a_certificate(behind_a_proxy: SingleSignOn, kind: str) -> None:
    sso, shown = behind_a_proxy, ClientCertificate.make(behind_a_proxy.clock.now(), kind=kind)
    method = {"token_endpoint_auth_method": "self_signed_tls_client_auth"}
    sso.add_client("machine", **MACHINE, **method, jwks={"keys": [shown.jwk(with_certificate=True)]})
    fields = {"grant_type": "client_credentials", "client_id": "machine"}
    for spelled in (shown.escaped, shown.encoded):
        assert ReverseProxy(sso).post(TOKEN_ENDPOINT, fields, spelled).status_int == 200
    other = ClientCertificate.make(sso.clock.now(), kind=kind)
    assert error_of(ReverseProxy(sso).post(TOKEN_ENDPOINT, fields, other.escaped), 401) == "invalid_client"
    stranger = ReverseProxy(sso, "203.0.113.9")
    assert error_of(stranger.post(TOKEN_ENDPOINT, fields, shown.escaped), 401) == "invalid_client"
    assert error_of(ReverseProxy(sso).post(TOKEN_ENDPOINT, fields, None), 401) == "invalid_client"


def test_a_certificate_that_is_renewed(sso: SingleSignOn) -> None:
    first = ClientCertificate.make(sso.clock.now(), dns="machine.example.test")
    second = first.reissued()
    assert first.thumbprint != second.thumbprint
    assert first.jwk() == second.jwk()
    assert b"machine.example.test" in first.der
    assert ReverseProxy.headers(first.escaped, "SUCCESS")[CERTIFICATE_HEADER] == first.escaped
    assert ReverseProxy.headers(None, "SUCCESS") == {}
