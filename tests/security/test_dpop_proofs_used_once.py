"""A DPoP proof works once (RFC 9449, section 11.1), and what is refused uses nothing up."""

from __future__ import annotations

from sso_testkit import SingleSignOn
from sso_testkit.clients import DpopKey
from sso_testkit.refusals import error_of
from sso_testkit.together import together
from tests.support.machine_with_proofs import ask, key, refused, sso

__all__ = ["key", "sso"]


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
    assert error_of(ask(sso, key.proof({**claims, "nonce": "of yesterday"}))) == "use_dpop_nonce"
    assert ask(sso, key.proof(claims)).status_int == 200


def test_a_client_that_is_not_who_it_says_uses_nothing_up(sso: SingleSignOn, key: DpopKey) -> None:
    proof = key.proof()
    assert error_of(ask(sso, proof, client_secret="wrong"), 401) == "invalid_client"
    assert ask(sso, proof).status_int == 200


def test_fifty_with_one_proof(sso: SingleSignOn, key: DpopKey) -> None:
    proof = key.proof()
    answers = together(50, lambda _number: ask(sso, proof))
    assert sorted(answer.status_int for answer in answers) == [200] + [400] * 49
    assert {refused(answer) for answer in answers if answer.status_int == 400} == {
        "DPoP proof: its jti was used before; every request needs a proof of its own."
    }
