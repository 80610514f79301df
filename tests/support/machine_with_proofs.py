"""A machine that asks for tokens with DPoP proofs (RFC 9449)."""

from __future__ import annotations

from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from tests.support.dpop import TOKEN, DpopKey
from tests.support.refusals import error

MACHINE: dict[str, Any] = {"client_name": "Machine", "grant_types": ["client_credentials"], "response_types": []}
FORM = {"grant_type": "client_credentials", "client_id": "machine", "client_secret": "the secret of a machine"}


@pytest.fixture(scope="module")
def sso(shared_sso: SingleSignOn) -> SingleSignOn:
    """One world for the whole table."""
    shared_sso.add_client("machine", FORM["client_secret"], scope="all", **MACHINE)
    return shared_sso


@pytest.fixture
def key(sso: SingleSignOn) -> DpopKey:
    """Its key, with a nonce that is good now."""
    return DpopKey(sso).fresh()


def ask(sso: SingleSignOn, proof: str, **fields: str) -> webtest.TestResponse:
    """Ask for a token, whatever comes of it."""
    return webtest.TestApp(sso.world, lint=False).post(TOKEN, {**FORM, **fields}, headers={"DPoP": proof}, status="*")


def refused(answer: webtest.TestResponse) -> str:
    """Why the proof was not taken."""
    assert error(answer) == "invalid_dpop_proof"
    assert answer.headers["DPoP-Nonce"]
    return str(answer.json["error_description"])
