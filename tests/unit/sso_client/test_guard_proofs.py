"""Tokens that are bound to a key (RFC 9449), at an API."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from tests.unit.sso_client.guarded_api import API, OPAQUE, AskedProvider, GuardedApi, ProofKey, challenge
from tests.unit.sso_client.provider import MovableClock


@pytest.fixture
def bound(asked: AskedProvider, proof_key: ProofKey) -> str:
    """A token that is bound to the key."""
    return asked.access_token(cnf=proof_key.cnf)


def test_a_bound_token_with_its_proof(api: GuardedApi, bound: str, proof_key: ProofKey) -> None:
    assert api.get(bound, scheme="DPoP", DPoP=proof_key.proof(bound)).status_int == 200
    assert api.get(bound, scheme="dpop", DPoP=proof_key.proof(bound)).status_int == 200


def test_an_opaque_one(api: GuardedApi, asked: AskedProvider, proof_key: ProofKey) -> None:
    asked.told[OPAQUE] = asked.good_answer(cnf=proof_key.cnf, token_type="DPoP")
    assert api.get(OPAQUE, scheme="DPoP", DPoP=proof_key.proof(OPAQUE)).status_int == 200
    assert api.get(OPAQUE).status_int == 401


def test_a_bound_token_is_no_bearer_token(api: GuardedApi, bound: str, proof_key: ProofKey) -> None:
    answer = api.get(bound, DPoP=proof_key.proof(bound))
    assert (answer.status_int, "send it as DPoP" in answer.json["detail"]) == (401, True)


def test_a_token_that_is_not_bound_is_no_dpop_token(api: GuardedApi, asked: AskedProvider, proof_key: ProofKey) -> None:
    token = asked.access_token()
    assert api.get(token, scheme="DPoP", DPoP=proof_key.proof(token)).status_int == 401
    assert api.get(token, DPoP="nonsense").status_int == 200, "nobody has asked for a proof"


def test_each_proof_is_taken_once(api: GuardedApi, bound: str, proof_key: ProofKey) -> None:
    proof = proof_key.proof(bound)
    assert api.get(bound, scheme="DPoP", DPoP=proof).status_int == 200
    again = api.get(bound, scheme="DPoP", DPoP=proof)
    assert (again.status_int, "used before" in again.json["detail"]) == (401, True)


def test_processes_of_one_api_remember_together(
    asked: AskedProvider, bound: str, proof_key: ProofKey, tmp_path: object
) -> None:
    apis = [GuardedApi(asked, store=f"{tmp_path}/guard.sqlite3") for _ in range(2)]
    proof = proof_key.proof(bound)
    assert [one.get(bound, scheme="DPoP", DPoP=proof).status_int for one in apis] == [200, 401]


def test_the_memory_for_proofs_is_bounded_and_forgets_none_too_early(
    asked: AskedProvider, proof_key: ProofKey, clock: MovableClock
) -> None:
    api = GuardedApi(asked, proofs=10)
    token = asked.access_token(cnf=proof_key.cnf, exp=clock.now() + 9000)
    first = proof_key.proof(token)
    assert api.get(token, scheme="DPoP", DPoP=first).status_int == 200
    for _ in range(9):
        assert api.get(token, scheme="DPoP", DPoP=proof_key.proof(token)).status_int == 200
    assert api.get(token, scheme="DPoP", DPoP=proof_key.proof(token)).status_int == 503
    assert api.get(token, scheme="DPoP", DPoP=first).status_int == 401
    clock.move(301)
    assert api.get(token, scheme="DPoP", DPoP=first).status_int == 401, "too old by now"
    assert api.get(token, scheme="DPoP", DPoP=proof_key.proof(token)).status_int == 200


def test_somebody_elses_key(api: GuardedApi, bound: str, clock: MovableClock) -> None:
    answer = api.get(bound, scheme="DPoP", DPoP=ProofKey(clock).proof(bound))
    assert (answer.status_int, "another key" in answer.json["detail"]) == (401, True)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"htm": "POST"}, 401),
        ({"htm": None}, 401),
        ({"htu": f"{API}/other"}, 401),
        ({"htu": "https://other.example.test/lessons"}, 401),
        ({"htu": "http://user-api.example.test/lessons"}, 401),
        ({"htu": f"{API}:8443/lessons"}, 401),
        ({"htu": "https://user-api.example.test@evil.test/lessons"}, 401),
        ({"htu": "https://[x/lessons"}, 401),
        ({"htu": "https://user-api.example.test:x/lessons"}, 401),
        ({"htu": "密"}, 401),
        ({"htu": 7}, 401),
        ({"htu": None}, 401),
        ({"htu": f"{API}:443/lessons"}, 200),
        ({"htu": "HTTPS://USER-API.example.test/lessons"}, 200),
        ({"htu": f"{API}/less%6Fns?a=1#b"}, 200),
        ({"ath": "x"}, 401),
        ({"ath": None}, 401),
        ({"jti": None}, 401),
        ({"jti": ""}, 401),
        ({"jti": "x" * 257}, 401),
        ({"jti": 7}, 401),
        ({"iat": None}, 401),
        ({"iat": "now"}, 401),
        ({"iat": 1}, 401),
        ({"iat": 9_000_000_000}, 401),
        ({"iat": 10**400}, 401),
    ],
)
def test_what_a_proof_says(
    api: GuardedApi, bound: str, proof_key: ProofKey, changes: dict[str, Any], status: int
) -> None:
    answer = api.get(bound, scheme="DPoP", DPoP=proof_key.proof(bound, **changes))
    assert answer.status_int == status, answer.text
    if status == 401:
        assert 'error="invalid_dpop_proof"' in challenge(answer)


STRANGE: dict[str, Callable[[ProofKey, str], str]] = {
    "none": lambda key, token: "",
    "two": lambda key, token: f"{key.proof(token)}, {key.proof(token)}",
    "huge": lambda key, token: key.proof(token, more="x" * 9000),
    "not ascii": lambda key, token: "密".encode().decode("latin-1"),
    "garbage": lambda key, token: "a.b.c",
    "no proof but a token": lambda key, token: token,
    "another kind": lambda key, token: key.proof(token, {"typ": "JWT"}),
    "no key": lambda key, token: key.proof(token, {"jwk": {}}),
    "a private key": lambda key, token: key.proof(token, {"jwk": dict(key.key.as_dict(private=True))}),
    "a symmetric key": lambda key, token: key.proof(token, {"jwk": {"kty": "oct", "k": "AAAA"}}),
    "half a key": lambda key, token: key.proof(token, {"jwk": {"kty": "EC", "crv": "P-256", "x": "AAAA"}}),
    "another one's key": lambda key, token: key.proof(token, {"jwk": ProofKey(key.clock).public}),
}


@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_no_proof(api: GuardedApi, bound: str, proof_key: ProofKey, strange: str) -> None:
    answer = api.get(bound, scheme="DPoP", DPoP=STRANGE[strange](proof_key, bound))
    assert answer.status_int == 401, answer.text
    assert 'error="invalid_dpop_proof"' in challenge(answer)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    ("make", "algorithm", "status"),
    [
        (lambda: ECKey.generate_key("P-256"), "ES256", 200),
        (lambda: RSAKey.generate_key(2048), "RS256", 200),
        (lambda: RSAKey.generate_key(1024), "RS256", 401),
        (lambda: ECKey.generate_key("P-384"), "ES384", 401),
    ],
)
def test_keys_of_other_kinds(
    api: GuardedApi, asked: AskedProvider, proof_key: ProofKey, make: Any, algorithm: str, status: int
) -> None:
    key = make()
    token = asked.access_token(cnf={"jkt": key.thumbprint()})
    _, claims, _ = proof_key.proof(token).split(".")
    header = {"alg": algorithm, "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    said = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
    registry = LongHeaders(algorithms=[algorithm])
    proof = jws.serialize_compact(header, said, key, registry=registry)
    assert api.get(token, scheme="DPoP", DPoP=proof).status_int == status


class LongHeaders(jws.JWSRegistry):
    """An RSA key in a header is longer than the library expects."""

    max_header_length = 5000


def test_a_token_that_is_bound_to_a_certificate_as_well(
    api: GuardedApi, asked: AskedProvider, proof_key: ProofKey
) -> None:
    token = asked.access_token(cnf={**proof_key.cnf, "x5t#S256": "abc"})
    answer = api.get(token, scheme="DPoP", DPoP=proof_key.proof(token))
    assert (answer.status_int, "cannot check" in answer.json["detail"]) == (401, True)


@pytest.mark.parametrize(
    ("settings", "host", "htu", "status"),
    [
        ({"public_url": "https://gate.example.test/users"}, "10.0.0.1", "https://gate.example.test/users/lessons", 200),
        ({"public_url": "https://gate.example.test/users"}, "10.0.0.1", "https://gate.example.test/lessons", 401),
        ({"public_url": ""}, "seen.example.test", "http://seen.example.test/lessons", 200),
        ({"public_url": "", "resource": "https://named.test/v1"}, "10.0.0.1", "https://named.test/lessons", 200),
    ],
)
def test_where_the_api_is(
    asked: AskedProvider, proof_key: ProofKey, settings: dict[str, str], host: str, htu: str, status: int
) -> None:
    api = GuardedApi(asked, **settings)
    token = asked.access_token(cnf=proof_key.cnf, aud=api.guard.settings.resource)
    answer = api.get(token, scheme="DPoP", DPoP=proof_key.proof(token, htu=htu), Host=host)
    assert answer.status_int == status, answer.text
