"""Every check of the id_token, each failed by a real token, seen from the site's callback."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.unit.sso_client.provider import MovableClock, Provider, left_half_hash
from tests.unit.sso_client.site_under_test import Person


def refused_by(person: Person, caplog: pytest.LogCaptureFixture) -> str:
    """Sign in and return which check refused the id_token, after making sure that nobody was signed in."""
    location = person.leave()
    with caplog.at_level(logging.WARNING, "sso_client"):
        answer = person.come_back(location)
    assert answer.status_int == 403, answer
    assert "Your sign-in could not be confirmed" in answer.text and "Sign in again" in answer.text
    assert person.cookies() == {}
    assert person.get("/").text.startswith("public None")
    return caplog.records[-1].getMessage().split("the check of ")[1].split(":")[0]


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("iss", {"iss": "https://evil.example"}),
        ("iss", {"iss": "https://portal.example.test/"}),
        ("iss", {"iss": None}),
        ("aud", {"aud": "talent-center"}),
        ("aud", {"aud": None}),
        ("aud", {"aud": []}),
        ("aud", {"aud": {"project-center": 1}}),
        ("azp", {"aud": ["project-center", "talent-center"]}),
        ("azp", {"aud": ["project-center", "talent-center"], "azp": "talent-center"}),
        ("azp", {"azp": "talent-center"}),
        ("exp", {"exp": 1_799_999_940}),
        ("exp", {"exp": None}),
        ("exp", {"exp": "1900000000"}),
        ("exp", {"exp": True}),
        ("iat", {"iat": 1_800_000_061}),
        ("iat", {"iat": None}),
        ("nbf", {"nbf": 1_800_000_061}),
        ("nonce", {"nonce": "another"}),
        ("nonce", {"nonce": None}),
        ("nonce", {"nonce": ["a"]}),
        ("at_hash", {"at_hash": left_half_hash("another token")}),
        ("at_hash", {"at_hash": 7}),
        ("sub", {"sub": None}),
        ("sub", {"sub": ""}),
        ("sub", {"sub": 7}),
        ("sub", {"sub": "x" * 256}),
    ],
)
def test_a_wrong_claim_is_refused(
    person: Person, provider: Provider, caplog: pytest.LogCaptureFixture, check: str, changes: dict[str, Any]
) -> None:
    provider.id_token_changes = changes
    assert refused_by(person, caplog) == check


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["project-center"]},
        {"aud": ["project-center", "other"], "azp": "project-center"},
        {"azp": "project-center"},
        {"exp": 1_799_999_941},
        {"iat": 1_800_000_060},
        {"at_hash": None},
        {"auth_time": None},
    ],
)
def test_what_the_specification_allows_is_accepted(person: Person, provider: Provider, changes: dict[str, Any]) -> None:
    provider.id_token_changes = changes
    assert person.sign_in().text.startswith("zp|")


def test_alg_none_is_refused(person: Person, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    provider.forge = provider.unsigned
    assert refused_by(person, caplog) == "alg"


def test_hmac_with_the_public_key_is_refused(
    person: Person, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.forge = provider.signed_with_public_key
    assert refused_by(person, caplog) == "alg"


def test_a_foreign_key_with_a_known_name_is_refused(
    person: Person, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.keys = [ECKey.generate_key("P-256", {"kid": "first"})]
    assert refused_by(person, caplog) == "signature"


def test_a_key_inside_the_token_is_not_believed(
    person: Person, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    foreign = ECKey.generate_key("P-256", {"kid": "first"})
    provider.keys = [foreign]
    provider.forge = lambda claims: provider.sign(claims, jwk=foreign.as_dict(private=False))
    assert refused_by(person, caplog) == "signature"


def test_an_encryption_key_does_not_verify(
    person: Person, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.published[0]["use"] = "enc"
    assert refused_by(person, caplog) == "signature"


@pytest.mark.parametrize("token", ["a", "a.b", "a.b.c", "....", "e30.e30.", "W10.e30.c2ln"])
def test_what_is_not_a_token_is_refused(
    person: Person, provider: Provider, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    provider.forge = lambda claims: token
    assert refused_by(person, caplog) in ("signature", "alg")


def test_no_id_token_at_all_is_refused(person: Person, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    provider.token_changes = {"id_token": None}
    assert refused_by(person, caplog) == "signature"


def test_rs256_and_a_token_without_kid_are_accepted(person: Person, provider: Provider) -> None:
    key = RSAKey.generate_key(2048, {"kid": "rsa"})
    provider.published.append(key.as_dict(private=False))
    provider.published.append({"kty": "future", "kid": "unknown kind"})
    provider.forge = lambda claims: jwt.encode({"alg": "RS256"}, claims, key)
    assert person.sign_in().text.startswith("zp|")


def test_ps256_is_accepted(person: Person, provider: Provider) -> None:
    key = RSAKey.generate_key(2048, {"kid": "rsa", "alg": "PS256", "use": "sig"})
    provider.published.append(key.as_dict(private=False))
    provider.forge = lambda claims: jwt.encode({"alg": "PS256", "kid": "rsa"}, claims, key, algorithms=["PS256"])
    assert person.sign_in().text.startswith("zp|")


def signed_with_ed25519(provider: Provider, hash_name: str) -> None:
    """Let the provider sign with Ed25519, and hash the access token for at_hash with the given function."""
    key = Ed25519PrivateKey.generate()
    public = {"kty": "OKP", "crv": "Ed25519", "x": part(key.public_key().public_bytes_raw())}
    provider.published.append({**public, "kid": "ed", "alg": "EdDSA", "use": "sig"})

    def forge(claims: dict[str, Any]) -> str:
        (access_token,) = provider.access_tokens
        digest = hashlib.new(hash_name, access_token.encode()).digest()
        claims = {**claims, "at_hash": part(digest[: len(digest) // 2])}
        message = ".".join(part(json.dumps(text).encode()) for text in ({"alg": "EdDSA", "kid": "ed"}, claims))
        return f"{message}.{part(key.sign(message.encode()))}"

    provider.forge = forge


def part(value: bytes) -> str:
    """One part of a compact token."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def test_eddsa_is_accepted_with_the_hash_that_goes_with_it(person: Person, provider: Provider) -> None:
    signed_with_ed25519(provider, "sha512")
    assert person.sign_in().text.startswith("zp|")


