"""Nonces of DPoP proofs (RFC 9449, section 8): told, good for a while, and for one portal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.clients import MACHINE, DpopKey
from sso_testkit.refusals import error_of
from tests.support.machine_with_proofs import FORM, ask, key, sso

__all__ = ["key", "sso"]


@pytest.mark.parametrize("nonce", [None, "x", "", "密", "x" * 3000])
def test_without_a_nonce_of_ours_one_is_told(sso: SingleSignOn, nonce: str | None) -> None:
    key = DpopKey(sso)
    key.nonce = nonce
    answer = ask(sso, key.proof())
    assert error_of(answer) == "use_dpop_nonce"
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
    assert error_of(ask(sso, key.proof())) == "use_dpop_nonce"


def test_where_nonces_are_not_required_one_that_is_sent_has_to_be_right(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.dpop.require_nonce": "false"})
    sso.add_client("machine", FORM["client_secret"], **MACHINE)
    key = DpopKey(sso)
    answer = ask(sso, key.proof())
    assert answer.status_int == 200
    key.nonce = answer.headers["DPoP-Nonce"]
    assert ask(sso, key.proof()).status_int == 200
    key.nonce = "of nobody"
    assert error_of(ask(sso, key.proof())) == "use_dpop_nonce"


def test_two_portals_have_different_nonces(sso: SingleSignOn, make_sso: Callable[..., SingleSignOn]) -> None:
    other = make_sso({"sso.security.secret": "another secret of at least thirty-two characters"})
    assert not sso.portal.dpop_nonces.is_good(other.portal.dpop_nonces.fresh())
