"""Every algorithm that the metadata advertises works: signatures and encryptions of all that is signed or encrypted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import (
    DpopKey,
    EncryptionKey,
    add_api,
    encrypted,
    jwk_set,
    key_for,
    signed,
    signed_by_secret,
    unsigned,
)
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL


@pytest.fixture
def document(sso: SingleSignOn) -> dict[str, Any]:
    return dict(webtest.TestApp(sso.world).get(f"{PORTAL}/.well-known/openid-configuration").json)


def test_every_encryption(register: Callable[..., RelyingParty], browser: Browser, document: dict[str, Any]) -> None:
    keys = {"RSA": EncryptionKey("RSA-OAEP"), "ECD": EncryptionKey("ECDH-ES")}
    ways = document["id_token_encryption_alg_values_supported"]
    contents = document["id_token_encryption_enc_values_supported"]
    assert document["userinfo_encryption_alg_values_supported"] == ways
    assert document["userinfo_encryption_enc_values_supported"] == contents
    # Each way with each content would be the same code again; each value is used once for either answer.
    pairs = [(ways[number % len(ways)], contents[number % len(contents)]) for number in range(len(ways))]
    for number, (way, content) in enumerate(pairs):
        key = keys[way[:3]]
        wish = {
            f"{kind}_encrypted_response_{part}": value
            for kind in ("id_token", "userinfo")
            for part, value in (("alg", way), ("enc", content))
        }
        site = register(f"sealed{number}", jwks=key.jwks, userinfo_signed_response_alg="ES256", **wish)
        tokens = site.redeem(site.code(browser)).json
        told = site.userinfo(tokens["access_token"]).text
        assert site.claims(key.decrypt(tokens["id_token"]))["sub"] == site.claims(key.decrypt(told))["sub"], way


def test_every_form_of_signed_introspection(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, document: dict[str, Any]
) -> None:
    keys = {"RSA": EncryptionKey("RSA-OAEP"), "ECD": EncryptionKey("ECDH-ES")}
    ways, contents, signatures = (
        document[f"introspection_{kind}_values_supported"]
        for kind in ("encryption_alg", "encryption_enc", "signing_alg")
    )
    token = rp.redeem(rp.code(browser)).json["access_token"]
    for number, way in enumerate(ways):
        key = keys[way[:3]]
        api = add_api(
            sso,
            f"asks{number}",
            jwks=key.jwks,
            introspection_signed_response_alg=signatures[number % len(signatures)],
            introspection_encrypted_response_alg=way,
            introspection_encrypted_response_enc=contents[number % len(contents)],
        )
        form = {"client_id": api.client_id, "client_secret": api.secret, "token": token}
        accept = {"Accept": "application/token-introspection+jwt"}
        told = api.http().post(document["introspection_endpoint"], form, headers=accept).text
        assert api.claims(key.decrypt(told))["token_introspection"]["active"] is True, way


def test_every_signature_of_a_proof(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, document: dict[str, Any]
) -> None:
    for algorithm in document["dpop_signing_alg_values_supported"]:
        key = DpopKey(sso, f"of {algorithm}", algorithm)
        tokens = rp.redeem(rp.code(browser), dpop=key).json
        assert rp.userinfo(tokens["access_token"], dpop=key).status_int == 200, algorithm


def test_every_signature_of_userinfo(
    register: Callable[..., RelyingParty], browser: Browser, document: dict[str, Any]
) -> None:
    for algorithm in document["userinfo_signing_alg_values_supported"]:
        site = register(f"signed-{algorithm.lower()}", userinfo_signed_response_alg=algorithm)
        answer = site.userinfo(site.redeem(site.code(browser)).json["access_token"])
        assert site.claims(answer.text)["preferred_username"] == "zp", algorithm


def test_every_signature_of_request_objects(
    register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser, document: dict[str, Any]
) -> None:
    assert document["request_parameter_supported"] is document["request_uri_parameter_supported"] is True
    assert document["require_request_uri_registration"] is True
    for algorithm in document["request_object_signing_alg_values_supported"]:
        client_id = f"object-{algorithm.lower()}"
        own: dict[str, Any] = {"request_object_signing_alg": algorithm}
        if algorithm == "HS256":
            own["token_endpoint_auth_method"] = "client_secret_jwt"
        elif algorithm != "none":
            own["jwks"] = jwk_set(key_for(algorithm, algorithm))
        site = register(client_id, **own)
        claims = {"iss": client_id, "aud": PORTAL, "state": f"signed by {algorithm}"}
        if algorithm == "HS256":
            token = signed_by_secret(claims, site.secret)
        elif algorithm == "none":
            token = unsigned(claims)
        else:
            token = signed(claims, key_for(algorithm, algorithm), algorithm)
        browser.open(site.url(request=token))
        assert site.answer(browser)["state"] == f"signed by {algorithm}"


def test_every_encryption_of_request_objects(
    register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser, document: dict[str, Any]
) -> None:
    site = register("secret", jwks=jwk_set(key_for("ES256", "ES256")))
    keys = {key["alg"]: key for key in webtest.TestApp(sso.world).get(document["jwks_uri"]).json["keys"]}
    inner = signed({"iss": "secret", "aud": PORTAL, "state": "read"}, key_for("ES256", "ES256"))
    for way in document["request_object_encryption_alg_values_supported"]:
        for content in document["request_object_encryption_enc_values_supported"]:
            browser.open(site.url(request=encrypted(inner, keys[way], content)))
            assert site.answer(browser)["state"] == "read", (way, content)


def test_every_form_of_a_secured_answer(
    register: Callable[..., RelyingParty], browser: Browser, document: dict[str, Any]
) -> None:
    ways = document["authorization_encryption_alg_values_supported"]
    contents = document["authorization_encryption_enc_values_supported"]
    signatures = document["authorization_signing_alg_values_supported"]
    keys = {"RSA": EncryptionKey("RSA-OAEP"), "ECD": EncryptionKey("ECDH-ES")}
    assert len(ways) >= max(len(contents), len(signatures)), "each value is used once"
    for number, way in enumerate(ways):
        wish = {
            "authorization_encrypted_response_alg": way,
            "authorization_encrypted_response_enc": contents[number % len(contents)],
            "authorization_signed_response_alg": signatures[number % len(signatures)],
        }
        site = register(f"told{number}", jwks=keys[way[:3]].jwks, **wish)
        site.key = keys[way[:3]]
        for mode in (mode for mode in document["response_modes_supported"] if "jwt" in mode):
            browser.open(site.url(response_mode=mode))
            assert "code" in site.answer(browser), (way, mode)