def test_eddsa_with_the_hash_of_the_others_is_refused(
    person: Person, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    signed_with_ed25519(provider, "sha256")
    assert refused_by(person, caplog) == "at_hash"


def test_max_age_is_checked_when_asked_for(site: Callable[..., Any], provider: Provider) -> None:
    person = Person(site(extra_params="max_age=100&ui_locales=zh"), provider)
    location = person.leave()
    assert "max_age=100" in location and "ui_locales=zh" in location
    provider.id_token_changes = {"auth_time": 1_799_999_000}
    assert person.come_back(location).status_int == 403
    provider.id_token_changes = {}
    assert person.sign_in().text.startswith("zp|")


def test_an_unknown_kid_fetches_the_keys_once(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    assert provider.calls["/jwks"] == 1
    provider.rotate_key("second")
    other = Person(person.browser.app, provider)
    other.sign_in()
    assert provider.calls["/jwks"] == 2
    for _ in range(3):
        other = Person(person.browser.app, provider)
        other.sign_in()
    assert provider.calls["/jwks"] == 2


def test_unknown_kids_cannot_hammer_the_portal(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    provider.forge = lambda claims: provider.sign(claims, kid="nobody")
    for _ in range(5):
        fresh = Person(person.browser.app, provider)
        assert fresh.come_back(fresh.leave()).status_int == 403
    assert provider.calls["/jwks"] == 2
    clock.move(60)
    fresh = Person(person.browser.app, provider)
    assert fresh.come_back(fresh.leave()).status_int == 403
    assert provider.calls["/jwks"] == 3


def test_keys_are_fetched_again_after_a_day(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    clock.move(24 * 3600)
    Person(person.browser.app, provider).sign_in()
    assert provider.calls["/jwks"] == 2


def test_claims_of_the_userinfo_endpoint_complete_the_picture(person: Person, provider: Provider) -> None:
    del provider.claims["name"]
    provider.userinfo_claims = {"name": "From userinfo", "preferred_username": "not the signed one"}
    assert person.sign_in().text.startswith("zp|u-1|From userinfo|")


def test_userinfo_for_somebody_else_is_refused(
    person: Person, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    del provider.claims["name"]
    provider.userinfo_claims = {"sub": "u-2", "name": "Somebody else"}
    assert refused_by(person, caplog) == "sub"
