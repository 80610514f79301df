"""Request objects that only the portal can read (OpenID Connect Core, sections 6.1 and 10; RFC 9101, section 6.1)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import webtest
from joserfc.jwk import ECKey, OctKey

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import EncryptionKey, encrypted, jwk_set, key_for, signed, unsigned
from sso_testkit.clients.names import DECRYPTION_ALGORITHMS
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

KEY = "ES256"


@pytest.fixture
def signer(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A site that signs its requests."""
    return register("signer", jwks=jwk_set(key_for(KEY, KEY)))


def public_keys(sso: SingleSignOn) -> dict[str, dict[str, Any]]:
    """The keys that sites encrypt for, by algorithm; the newest when there are several."""
    keys = webtest.TestApp(sso.world).get(f"{PORTAL}/o/jwks/").json["keys"]
    return {key["alg"]: key for key in reversed(keys) if key["use"] == "enc"}


def nested(**claims: Any) -> str:
    """A signed request."""
    return signed({"iss": "signer", "aud": PORTAL, "state": "sealed", **claims}, key_for(KEY, KEY))


def test_the_keys_are_published_without_their_secret(sso: SingleSignOn) -> None:
    found = public_keys(sso)
    assert set(found) == set(DECRYPTION_ALGORITHMS)
    for key in found.values():
        assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


