"""Each rule of a DPoP proof (RFC 9449, section 4.3), and everything that only looks like one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.assertions import OctKey, RSAKey, key_for, signed
from tests.support.dpop import TOKEN, USERINFO, DpopKey, hash_of
from tests.support.refusals import error
from tests.support.together import together

MACHINE: dict[str, Any] = {"client_name": "Machine", "grant_types": ["client_credentials"], "response_types": []}
FORM = {"grant_type": "client_credentials", "client_id": "machine", "client_secret": "the secret of a machine"}


@pytest.fixture(scope="module")
def sso(shared_sso: SingleSignOn) -> SingleSignOn:
    """One world for the whole table."""
    shared_sso.add_client("machine", FORM["client_secret"], scope="all", **MACHINE)
    return shared_sso


@pytest.fixture
def key(sso: SingleSignOn) -> DpopKey:
    return DpopKey(sso).fresh()


def ask(sso: SingleSignOn, proof: str, **fields: str) -> webtest.TestResponse:
    return webtest.TestApp(sso.world, lint=False).post(TOKEN, {**FORM, **fields}, headers={"DPoP": proof}, status="*")


def refused(answer: webtest.TestResponse) -> str:
    assert error(answer) == "invalid_dpop_proof"
    assert answer.headers["DPoP-Nonce"]
    return str(answer.json["error_description"])


def timed(sso: SingleSignOn, changes: dict[str, Any]) -> dict[str, Any]:
    """Times in the tables are counted from now."""
    iat = changes.get("iat")
    return {**changes, "iat": sso.clock.now() + iat} if type(iat) in {int, float} else changes


GOOD: list[dict[str, Any]] = [
    {},
    {"htu": TOKEN.rstrip("/")},
    {"htu": f"{TOKEN}?a=b#c"},
    {"htu": TOKEN.replace("https://", "HTTPS://").replace("http://", "HTTP://")},
    {"htu": TOKEN.replace("/o/", "/x/../o/")},
    {"htu": TOKEN.replace("token", "tok%65n")},
    {"iat": -300},
    {"iat": 60},
    {"iat": -0.5},
    {"jti": "x" * 256},
    {"jti": "密 🛒"},
    {"ath": "of no token"},
    {"extra": {"deep": [1, 2]}},
]


@pytest.mark.parametrize("changes", GOOD, ids=str)
def test_a_good_proof(sso: SingleSignOn, key: DpopKey, changes: dict[str, Any]) -> None:
    answer = ask(sso, key.proof(key.claims(**timed(sso, changes))))
    assert (answer.status_int, answer.json["token_type"]) == (200, "DPoP"), answer.text
    assert answer.headers["DPoP-Nonce"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"htm": "GET"}, "htm"),
    ({"htm": "post"}, "htm"),
    ({"htm": None}, "htm"),
    ({"htm": ["POST"]}, "htm"),
    ({"htu": None}, "htu"),
    ({"htu": 5}, "htu"),
    ({"htu": [TOKEN]}, "htu"),
    ({"htu": ""}, "htu"),
    ({"htu": USERINFO}, "htu"),
    ({"htu": f"{TOKEN}/"}, "htu"),
    ({"htu": "/o/token/"}, "htu"),
    ({"htu": "https://elsewhere.example/o/token/"}, "htu"),
    ({"htu": TOKEN.replace("://", "://somebody@")}, "htu"),
    ({"htu": TOKEN.replace("/o/", "/O/")}, "htu"),
    ({"htu": f"{TOKEN}%zz"}, "htu"),
    ({"htu": "http://["}, "htu"),
    ({"htu": f"{TOKEN}?{'x' * 3000}"}, "htu"),
    ({"iat": None}, "iat"),
    ({"iat": "now"}, "iat"),
    ({"iat": True}, "iat"),
    ({"iat": [1]}, "iat"),
    ({"iat": -301}, "too old"),
    ({"iat": -3600}, "3600 seconds"),
    ({"iat": 61}, "61 seconds ahead"),
    ({"iat": 10**400}, "ahead"),
    ({"jti": None}, "jti"),
    ({"jti": ""}, "jti"),
    ({"jti": 5}, "jti"),
    ({"jti": ["x"]}, "jti"),
    ({"jti": "x" * 257}, "256"),
    ({"nonce": 5}, "nonce"),
]


@pytest.mark.parametrize(("changes", "word"), BAD, ids=str)
def test_a_bad_claim(sso: SingleSignOn, key: DpopKey, changes: dict[str, Any], word: str) -> None:
    timely = changes if changes.get("iat") == 10**400 else timed(sso, changes)
    assert word in refused(ask(sso, key.proof(key.claims(**timely))))


def _weak(key: DpopKey) -> str:
    small = RSAKey.generate_key(1024)
    return signed(key.claims(), small, "RS256", typ="dpop+jwt", jwk=small.as_dict(private=False), kid=None)


def _padded(key: DpopKey) -> str:
    small = RSAKey.generate_key(1024)
    public = small.as_dict(private=False)
    number = base64.urlsafe_b64decode(str(public["n"]) + "==")
    public["n"] = base64.urlsafe_b64encode(bytes(200) + number).rstrip(b"=").decode()
    return signed(key.claims(), small, "RS256", typ="dpop+jwt", jwk=public, kid=None)


def _by_secret(key: DpopKey) -> str:
    secret = OctKey.import_key("a secret that everybody can read in the header")
    return signed(key.claims(), secret, "HS256", typ="dpop+jwt", jwk=secret.as_dict(), kid=None)


def _part(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _unsigned(key: DpopKey) -> str:
    return f"{_part({'typ': 'dpop+jwt', 'alg': 'none', 'jwk': key.public})}.{_part(key.claims())}."


def _swapped(key: DpopKey) -> str:
    """Somebody else's claims under this signature."""
    head, _, signature = key.proof().split(".")
    return f"{head}.{_part(key.claims())}.{signature}"


