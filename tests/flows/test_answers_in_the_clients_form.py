"""id_tokens and userinfo as a client registered them: signed by each algorithm, encrypted, or plain."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sso_testkit import Browser
from sso_testkit.clients import EncryptionKey
from sso_testkit.clients.names import CONTENT_ENCRYPTION_ALGORITHMS, KEY_ENCRYPTION_ALGORITHMS, SIGNING_ALGORITHMS
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL


@pytest.fixture(scope="module")
def rsa() -> EncryptionKey:
    return EncryptionKey("RSA-OAEP")


@pytest.fixture(scope="module")
def elliptic() -> EncryptionKey:
    return EncryptionKey("ECDH-ES")


@pytest.mark.parametrize("algorithm", SIGNING_ALGORITHMS)
def test_signed_userinfo(register: Callable[..., RelyingParty], browser: Browser, algorithm: str) -> None:
    site = register("signed", userinfo_signed_response_alg=algorithm)
    tokens = site.redeem(site.code(browser)).json
    answer = site.userinfo(tokens["access_token"])
    assert answer.content_type == "application/jwt"
    claims = site.claims(answer.text)
    assert (claims["iss"], claims["aud"], claims["preferred_username"]) == (PORTAL, "signed", "zp")
    assert claims["sub"] == site.claims(tokens["id_token"])["sub"]


@pytest.mark.parametrize("content", CONTENT_ENCRYPTION_ALGORITHMS)
@pytest.mark.parametrize("algorithm", KEY_ENCRYPTION_ALGORITHMS)
def test_an_encrypted_id_token(
    register: Callable[..., RelyingParty],
    browser: Browser,
    rsa: EncryptionKey,
    elliptic: EncryptionKey,
    algorithm: str,
    content: str,
) -> None:
    key = rsa if algorithm.startswith("RSA") else elliptic
    site = register(
        "sealed",
        jwks=key.jwks,
        id_token_encrypted_response_alg=algorithm,
        id_token_encrypted_response_enc=content,
    )
    sealed = site.redeem(site.code(browser)).json["id_token"]
    assert sealed.count(".") == 4
    assert site.claims(key.decrypt(sealed))["nonce"] == "the-nonce"


@pytest.mark.parametrize("signed", ["", "ES256"])
def test_encrypted_userinfo(
    register: Callable[..., RelyingParty], browser: Browser, elliptic: EncryptionKey, signed: str
) -> None:
    site = register(
        "sealed",
        jwks=elliptic.jwks,
        userinfo_encrypted_response_alg="ECDH-ES",
        userinfo_signed_response_alg=signed,
    )
    answer = site.userinfo(site.redeem(site.code(browser)).json["access_token"])
    assert answer.content_type == "application/jwt"
    plain = elliptic.decrypt(answer.text)
    claims = site.claims(plain) if signed else json.loads(plain)
    assert claims["preferred_username"] == "zp"


def test_a_client_without_a_fitting_key_is_told_so(
    register: Callable[..., RelyingParty], browser: Browser, elliptic: EncryptionKey
) -> None:
    site = register("odd", jwks=elliptic.jwks, id_token_encrypted_response_alg="RSA-OAEP-256")
    answer = site.redeem(site.code(browser))
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_request")
    assert "RSA-OAEP-256" in answer.json["error_description"]


def test_userinfo_by_header_and_by_form_is_the_same(rp: RelyingParty, browser: Browser) -> None:
    token = rp.redeem(rp.code(browser)).json["access_token"]
    by_header = rp.userinfo(token).json
    http = rp.http()
    assert http.post(f"{PORTAL}/o/userinfo/", {"access_token": token}).json == by_header
    posted = http.post(f"{PORTAL}/o/userinfo/", headers={"Authorization": f"Bearer {token}"})
    assert posted.json == by_header
