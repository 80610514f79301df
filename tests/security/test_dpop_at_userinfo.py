"""Bound tokens at a resource (RFC 9449, section 7): each needs a proof of its key, for this request."""

from __future__ import annotations

from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import DpopKey, access_token_hash
from sso_testkit.clients.names import TOKEN_ENDPOINT, USERINFO_ENDPOINT
from tests.support.machine_with_proofs import key, sso

__all__ = ["key", "sso"]


@pytest.fixture(scope="module")
def bound(sso: SingleSignOn) -> str:
    """An access token of a person, bound to the key of these tests."""
    phone = {"grant_types": ["password"], "response_types": [], "scope": "openid profile"}
    sso.add_client("phone", "the secret of a phone", client_name="Phone", **phone)
    key = DpopKey(sso).fresh()
    form = {"grant_type": "password", "client_id": "phone", "username": "zp", "password": "penadmin"}
    form |= {"client_secret": "the secret of a phone", "scope": "openid profile"}
    headers = {"DPoP": key.proof()}
    return str(webtest.TestApp(sso.world).post(TOKEN_ENDPOINT, form, headers=headers).json["access_token"])


def tell(sso: SingleSignOn, token: str, *proofs: str, scheme: str = "DPoP") -> webtest.TestResponse:
    headers = {"Authorization": f"{scheme} {token}", **({"DPoP": ", ".join(proofs)} if proofs else {})}
    return webtest.TestApp(sso.world).get(USERINFO_ENDPOINT, headers=headers, status="*")


def challenged(answer: webtest.TestResponse) -> str:
    assert answer.status_int == 401, answer.text
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith('DPoP realm="sso-portal", algs="ES256 RS256 PS256 EdDSA", error="')
    return challenge.split('error="')[1].split('"')[0]


def test_a_bound_token_opens_with_a_proof(sso: SingleSignOn, key: DpopKey, bound: str) -> None:
    proof = key.proof(key.claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(bound)))
    answer = tell(sso, bound, proof)
    assert answer.json["preferred_username"] == "zp"
    assert answer.headers["DPoP-Nonce"]
    assert challenged(tell(sso, bound, proof)) == "invalid_dpop_proof", "it was used before"


@pytest.mark.parametrize(
    ("method", "address", "changes"),
    [
        ("GET", USERINFO_ENDPOINT, {"ath": None}),
        ("GET", USERINFO_ENDPOINT, {"ath": access_token_hash("another token")}),
        ("GET", USERINFO_ENDPOINT, {"ath": 5}),
        ("POST", USERINFO_ENDPOINT, {}),
        ("GET", TOKEN_ENDPOINT, {}),
        ("GET", USERINFO_ENDPOINT, {"iat": 0}),
        ("GET", USERINFO_ENDPOINT, {"jti": None}),
    ],
)
def test_a_proof_that_does_not_fit_the_request(
    sso: SingleSignOn, key: DpopKey, bound: str, method: str, address: str, changes: dict[str, Any]
) -> None:
    claims = key.claims(method, address, **{"ath": access_token_hash(bound), **changes})
    assert challenged(tell(sso, bound, key.proof(claims))) == "invalid_dpop_proof"


def test_a_post_is_proved_as_a_post(sso: SingleSignOn, key: DpopKey, bound: str) -> None:
    headers = {"Authorization": f"DPoP {bound}"}
    headers["DPoP"] = key.proof(key.claims("POST", USERINFO_ENDPOINT, ath=access_token_hash(bound)))
    assert webtest.TestApp(sso.world).post(USERINFO_ENDPOINT, headers=headers).json["preferred_username"] == "zp"


def test_without_a_proof(sso: SingleSignOn, bound: str) -> None:
    answer = tell(sso, bound)
    assert challenged(answer) == "invalid_dpop_proof"
    assert answer.headers["DPoP-Nonce"]


def test_without_a_nonce(sso: SingleSignOn, bound: str) -> None:
    key = DpopKey(sso)
    answer = tell(sso, bound, key.proof(key.claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(bound))))
    assert challenged(answer) == "use_dpop_nonce"
    key.nonce = answer.headers["DPoP-Nonce"]
    assert (
        tell(sso, bound, key.proof(key.claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(bound)))).status_int
        == 200
    )


def test_with_two_proofs(sso: SingleSignOn, key: DpopKey, bound: str) -> None:
    proofs = [key.proof(key.claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(bound))) for _ in range(2)]
    assert challenged(tell(sso, bound, *proofs)) == "invalid_dpop_proof"


def test_with_another_key(sso: SingleSignOn, bound: str) -> None:
    thief = DpopKey(sso, "thief").fresh()
    proof = thief.proof(thief.claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(bound)))
    assert challenged(tell(sso, bound, proof)) == "invalid_token"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_bound_token_is_no_bearer_token(sso: SingleSignOn, key: DpopKey, bound: str, scheme: str) -> None:
    proof = key.proof(key.claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(bound)))
    for proofs in ((), (proof,)):
        answer = tell(sso, bound, *proofs, scheme=scheme)
        assert answer.status_int == 401
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith("Bearer ")
        assert 'error="invalid_token", DPoP realm="sso-portal", algs="ES256' in challenge
    body = webtest.TestApp(sso.world).post(USERINFO_ENDPOINT, {"access_token": bound}, status=401)
    assert body.json["error"] == "invalid_token"


@pytest.mark.usefixtures("bound")
def test_a_bearer_token_is_no_bound_token(sso: SingleSignOn, key: DpopKey) -> None:
    form = {"grant_type": "password", "client_id": "phone", "username": "zp", "password": "penadmin"}
    form |= {"client_secret": "the secret of a phone"}
    token = webtest.TestApp(sso.world).post(TOKEN_ENDPOINT, form).json["access_token"]
    proof = key.proof(key.claims("GET", USERINFO_ENDPOINT, ath=access_token_hash(token)))
    assert challenged(tell(sso, token, proof)) == "invalid_token"
    assert tell(sso, token, scheme="Bearer").status_int == 200


@pytest.mark.parametrize("header", ["DPoP", "DPoP ", "dpop a b", "DPoP unknown"])
def test_a_header_without_a_living_token(sso: SingleSignOn, key: DpopKey, header: str) -> None:
    headers = {"Authorization": header, "DPoP": key.proof(key.claims("GET", USERINFO_ENDPOINT))}
    assert challenged(webtest.TestApp(sso.world).get(USERINFO_ENDPOINT, headers=headers, status="*")) == "invalid_token"


def test_who_comes_without_a_token_learns_both_ways(sso: SingleSignOn) -> None:
    challenge = webtest.TestApp(sso.world).get(USERINFO_ENDPOINT, status=401).headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert challenge.endswith('DPoP realm="sso-portal", algs="ES256 RS256 PS256 EdDSA"')
    assert "error=" not in challenge