@pytest.mark.parametrize("content", ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"])
@pytest.mark.parametrize("algorithm", DECRYPTION_ALGORITHMS)
def test_every_way(signer: RelyingParty, sso: SingleSignOn, browser: Browser, algorithm: str, content: str) -> None:
    token = encrypted(nested(), public_keys(sso)[algorithm], content)
    browser.open(signer.url(request=token))
    answer = signer.answer(browser)
    assert (answer["state"], "code" in answer) == ("sealed", True)


def test_it_works_pushed_and_without_kid_and_cty(signer: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    whole = {"client_id": "signer", "response_type": "code", "redirect_uri": signer.redirect_uri, "scope": "openid"}
    challenge = {"code_challenge": "x" * 43, "code_challenge_method": "S256"}
    token = encrypted(nested(**whole, **challenge), public_keys(sso)["ECDH-ES"], kid=None, cty=None)
    answer = signer.push(request=token)
    assert answer.status_int == 201, answer.text
    browser.open(signer.pushed_url(answer.json["request_uri"]))
    assert signer.answer(browser)["state"] == "sealed"


def test_a_site_that_registered_to_encrypt_gets_nowhere_with_plain_ones(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    sso.edit_client("signer", request_object_encryption_alg="ECDH-ES", request_object_encryption_enc="A256GCM")
    browser.open(signer.url(request=nested()))
    answer = signer.answer(browser)
    assert (answer["error"], "not encrypted" in answer["error_description"]) == ("invalid_request_object", True)
    browser.open(signer.url(request=encrypted(nested(), public_keys(sso)["ECDH-ES"], "A256GCM")))
    assert signer.answer(browser)["state"] == "sealed"


def test_encrypted_and_not_signed_is_for_sites_that_are_registered_unsigned(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    claims = {"iss": "signer", "aud": PORTAL, "state": "sealed"}
    key = public_keys(sso)["ECDH-ES"]
    forms = (encrypted(unsigned(claims), key), encrypted(json.dumps(claims), key, cty=None))
    for token in forms:
        browser.open(signer.url(request=token))
        assert signer.answer(browser)["error"] == "invalid_request_object"
    sso.edit_client("signer", request_object_signing_alg="none")
    for token in forms:
        browser.open(signer.url(request=token))
        assert signer.answer(browser)["state"] == "sealed"
        assert signer.push(request=token).json["error"] == "invalid_request_object", "pushed ones are signed"


def test_the_keys_of_yesterday_and_of_tomorrow_open_it_too(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    old = public_keys(sso)
    sso.clock.advance(days=89)
    sso.portal.sweep()
    keys = webtest.TestApp(sso.world).get(f"{PORTAL}/o/jwks/").json["keys"]
    assert len([key for key in keys if key["use"] == "enc"]) == 4
    sso.clock.advance(days=5)
    sso.portal.sweep()
    assert {key["kid"] for key in public_keys(sso).values()}.isdisjoint(key["kid"] for key in old.values())
    person = sso.browser()
    person.open(f"{PORTAL}/o/login/")
    person.sign_in("zp", "penadmin")
    for key in (*old.values(), *(key for key in keys if key["use"] == "enc")):
        person.open(signer.url(request=encrypted(nested(), key)))
        assert signer.answer(person)["state"] == "sealed"
    sso.clock.advance(days=90)
    sso.portal.sweep()
    person.open(f"{PORTAL}/o/login/")
    person.sign_in("zp", "penadmin")
    person.open(signer.url(request=encrypted(nested(), old["ECDH-ES"])))
    assert signer.answer(person)["error"] == "invalid_request_object"


def tampered(token: str, part: int) -> str:
    """The token with one letter in the middle of a part changed."""
    parts = token.split(".")
    middle = len(parts[part]) // 2
    other = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
    return ".".join(parts)


Keys = dict[str, dict[str, Any]]
HOSTILE: dict[str, Callable[[Keys], str]] = {
    "a kid that is not ours": lambda keys: encrypted(nested(), keys["ECDH-ES"], kid="nobody's"),
    "the kid of another key": lambda keys: encrypted(nested(), keys["ECDH-ES"], kid=keys["RSA-OAEP-256"]["kid"]),
    "for somebody else": lambda keys: encrypted(
        nested(), {**EncryptionKey("ECDH-ES").jwks["keys"][0], "alg": "ECDH-ES", "kid": keys["ECDH-ES"]["kid"]}
    ),
    "dir": lambda _keys: encrypted(
        nested(), {**OctKey.generate_key(128).as_dict(), "alg": "dir", "kid": "x"}, "A128GCM", kid=None
    ),
    "older RSA-OAEP": lambda keys: encrypted(nested(), keys["RSA-OAEP-256"], alg="RSA-OAEP"),
    "key wrapping": lambda keys: encrypted(nested(), keys["ECDH-ES"], alg="ECDH-ES+A128KW"),
    "compressed": lambda keys: encrypted(nested(), keys["ECDH-ES"], zip="DEF"),
    "a compressed bomb": lambda keys: encrypted("x" * 10_000_000, keys["ECDH-ES"], zip="DEF"),
    "encrypted twice": lambda keys: encrypted(encrypted(nested(), keys["ECDH-ES"]), keys["ECDH-ES"]),
    "nothing inside": lambda keys: encrypted("", keys["ECDH-ES"]),
    "no JWT inside": lambda keys: encrypted("x", keys["ECDH-ES"]),
    "broken claims inside": lambda keys: encrypted("{", keys["ECDH-ES"]),
    "signed by a stranger": lambda keys: encrypted(
        signed({"state": "sealed"}, key_for(KEY, "strange"), kid=KEY), keys["ECDH-ES"]
    ),
    "point of another curve": lambda keys: encrypted(
        nested(),
        {**ECKey.generate_key("P-384").as_dict(private=False), "alg": "ECDH-ES", "kid": keys["ECDH-ES"]["kid"]},
    ),
    "four dots": lambda _keys: "....",
    "a header of letters": lambda _keys: "eA.eA.eA.eA.eA",
    "a header without an algorithm": lambda _keys: "e30.eA.eA.eA.eA",
    "RSA1_5": lambda _keys: head({"alg": "RSA1_5", "enc": "A128GCM"}),
    "a list for an algorithm": lambda _keys: head({"alg": ["ECDH-ES"], "enc": "A128GCM"}),
    "an object for a kid": lambda keys: head({"alg": "ECDH-ES", "enc": "A128GCM", "kid": {}}),
    "no ephemeral key": lambda _keys: head({"alg": "ECDH-ES", "enc": "A128GCM"}),
    "an ephemeral key of zeros": lambda _keys: head(
        {"alg": "ECDH-ES", "enc": "A128GCM", "epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}
    ),
    "a secret ephemeral key": lambda _keys: head(
        {"alg": "ECDH-ES", "enc": "A128GCM", "epk": {"kty": "oct", "k": "AA"}}
    ),
    "letters that are not ASCII": lambda keys: encrypted(nested(), keys["ECDH-ES"]) + "密",
    "not text inside": lambda keys: encrypted("x", keys["ECDH-ES"])[:-2],
    **{
        f"changed part {part} of {algorithm}": lambda keys, part=part, algorithm=algorithm: tampered(
            encrypted(nested(), keys[algorithm], "A256GCM" if part % 2 else "A128CBC-HS256"), part
        )
        for part in range(5)
        for algorithm in DECRYPTION_ALGORITHMS
        if algorithm != "ECDH-ES" or part != 1
    },
}


def head(header: Any) -> str:
    """A JWE with this header and little else."""
    return f"{encode(header)}.eA.AAAAAAAAAAAAAAAA.eA.AAAAAAAAAAAAAAAAAAAAAA"


def encode(part: Any) -> str:
    """JSON as a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_taken(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser, make: Callable[[Keys], str]
) -> None:
    token = make(public_keys(sso))
    stranger = sso.browser()
    answer = stranger.request("GET", signer.url(request=token), None)
    if answer.status_int == 414:
        assert len(token) > 10_000
        return
    browser.open(signer.url(request=token))
    told = signer.answer(browser)
    assert (told["error"], told["state"]) == ("invalid_request_object", "the-state")
    pushed = signer.push(request=token)
    assert (pushed.status_int, pushed.json["error"]) == (400, "invalid_request_object")


def test_a_huge_one_is_not_even_opened(signer: RelyingParty, sso: SingleSignOn) -> None:
    answer = signer.push(request=encrypted(nested(state="x" * 20_000), public_keys(sso)["ECDH-ES"]))
    assert answer.json["error"] == "invalid_request_object"
    assert "longer than" in answer.json["error_description"]


def test_pages_see_the_language_inside(signer: RelyingParty, sso: SingleSignOn) -> None:
    browser = sso.browser()
    token = encrypted(nested(ui_locales="zh-CN", login_hint="lin"), public_keys(sso)["RSA-OAEP-256"])
    browser.open(signer.url(request=token))
    assert browser.page.headers["Content-Language"] == "zh-CN"
    assert browser.page.forms[0]["username"].value == "lin"
