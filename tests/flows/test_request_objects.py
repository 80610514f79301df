"""Requests whose parameters come in a JWT, by value and by reference (OpenID Connect Core, section 6; RFC 9101)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwe
from joserfc.jwk import RSAKey

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import jwk_set, key_for, signed, signed_by_secret, unsigned
from sso_testkit.relying_party import CHALLENGE, RelyingParty
from sso_testkit.sso import PORTAL

WHOLE = {
    "response_type": "code",
    "client_id": "signer",
    "redirect_uri": "https://signer.example.test/cb",
    "scope": "openid profile",
    "state": "from inside",
    "nonce": "nonce inside",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
KEY = "ES256"


@pytest.fixture
def signer(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A site that signs its requests."""
    return register("signer", jwks=jwk_set(key_for(KEY, KEY)), request_uris=["https://signer.example.test/request"])


def sealed(now: int, **changes: Any) -> str:
    claims = {**WHOLE, "iss": "signer", "aud": PORTAL, "exp": now + 60, **changes}
    return signed({name: value for name, value in claims.items() if value is not None}, key_for(KEY, KEY))


def url_with(request: str, **outside: str) -> str:
    fields = {"client_id": "signer", "response_type": "code", "scope": "openid", "request": request, **outside}
    return f"{PORTAL}/o/authorize/?{urlencode({name: value for name, value in fields.items() if value})}"