HOSTILE: dict[str, Callable[[DpopKey], str]] = {
    "empty": lambda _: "",
    "no JWT": lambda _: "nonsense",
    "not ASCII": lambda key: f"{key.proof()}\xfc",
    "two headers": lambda key: f"{key.proof()}, {key.proof()}",
    "two headers, one empty": lambda key: f"{key.proof()},",
    "another typ": lambda key: key.proof(typ="JWT"),
    "typ in capitals": lambda key: key.proof(typ="DPOP+JWT"),
    "no typ": lambda key: key.proof(typ=None),
    "typ of a strange type": lambda key: f"{_part({'typ': ['dpop+jwt'], 'alg': 'ES256'})}.{_part({})}.AA",
    "unsigned": _unsigned,
    "by a secret": _by_secret,
    "no key": lambda key: key.proof(jwk=None),
    "a key by address": lambda key: key.proof(jwk=None, jku=f"{PORTAL}/o/jwks/"),
    "another key": lambda key: key.proof(jwk=DpopKey(key.sso, "other").public),
    "a private key": lambda key: key.proof(jwk=dict(key.key.as_dict(private=True))),
    "a key of another kind": lambda key: key.proof(jwk=DpopKey(key.sso, "rsa", "RS256").public),
    "a key on another curve": lambda key: key.proof(jwk={**key.public, "crv": "P-384"}),
    "a key that is no point": lambda key: key.proof(jwk={**key.public, "x": "AAAA"}),
    "a weak key": _weak,
    "a weak key that looks long": _padded,
    "critical members": lambda key: (
        f"{_part({'typ': 'dpop+jwt', 'alg': 'ES256', 'crit': ['a'], 'a': 1})}.{_part({})}.A"
    ),
    "changed": lambda key: f"{key.proof()[:-6]}AAAAAA",
    "other claims": _swapped,
    "no claims": lambda key: key.proof([]),
    "no JSON": lambda key: key.proof(b"\xff\xfe"),
    "not a number of JSON": lambda key: key.proof(b'{"iat": NaN}'),
    "nested": lambda key: key.proof(b'{"a":' * 1500 + b"1" + b"}" * 1500),
    "huge": lambda key: key.proof(key.claims(extra="x" * 9000)),
    "encrypted": lambda _: "a.b.c.d.e",
}


@pytest.mark.filterwarnings("ignore:Key size should be")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_only_looks_like_a_proof(sso: SingleSignOn, key: DpopKey, name: str) -> None:
    refused(ask(sso, HOSTILE[name](key)))


def test_the_address_is_the_portal_s_own_whatever_host_was_called(sso: SingleSignOn, key: DpopKey) -> None:
    proof = key.proof(key.claims(htu="https://elsewhere.example/o/token/"))
    headers = {"DPoP": proof, "X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https"}
    assert "htu" in refused(webtest.TestApp(sso.world).post(TOKEN, FORM, headers=headers, status="*"))


def test_a_proof_works_once(sso: SingleSignOn, key: DpopKey) -> None:
    proof = key.proof()
    assert ask(sso, proof).status_int == 200
    assert "used before" in refused(ask(sso, proof))
    sso.clock.advance(100)
    assert "used before" in refused(ask(sso, proof))


def test_the_same_identifier_by_another_key_is_another_proof(sso: SingleSignOn, key: DpopKey) -> None:
    other = DpopKey(sso, "other").fresh()
    assert ask(sso, key.proof(key.claims(jti="the same"))).status_int == 200
    assert ask(sso, other.proof(other.claims(jti="the same"))).status_int == 200


