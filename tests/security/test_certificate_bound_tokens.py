"""Tokens that are bound to a client's certificate (RFC 8705, section 3)."""

from __future__ import annotations

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import MACHINE, ClientCertificate, DpopKey, ReverseProxy, access_token_hash
from sso_testkit.clients.names import TOKEN_ENDPOINT, USERINFO_ENDPOINT
from sso_testkit.refusals import error_of
from sso_testkit.sso import PORTAL
from tests.support.machine_with_certificate import proxy, shown, sso

__all__ = ["proxy", "shown", "sso"]


@pytest.fixture
def phone(sso: SingleSignOn) -> dict[str, str]:
    """The request of a public client whose tokens are bound to its certificate."""
    sso.add_client(
        "phone",
        client_name="Phone",
        grant_types=["password", "refresh_token"],
        response_types=[],
        token_endpoint_auth_method="none",
        tls_client_certificate_bound_access_tokens=True,
    )
    return {"grant_type": "password", "client_id": "phone", "username": "zp", "password": "penadmin"}


def test_a_token_works_with_its_certificate_only(
    sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate, phone: dict[str, str]
) -> None:
    answer = proxy.post(TOKEN_ENDPOINT, phone, shown.escaped).json
    assert answer["token_type"] == "Bearer"
    token = answer["access_token"]
    assert proxy.get(USERINFO_ENDPOINT, token, shown.encoded).json["preferred_username"] == "zp"
    other = ClientCertificate.make(sso.clock.now()).escaped
    stranger = ReverseProxy(sso, "203.0.113.9")
    for denied in (
        proxy.get(USERINFO_ENDPOINT, token, None),
        proxy.get(USERINFO_ENDPOINT, token, other),
        proxy.get(USERINFO_ENDPOINT, token, "nonsense"),
        stranger.get(USERINFO_ENDPOINT, token, shown.escaped),
    ):
        assert error_of(denied, 401) == "invalid_token"
        assert denied.headers["WWW-Authenticate"].startswith("Bearer ")
    sso.add_client("api", "the secret of an api", **MACHINE, resource_server=True)
    form = {"client_id": "api", "client_secret": "the secret of an api", "token": token}
    assert proxy.post(f"{PORTAL}/o/introspect/", form, None).json["cnf"] == {"x5t#S256": shown.thumbprint}


def test_no_token_without_a_certificate(proxy: ReverseProxy, phone: dict[str, str]) -> None:
    assert error_of(proxy.post(TOKEN_ENDPOINT, phone, None)) == "invalid_request"


def test_the_refresh_token_of_a_public_client_is_bound_too(
    sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate, phone: dict[str, str]
) -> None:
    first = proxy.post(TOKEN_ENDPOINT, phone, shown.escaped).json
    form = {"grant_type": "refresh_token", "client_id": "phone", "refresh_token": first["refresh_token"]}
    assert (
        error_of(proxy.post(TOKEN_ENDPOINT, form, ClientCertificate.make(sso.clock.now()).escaped)) == "invalid_grant"
    )
    with sso.portal.transaction() as unit:
        unit.clients.edit("phone", {"tls_client_certificate_bound_access_tokens": False})
    assert error_of(proxy.post(TOKEN_ENDPOINT, form, None)) == "invalid_grant", "it was bound when it was made"
    second = proxy.post(TOKEN_ENDPOINT, form, shown.escaped)
    assert second.status_int == 200
    assert second.json["refresh_token"] != first["refresh_token"]


def test_a_token_that_is_bound_to_both_needs_both(
    sso: SingleSignOn, proxy: ReverseProxy, shown: ClientCertificate, phone: dict[str, str]
) -> None:
    key = DpopKey(sso).fresh()
    headers = {**ReverseProxy.headers(shown.escaped, "SUCCESS"), "DPoP": key.proof()}
    answer = proxy.http.post(TOKEN_ENDPOINT, phone, headers=headers).json
    assert answer["token_type"] == "DPoP"
    token = answer["access_token"]

    def tell(sent: str | None) -> webtest.TestResponse:
        proof = key.proof(key.claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(token)))
        return proxy.get(USERINFO_ENDPOINT, token, sent, "DPoP", DPoP=proof)

    assert tell(shown.escaped).json["preferred_username"] == "zp"
    assert error_of(tell(None), 401) == "invalid_token"
    assert error_of(proxy.get(USERINFO_ENDPOINT, token, shown.escaped), 401) == "invalid_token"
