"""Clients that prove themselves by a JWT: each rule of the assertion, and everything that only looks like one."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.assertions import (
    ASSERTION_TYPE,
    TOKEN,
    OctKey,
    claims_for,
    jwk_set,
    key_for,
    proof,
    signed,
    signed_by_secret,
)
from tests.support.refusals import error
from tests.support.relying_party import RelyingParty
from tests.support.together import together

KEY, RSA = key_for("ES256", "one"), key_for("RS256", "rsa")
MACHINE: dict[str, Any] = {
    "client_name": "Machine",
    "grant_types": ["client_credentials"],
    "response_types": [],
    "scope": "all",
}
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module")
def sso(shared_sso: SingleSignOn) -> SingleSignOn:
    """One world for the whole table, with a client of every kind."""
    add = shared_sso.add_client
    add("keyed", **MACHINE, token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY, RSA))
    add("kept", SECRET, **MACHINE, token_endpoint_auth_method="client_secret_jwt")
    add("plain", SECRET, **MACHINE)
    return shared_sso


SECRET = "the secret of a machine, long enough to be a key"


def ask(sso: SingleSignOn, fields: dict[str, Any], **headers: str) -> webtest.TestResponse:
    return webtest.TestApp(sso.world, lint=False).post(TOKEN, {**GRANT, **fields}, headers=headers, status="*")


def good(sso: SingleSignOn, client_id: str = "keyed", **changes: Any) -> dict[str, Any]:
    return claims_for(client_id, sso.clock.now(), **changes)


def refused(answer: webtest.TestResponse) -> str:
    assert error(answer, 401) == "invalid_client"
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    return str(answer.json["error_description"])


GOOD: list[dict[str, Any]] = [
    {},
    {"aud": PORTAL},
    {"aud": TOKEN},
    {"aud": TOKEN.rstrip("/")},
    {"aud": [TOKEN]},
    {"aud": ["https://elsewhere.example/", PORTAL]},
    {"iat": None},
    {"exp": -4},
    {"exp": 3600},
    {"exp": 59.5},
    {"iat": 60},
    {"nbf": 60},
    {"nbf": -1000},
    {"iat": -100_000},
    {"jti": "x" * 256},
    {"jti": "密 🛒"},
    {"extra": {"deep": [1, 2, 3]}},
]


@pytest.mark.parametrize("changes", GOOD, ids=str)
def test_a_good_assertion(sso: SingleSignOn, changes: dict[str, Any]) -> None:
    assert ask(sso, proof(signed(timed(sso, changes), KEY))).status_int == 200


def timed(sso: SingleSignOn, changes: dict[str, Any]) -> dict[str, Any]:
    """Times in the tables are counted from now."""
    now = sso.clock.now()
    numbers = {n: now + v for n, v in changes.items() if n in {"exp", "nbf", "iat"} and type(v) in {int, float}}
    return good(sso, **{**changes, **numbers})


BAD: list[tuple[dict[str, Any], str]] = [
    ({"iss": None}, "iss"),
    ({"iss": "plain"}, "iss"),
    ({"iss": ["keyed"]}, "iss"),
    ({"sub": None}, "sub"),
    ({"sub": ["keyed"]}, "sub"),
    ({"sub": {"a": "keyed"}}, "sub"),
    ({"sub": ""}, "sub"),
    ({"sub": "nobody", "iss": "nobody"}, "no client"),
    ({"aud": None}, "aud"),
    ({"aud": ""}, "aud"),
    ({"aud": []}, "aud"),
    ({"aud": 5}, "aud"),
    ({"aud": [PORTAL, 5]}, "aud"),
    ({"aud": [[PORTAL]]}, "aud"),
    ({"aud": {PORTAL: 1}}, "aud"),
    ({"aud": "https://elsewhere.example/"}, "aud"),
    ({"aud": f"{PORTAL}/"}, "aud"),
    ({"aud": f"{TOKEN}/"}, "aud"),
    ({"aud": f"{TOKEN}?x=1"}, "aud"),
    ({"aud": TOKEN.upper()}, "aud"),
    ({"aud": f"{PORTAL}/o/revoke/"}, "aud"),
    ({"exp": None}, "exp"),
    ({"exp": -5}, "exp"),
    ({"exp": 3601}, "exp"),
    ({"exp": 10**400}, "exp"),
    ({"exp": "tomorrow"}, "exp"),
    ({"exp": True}, "exp"),
    ({"exp": [1]}, "exp"),
    ({"iat": 61}, "iat"),
    ({"iat": "now"}, "iat"),
    ({"nbf": 61}, "nbf"),
    ({"nbf": {}}, "nbf"),
    ({"jti": None}, "jti"),
    ({"jti": ""}, "jti"),
    ({"jti": 5}, "jti"),
    ({"jti": ["a"]}, "jti"),
    ({"jti": "x" * 257}, "jti"),
]


@pytest.mark.parametrize(("changes", "word"), BAD, ids=[f"{changes} {word}"[:60] for changes, word in BAD])
def test_each_rule_of_the_claims(sso: SingleSignOn, changes: dict[str, Any], word: str) -> None:
    assert word in refused(ask(sso, proof(signed(timed(sso, changes), KEY))))


def test_a_refusal_says_what_would_have_passed(sso: SingleSignOn) -> None:
    description = refused(ask(sso, proof(signed(good(sso, aud="x"), KEY))))
    for audience in (PORTAL, TOKEN, TOKEN.rstrip("/")):
        assert audience in description.replace(",", " ").rstrip(".").split()


def raw(header: object, payload: object, signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, payload)]
    return ".".join([*parts, signature])


def public_pem() -> str:
    return str(RSA.as_pem(private=False).decode())


def by_hand(claims: dict[str, Any], secret: str) -> str:
    """HS256 with anything as the key: the library would not do it."""
    unsigned = raw({"alg": "HS256", "typ": "JWT"}, claims).rpartition(".")[0]
    digest = hmac.digest(secret.encode(), unsigned.encode(), "sha256")
    return f"{unsigned}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


Forge = Callable[[dict[str, Any]], str]
FORGED: dict[str, tuple[Forge, str]] = {
    "not signed": (lambda claims: raw({"alg": "none"}, claims), "'none'"),
    "alg missing": (lambda claims: raw({}, claims, "x"), "three parts|signed with"),
    "alg a list": (lambda claims: raw({"alg": ["ES256"]}, claims, "x"), "three parts|signed with"),
    "nobody's key": (lambda claims: signed(claims, key_for("ES256", "stranger")), "no registered key"),
    "our kid, another's key": (lambda claims: signed(claims, key_for("ES256", "stranger"), kid="one"), "signature"),
    "unknown kid": (lambda claims: signed(claims, KEY, kid="two"), "no registered key"),
    "kid of the other key": (lambda claims: signed(claims, KEY, kid="rsa"), "no registered key"),
    "kid a number": (lambda claims: raw({"alg": "ES256", "kid": 1}, claims, "AAAA"), "three parts|key"),
    "HS256 with the public key": (lambda claims: by_hand(claims, public_pem()), "'HS256'"),
    "HS256 with nothing": (lambda claims: signed(claims, OctKey.import_key("x" * 32), "HS256"), "'HS256'"),
    "an algorithm that is not offered": (lambda claims: signed(claims, RSA, "RS512"), "'RS512'"),
    "typ of an access token": (lambda claims: signed(claims, KEY, typ="at+jwt"), "typ"),
    "typ of a logout token": (lambda claims: signed(claims, KEY, typ="logout+jwt"), "typ"),
    "crit": (
        lambda claims: raw({"alg": "ES256", "crit": ["b64"], "b64": False}, claims, "x"),
        "three parts|crit|JSON object",
    ),
    "another's claims": (lambda claims: swapped(signed(claims, KEY), {**claims, "jti": "another"}), "signature"),
    "no signature": (lambda claims: signed(claims, KEY).rpartition(".")[0] + ".", "signature"),
    "a JWT in a JWT": (lambda claims: signed(signed(claims, KEY).encode(), KEY, cty="JWT"), "JSON object"),
    "five parts": (lambda claims: signed(claims, KEY) + ".a.b", "three parts"),
    "two parts": (lambda claims: signed(claims, KEY).rpartition(".")[0], "three parts"),
    "a list": (lambda claims: signed([claims], KEY), "JSON object"),
    "no JSON": (lambda _claims: signed(b"\xff\xfe", KEY), "JSON object"),
    "deep": (lambda _claims: signed(b"[" * 5_000, KEY), "JSON object"),
    "NaN": (lambda claims: signed(json.dumps({**claims, "exp": float("nan")}).encode(), KEY), "JSON object"),
    "infinite": (lambda claims: signed(b'{"exp": 1e999}', KEY), "JSON object"),
    "endless": (lambda claims: signed({**claims, "x": "x" * 20_000}, KEY), "longer than"),
    "words": (lambda _claims: "let me in", "three parts"),
    "not ASCII": (lambda _claims: "密.密.密", "three parts"),
    "dots": (lambda _claims: "..", "three parts"),
}


def swapped(token: str, claims: dict[str, Any]) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{raw({}, claims).split('.')[1]}.{signature}"


@pytest.mark.parametrize("name", FORGED)
def test_what_only_looks_like_an_assertion(sso: SingleSignOn, name: str) -> None:
    forge, words = FORGED[name]
    description = refused(ask(sso, proof(forge(good(sso)))))
    assert any(word in description for word in words.split("|")), description


def test_a_megabyte(sso: SingleSignOn) -> None:
    assert error(ask(sso, proof("x" * 1_000_000)), 413) == "invalid_request"
    assert "longer than" in refused(ask(sso, proof("x" * 60_000)))


@pytest.mark.parametrize("kind", ["JWT", "jwt", "client-authentication+jwt", None])
def test_the_types_of_an_assertion(sso: SingleSignOn, kind: str | None) -> None:
    assert ask(sso, proof(signed(good(sso), KEY, typ=kind))).status_int == 200


def test_a_key_is_found_without_its_name(sso: SingleSignOn) -> None:
    for key, algorithm in ((KEY, "ES256"), (RSA, "RS256"), (RSA, "PS256")):
        assert ask(sso, proof(signed(good(sso), key, algorithm, kid=None))).status_int == 200


def test_the_registered_algorithm_is_the_only_one(sso: SingleSignOn) -> None:
    choice = {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "RS256"}
    sso.add_client("choosy", **MACHINE, **choice, jwks=jwk_set(KEY, RSA))
    assert ask(sso, proof(signed(good(sso, "choosy"), RSA, "RS256"))).status_int == 200
    for key, algorithm in ((KEY, "ES256"), (RSA, "PS256")):
        assert "allowed: RS256" in refused(ask(sso, proof(signed(good(sso, "choosy"), key, algorithm))))


def test_the_parameters_around_it(sso: SingleSignOn) -> None:
    token = signed(good(sso), KEY)
    assert ASSERTION_TYPE in refused(ask(sso, {"client_assertion": token}))
    assert ASSERTION_TYPE in refused(ask(sso, {"client_assertion": token, "client_assertion_type": "jwt-bearer"}))
    assert "missing" in refused(ask(sso, {"client_assertion_type": ASSERTION_TYPE}))
    assert "sub" in refused(ask(sso, {**proof(token), "client_id": "plain"}))
    assert "missing" in refused(ask(sso, {"client_id": "keyed"}))
    assert ask(sso, {**proof(token), "client_id": "keyed"}).status_int == 200, "what was refused used nothing up"


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def test_more_than_one_way_at_once(sso: SingleSignOn) -> None:
    fields = {"client_id": "keyed", "client_secret": SECRET}
    for token in (signed(good(sso), KEY), "garbage"):
        assert error(ask(sso, {**proof(token), **fields})) == "invalid_request"
        assert error(ask(sso, proof(token), Authorization=basic("keyed", SECRET))) == "invalid_request"
        assert error(ask(sso, {**proof(token), **fields}, Authorization=basic("keyed", SECRET))) == "invalid_request"


def test_a_client_keeps_to_the_kind_it_is_registered_for(sso: SingleSignOn) -> None:
    by_secret = signed_by_secret(good(sso, "kept"), SECRET)
    assert ask(sso, proof(by_secret)).status_int == 200
    for client_id in ("keyed", "kept"):
        assert "must not send a secret" in refused(ask(sso, {"client_id": client_id, "client_secret": SECRET}))
        assert "must not send a secret" in refused(ask(sso, {}, Authorization=basic(client_id, SECRET)))
        assert "missing" in refused(ask(sso, {"client_id": client_id}))
    assert "registered for" in refused(ask(sso, proof(signed_by_secret(good(sso, "plain"), SECRET))))
    assert "'ES256'" in refused(ask(sso, proof(signed(good(sso, "kept"), KEY))))
    assert "secret" in refused(ask(sso, proof(signed_by_secret(good(sso, "kept"), "y" * 40))))
    assert ask(sso, {"client_id": "plain", "client_secret": SECRET}).status_int == 200
    assert ask(sso, {}, Authorization=basic("plain", SECRET)).status_int == 200


def test_an_assertion_is_good_for_one_request(sso: SingleSignOn) -> None:
    token = signed(good(sso, jti="once"), KEY)
    assert ask(sso, proof(token)).status_int == 200
    assert "jti was used" in refused(ask(sso, proof(token)))
    again = signed(good(sso, jti="once", exp=sso.clock.now() + 120), KEY)
    assert "jti was used" in refused(ask(sso, proof(again)))
    other = signed_by_secret(good(sso, "kept", jti="once"), SECRET)
    assert ask(sso, proof(other)).status_int == 200, "another client may draw the same jti"


def test_a_request_that_fails_later_has_used_its_assertion(sso: SingleSignOn) -> None:
    token = signed(good(sso), KEY)
    assert error(ask(sso, {**proof(token), "scope": "nonsense"})) == "invalid_scope"
    assert "jti was used" in refused(ask(sso, proof(token)))


def test_an_assertion_that_is_refused_is_not_used(sso: SingleSignOn) -> None:
    early = signed(good(sso, nbf=sso.clock.now() + 100, exp=sso.clock.now() + 300, jti="early"), KEY)
    assert "nbf" in refused(ask(sso, proof(early)))
    sso.clock.advance(50)
    assert ask(sso, proof(early)).status_int == 200


def test_of_fifty_threads_with_one_assertion_one_gets_a_token(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.storage.pool_size": "30"})
    sso.add_client("keyed", **MACHINE, token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY))
    for _ in range(3):
        fields = proof(signed(good(sso), KEY))
        answers = together(50, lambda _number, fields=fields: ask(sso, fields))  # type: ignore[misc]
        assert sorted(answer.status_int for answer in answers) == [200] + [401] * 49
        assert {answer.json["error"] for answer in answers if answer.status_int == 401} == {"invalid_client"}


def test_a_secret_that_cannot_be_read_any_more(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso()
    sso.add_client("kept", SECRET, **MACHINE, token_endpoint_auth_method="client_secret_jwt")
    with sso.portal.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE clients SET secret_encrypted = 'x' WHERE client_id = 'kept'")
        connection.exec_driver_sql("UPDATE versions SET number = number + 1")
    token = signed_by_secret(good(sso, "kept"), SECRET)
    sso.portal.client_cache.forget()
    assert "rotate-secret" in refused(ask(sso, proof(token)))


def test_no_text_tells_a_secret(sso: SingleSignOn, caplog: pytest.LogCaptureFixture) -> None:
    token = signed_by_secret(good(sso, "kept", aud="x"), SECRET)
    answer = ask(sso, proof(token))
    assert SECRET not in answer.text + caplog.text
    assert token not in answer.text + caplog.text


def test_every_endpoint_s_own_address_will_do_there(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.world)
    for path in ("/o/introspect/", "/o/introspect", "/o/revoke/", "/o/revoke"):
        for audience in (PORTAL, TOKEN, f"{PORTAL}{path}", f"{PORTAL}{path.rstrip('/')}/"):
            fields = {"token": "x", **proof(signed(good(sso, aud=audience), KEY))}
            assert http.post(f"{PORTAL}{path}", fields, status="*").status_int == 200, (path, audience)
        fields = {"token": "x", **proof(signed(good(sso, aud=f"{PORTAL}/o/userinfo/"), KEY))}
        description = refused(http.post(f"{PORTAL}{path}", fields, status="*"))
        assert f"{PORTAL}{path}" in description


def test_the_note_of_a_used_assertion_holds_up_nothing_that_comes_after(sso: SingleSignOn) -> None:
    """A password is checked with short transactions of its own; they would wait for one that has written already."""
    machine = {**MACHINE, "grant_types": ["password"], "scope": "openid"}
    sso.add_client("phone", **machine, token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY))
    for password, status in (("wrong", 400), ("penadmin", 200)):
        fields = {"grant_type": "password", "username": "zp", "password": password}
        assert ask(sso, {**fields, **proof(signed(good(sso, "phone"), KEY))}).status_int == status


def test_the_people_s_grants_take_assertions_too(register: Callable[..., RelyingParty], browser: Any) -> None:
    rp = register("rp-with-key", token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY))
    code = rp.code(browser)
    now = rp.sso.clock.now()
    fields = {"client_secret": None, "client_id": None}
    answer = rp.redeem(code, **fields, **proof(signed(claims_for("rp-with-key", now), KEY)))
    assert answer.status_int == 200, answer.text
    refresh = answer.json["refresh_token"]
    assert rp.refresh(refresh, **fields, **proof(signed(claims_for("rp-with-key", now), KEY))).status_int == 200