def test_a_proof_that_is_refused_uses_nothing_up(sso: SingleSignOn, key: DpopKey) -> None:
    claims = key.claims()
    refused(ask(sso, key.proof({**claims, "htm": "GET"})))
    assert error(ask(sso, key.proof({**claims, "nonce": "of yesterday"}))) == "use_dpop_nonce"
    assert ask(sso, key.proof(claims)).status_int == 200


def test_a_client_that_is_not_who_it_says_uses_nothing_up(sso: SingleSignOn, key: DpopKey) -> None:
    proof = key.proof()
    assert error(ask(sso, proof, client_secret="wrong"), 401) == "invalid_client"
    assert ask(sso, proof).status_int == 200


def test_fifty_with_one_proof(sso: SingleSignOn, key: DpopKey) -> None:
    proof = key.proof()
    answers = together(50, lambda _number: ask(sso, proof))
    assert sorted(answer.status_int for answer in answers) == [200] + [400] * 49
    assert {refused(answer) for answer in answers if answer.status_int == 400} == {
        "DPoP proof: its jti was used before; every request needs a proof of its own."
    }


# Nonces (section 8) -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nonce", [None, "x", "", "密", "x" * 3000])
def test_without_a_nonce_of_ours_one_is_told(sso: SingleSignOn, nonce: str | None) -> None:
    key = DpopKey(sso)
    key.nonce = nonce
    answer = ask(sso, key.proof())
    assert error(answer) == "use_dpop_nonce"
    key.nonce = answer.headers["DPoP-Nonce"]
    assert ask(sso, key.proof()).status_int == 200


def test_a_nonce_works_in_its_own_slot_and_the_next(sso: SingleSignOn, key: DpopKey) -> None:
    sso.clock.advance(120 - sso.clock.now() % 120)
    key.fresh()
    first = key.nonce
    for _ in range(2):
        assert ask(sso, key.proof()).status_int == 200
        sso.clock.advance(119)
    key.nonce = first
    sso.clock.advance(2)
    assert error(ask(sso, key.proof())) == "use_dpop_nonce"