def test_what_the_object_says_counts(signer: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    browser.open(url_with(sealed(sso.clock.now()), state="from outside", nonce="outside"))
    answer = signer.answer(browser)
    assert answer["state"] == "from inside"
    tokens = signer.redeem(answer["code"]).json
    assert (tokens["scope"], signer.claims(tokens["id_token"])["nonce"]) == ("openid profile", "nonce inside")


def test_what_only_stands_outside_counts_for_an_openid_request_and_not_for_another(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    token = sealed(sso.clock.now(), state=None)
    browser.open(url_with(token, state="from outside"))
    assert signer.answer(browser)["state"] == "from outside"
    browser.open(url_with(token, state="from outside", scope=""))
    assert "state" not in signer.answer(browser), "RFC 9101, section 6.3"


def test_a_site_that_has_to_sign_gets_nowhere_without(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    sso.edit_client("signer", require_signed_request_object=True)
    browser.open(signer.url())
    assert signer.answer(browser)["error"] == "invalid_request_object"
    browser.open(url_with(sealed(sso.clock.now(), state=None), state="from outside"))
    assert "state" not in signer.answer(browser)
    assert "code" in signer.answer(browser)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA", "HS256", "none"])
def test_each_way_to_sign(
    register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser, algorithm: str
) -> None:
    own: dict[str, Any] = {"request_object_signing_alg": algorithm}
    if algorithm == "HS256":
        own["token_endpoint_auth_method"] = "client_secret_jwt"
    elif algorithm != "none":
        own["jwks"] = jwk_set(key_for(algorithm, algorithm))
    site = register("signer", **own)
    claims = {**WHOLE, "iss": "signer", "aud": PORTAL}
    if algorithm == "HS256":
        token = signed_by_secret(claims, site.secret)
    elif algorithm == "none":
        token = unsigned(claims)
    else:
        token = signed(claims, key_for(algorithm, algorithm), algorithm)
    browser.open(url_with(token))
    assert site.answer(browser)["state"] == "from inside"


def test_a_request_that_ran_out_while_she_signed_in_goes_on(signer: RelyingParty, sso: SingleSignOn) -> None:
    newcomer = sso.browser()
    newcomer.open(url_with(sealed(sso.clock.now())))
    sso.clock.advance(3600)
    newcomer.sign_in("zp", "penadmin")
    assert signer.answer(newcomer)["state"] == "from inside"
    newcomer.open(url_with(sealed(sso.clock.now() - 61)))
    assert signer.answer(newcomer)["error"] == "invalid_request_object", "too late is too late when it arrives"


def test_a_prompt_inside_is_heeded_and_answered_once(signer: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    browser.open(url_with(sealed(sso.clock.now(), prompt="login", max_age=60)))
    assert "Confirm it is you" in browser.text
    browser.sign_in("zp", "penadmin")
    assert "code" in signer.answer(browser)
    newcomer = sso.browser()
    newcomer.open(url_with(sealed(sso.clock.now(), prompt="login")))
    newcomer.sign_in("zp", "penadmin")
    assert "code" in signer.answer(newcomer), "who has just signed in is not asked again"


def test_an_object_that_is_fetched(signer: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    served = Served(sealed(sso.clock.now()))
    sso.world.add("https://signer.example.test", served)
    reference = "https://signer.example.test/request"
    for uri in (reference, f"{reference}#hash-of-the-content"):
        browser.open(url_with("", request_uri=uri))
        assert signer.answer(browser)["state"] == "from inside"
    assert served.asked == ["/request", "/request"]


@pytest.mark.parametrize(
    "uri",
    [
        "https://signer.example.test/other",
        "https://evil.example.test/request",
        "http://127.0.0.1/request",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "urn:ietf:params:oauth:request_uri:x",
        "x" * 3000,
    ],
)
def test_only_registered_objects_are_fetched(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser, uri: str
) -> None:
    served = Served("")
    sso.world.add("https://evil.example.test", served)
    browser.open(url_with("", request_uri=uri, redirect_uri="https://signer.example.test/cb"))
    assert signer.answer(browser)["error"] == "invalid_request_uri"
    assert served.asked == []


def test_a_registered_address_inside_the_house_is_not_fetched(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    site = register("signer", request_uris=["http://127.0.0.1:8080/r", "https://localhost/r", "https://10.0.0.1/r"])
    for uri in ("http://127.0.0.1:8080/r", "https://localhost/r", "https://10.0.0.1/r"):
        browser.open(url_with("", request_uri=uri))
        answer = site.answer(browser)
        assert (answer["error"], "cannot be fetched" in answer["error_description"]) == ("invalid_request_uri", True)


def test_an_object_that_changes_after_it_was_shown_is_shown_again(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    sso.edit_client("signer", consent="explicit", scope="openid profile email")
    served = Served(sealed(sso.clock.now(), scope="openid"))
    sso.world.add("https://signer.example.test", served)
    browser.open(url_with("", request_uri="https://signer.example.test/request"))
    assert "See your profile" not in browser.text
    served.token = sealed(sso.clock.now(), scope="openid profile")
    browser.agree()
    assert "See your profile" in browser.text, "she sees what she agrees to"
    browser.agree()
    assert signer.redeem(signer.answer(browser)["code"]).json["scope"] == "openid profile"


class Served:
    """A site that serves its request object."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/cb":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"arrived"]
        self.asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "application/oauth-authz-req+jwt")])
        return [self.token.encode()]


def sealed_for_nobody(token: str) -> str:
    """Encrypted, for a key that the portal does not have: it publishes none (RFC 9101, section 6.1)."""
    key = RSAKey.generate_key(2048)
    return jwe.encrypt_compact({"alg": "RSA-OAEP", "enc": "A256GCM", "cty": "JWT"}, token, key)


HOSTILE: dict[str, Callable[[int], str]] = {
    "garbage": lambda _now: "x",
    "no object": lambda _now: signed([1], key_for(KEY, KEY)),
    "unsigned": lambda _now: unsigned({**WHOLE, "iss": "signer", "aud": PORTAL}),
    "strange key": lambda now: signed({**WHOLE, "exp": now + 60}, key_for(KEY, "strange"), kid=KEY),
    "unknown kid": lambda now: signed({**WHOLE, "exp": now + 60}, key_for(KEY, "strange")),
    "HMAC over the public key": lambda _now: signed_by_secret(WHOLE, str(jwk_set(key_for(KEY, KEY)))),
    "wrong typ": lambda _now: signed(WHOLE, key_for(KEY, KEY), typ="at+jwt"),
    "critical header": lambda _now: signed(WHOLE, key_for(KEY, KEY), crit=["b64"], b64=True),
    "expired": lambda now: sealed(now, exp=now - 1),
    "not yet": lambda now: sealed(now, nbf=now + 3600),
    "exp of letters": lambda now: sealed(now, exp="soon"),
    "other audience": lambda now: sealed(now, aud="https://other.example.test"),
    "audiences without us": lambda now: sealed(now, aud=["https://other.example.test"]),
    "other issuer": lambda now: sealed(now, iss="rp"),
    "other client": lambda now: sealed(now, client_id="rp"),
    "other response type": lambda now: sealed(now, response_type="token"),
    "an object inside": lambda now: sealed(now, request="x"),
    "a reference inside": lambda now: sealed(now, request_uri="https://signer.example.test/request"),
    "a list": lambda now: sealed(now, state=["a"]),
    "huge": lambda now: sealed(now, state="x" * 14_000),
    "NUL": lambda now: sealed(now, state="a\x00b"),
    "encrypted": lambda now: sealed_for_nobody(sealed(now)),
    "nested": lambda now: signed(sealed(now).encode(), key_for(KEY, KEY), cty="JWT"),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_an_object_that_is_not_taken(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser, make: Callable[[int], str]
) -> None:
    answer = browser.request("GET", url_with(make(sso.clock.now()), state="from outside"), None)
    if answer.status_int == 414:
        return
    assert answer.status_int == 303
    browser.open(url_with(make(sso.clock.now()), state="from outside"))
    told = signer.answer(browser)
    assert told["error"] in {"invalid_request_object", "invalid_request"}
    assert told["state"] == "from outside"
    assert told["error_description"].isascii()
    assert not set(chr(34) + chr(92)) & set(told["error_description"])


def test_both_ways_at_once_are_refused(signer: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    browser.open(url_with(sealed(sso.clock.now()), request_uri="https://signer.example.test/request"))
    assert signer.answer(browser)["error"] == "invalid_request_object"


def test_a_redirect_uri_inside_has_to_be_registered_too(
    signer: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    browser.open(url_with(sealed(sso.clock.now(), redirect_uri="https://evil.example.test/")))
    assert browser.page.status_int == 400
    assert "not registered" in browser.text
