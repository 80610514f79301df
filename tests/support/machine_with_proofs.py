"""A machine that asks for tokens with DPoP proofs (RFC 9449)."""

from __future__ import annotations

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import MACHINE, DpopKey, Machine
from sso_testkit.refusals import error_of

FORM = {"grant_type": "client_credentials", "client_id": "machine", "client_secret": "the secret of a machine"}


@pytest.fixture(scope="module")
def sso(shared_sso: SingleSignOn) -> SingleSignOn:
    """One world for the whole table."""
    shared_sso.add_client("machine", FORM["client_secret"], **MACHINE)
    return shared_sso


@pytest.fixture
def key(sso: SingleSignOn) -> DpopKey:
    """Its key, with a nonce that is good now."""
    return DpopKey(sso).fresh()


def ask(sso: SingleSignOn, proof: str, **fields: str) -> webtest.TestResponse:
    """Ask for a token, whatever comes of it."""
    return Machine(sso).ask({**FORM, **fields}, DPoP=proof)


def refused(answer: webtest.TestResponse) -> str:
    """Why the proof was not taken."""
    assert error_of(answer) == "invalid_dpop_proof"
    assert answer.headers["DPoP-Nonce"]
    return str(answer.json["error_description"])