def test_where_nonces_are_not_required_one_that_is_sent_has_to_be_right(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.dpop.require_nonce": "false"})
    sso.add_client("machine", FORM["client_secret"], scope="all", **MACHINE)
    key = DpopKey(sso)
    answer = ask(sso, key.proof())
    assert answer.status_int == 200
    key.nonce = answer.headers["DPoP-Nonce"]
    assert ask(sso, key.proof()).status_int == 200
    key.nonce = "of nobody"
    assert error(ask(sso, key.proof())) == "use_dpop_nonce"


def test_two_portals_have_different_nonces(sso: SingleSignOn, make_sso: Callable[..., SingleSignOn]) -> None:
    other = make_sso({"sso.security.secret": "another secret of at least thirty-two characters"})
    assert not sso.portal.dpop_nonces.is_good(other.portal.dpop_nonces.fresh())


# Resource requests (section 7) --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bound(sso: SingleSignOn) -> str:
    """An access token of a person, bound to the key of these tests."""
    phone = {"grant_types": ["password"], "response_types": [], "scope": "openid profile"}
    sso.add_client("phone", "the secret of a phone", client_name="Phone", **phone)
    key = DpopKey(sso).fresh()
    form = {"grant_type": "password", "client_id": "phone", "username": "zp", "password": "penadmin"}
    form |= {"client_secret": "the secret of a phone", "scope": "openid profile"}
    headers = {"DPoP": key.proof()}
    return str(webtest.TestApp(sso.world).post(TOKEN, form, headers=headers).json["access_token"])


def tell(sso: SingleSignOn, token: str, *proofs: str, scheme: str = "DPoP") -> webtest.TestResponse:
    headers = {"Authorization": f"{scheme} {token}", **({"DPoP": ", ".join(proofs)} if proofs else {})}
    return webtest.TestApp(sso.world).get(USERINFO, headers=headers, status="*")


def challenged(answer: webtest.TestResponse) -> str:
    assert answer.status_int == 401, answer.text
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith('DPoP realm="sso-portal", algs="ES256 RS256 PS256 EdDSA", error="')
    return challenge.split('error="')[1].split('"')[0]


def test_a_bound_token_opens_with_a_proof(sso: SingleSignOn, key: DpopKey, bound: str) -> None:
    proof = key.proof(key.claims("GET", USERINFO, ath=hash_of(bound)))
    answer = tell(sso, bound, proof)
    assert answer.json["preferred_username"] == "zp"
    assert answer.headers["DPoP-Nonce"]
    assert challenged(tell(sso, bound, proof)) == "invalid_dpop_proof", "it was used before"


@pytest.mark.parametrize(
    ("method", "address", "changes"),
    [
        ("GET", USERINFO, {"ath": None}),
        ("GET", USERINFO, {"ath": hash_of("another token")}),
        ("GET", USERINFO, {"ath": 5}),
        ("POST", USERINFO, {}),
        ("GET", TOKEN, {}),
        ("GET", USERINFO, {"iat": 0}),
        ("GET", USERINFO, {"jti": None}),
    ],
)
def test_a_proof_that_does_not_fit_the_request(
    sso: SingleSignOn, key: DpopKey, bound: str, method: str, address: str, changes: dict[str, Any]
) -> None:
    claims = key.claims(method, address, **{"ath": hash_of(bound), **changes})
    assert challenged(tell(sso, bound, key.proof(claims))) == "invalid_dpop_proof"


def test_a_post_is_proved_as_a_post(sso: SingleSignOn, key: DpopKey, bound: str) -> None:
    headers = {"Authorization": f"DPoP {bound}"}
    headers["DPoP"] = key.proof(key.claims("POST", USERINFO, ath=hash_of(bound)))
    assert webtest.TestApp(sso.world).post(USERINFO, headers=headers).json["preferred_username"] == "zp"


def test_without_a_proof(sso: SingleSignOn, bound: str) -> None:
    answer = tell(sso, bound)
    assert challenged(answer) == "invalid_dpop_proof"
    assert answer.headers["DPoP-Nonce"]


def test_without_a_nonce(sso: SingleSignOn, bound: str) -> None:
    key = DpopKey(sso)
    answer = tell(sso, bound, key.proof(key.claims("GET", USERINFO, ath=hash_of(bound))))
    assert challenged(answer) == "use_dpop_nonce"
    key.nonce = answer.headers["DPoP-Nonce"]
    assert tell(sso, bound, key.proof(key.claims("GET", USERINFO, ath=hash_of(bound)))).status_int == 200


def test_with_two_proofs(sso: SingleSignOn, key: DpopKey, bound: str) -> None:
    proofs = [key.proof(key.claims("GET", USERINFO, ath=hash_of(bound))) for _ in range(2)]
    assert challenged(tell(sso, bound, *proofs)) == "invalid_dpop_proof"


def test_with_another_key(sso: SingleSignOn, bound: str) -> None:
    thief = DpopKey(sso, "thief").fresh()
    proof = thief.proof(thief.claims("GET", USERINFO, ath=hash_of(bound)))
    assert challenged(tell(sso, bound, proof)) == "invalid_token"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_bound_token_is_no_bearer_token(sso: SingleSignOn, key: DpopKey, bound: str, scheme: str) -> None:
    proof = key.proof(key.claims("GET", USERINFO, ath=hash_of(bound)))
    for proofs in ((), (proof,)):
        answer = tell(sso, bound, *proofs, scheme=scheme)
        assert answer.status_int == 401
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith("Bearer ")
        assert 'error="invalid_token", DPoP realm="sso-portal", algs="ES256' in challenge
    body = webtest.TestApp(sso.world).post(USERINFO, {"access_token": bound}, status=401)
    assert body.json["error"] == "invalid_token"


def test_a_bearer_token_is_no_bound_token(sso: SingleSignOn, key: DpopKey) -> None:
    form = {"grant_type": "password", "client_id": "phone", "username": "zp", "password": "penadmin"}
    form |= {"client_secret": "the secret of a phone"}
    token = webtest.TestApp(sso.world).post(TOKEN, form).json["access_token"]
    proof = key.proof(key.claims("GET", USERINFO, ath=hash_of(token)))
    assert challenged(tell(sso, token, proof)) == "invalid_token"
    assert tell(sso, token, scheme="Bearer").status_int == 200


@pytest.mark.parametrize("header", ["DPoP", "DPoP ", "dpop a b", "DPoP unknown"])
def test_a_header_without_a_living_token(sso: SingleSignOn, key: DpopKey, header: str) -> None:
    headers = {"Authorization": header, "DPoP": key.proof(key.claims("GET", USERINFO))}
    assert challenged(webtest.TestApp(sso.world).get(USERINFO, headers=headers, status="*")) == "invalid_token"


def test_who_comes_without_a_token_learns_both_ways(sso: SingleSignOn) -> None:
    challenge = webtest.TestApp(sso.world).get(USERINFO, status=401).headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert challenge.endswith('DPoP realm="sso-portal", algs="ES256 RS256 PS256 EdDSA"')
    assert "error=" not in challenge


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA"])
def test_every_algorithm(sso: SingleSignOn, algorithm: str) -> None:
    key = DpopKey(sso, f"of {algorithm}", algorithm).fresh()
    assert ask(sso, key.proof()).json["token_type"] == "DPoP"
    assert key_for(algorithm, f"of {algorithm}") is key.key
