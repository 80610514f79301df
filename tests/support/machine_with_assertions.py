"""Machines that prove themselves by a JWT of their own (RFC 7523), or by a secret."""

from __future__ import annotations

from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from sso_testkit.clients import MACHINE, Machine, assertion_claims, jwk_set, key_for
from sso_testkit.refusals import error_of

KEY, RSA = key_for("ES256", "one"), key_for("RS256", "rsa")
SECRET = "the secret of a machine, long enough to be a key"


@pytest.fixture(scope="module")
def sso(shared_sso: SingleSignOn) -> SingleSignOn:
    """One world for the whole table, with a client of every kind."""
    add = shared_sso.add_client
    add("keyed", **MACHINE, token_endpoint_auth_method="private_key_jwt", jwks=jwk_set(KEY, RSA))
    add("kept", SECRET, **MACHINE, token_endpoint_auth_method="client_secret_jwt")
    add("plain", SECRET, **MACHINE)
    return shared_sso


def ask(sso: SingleSignOn, fields: dict[str, Any], **headers: str) -> webtest.TestResponse:
    """Ask for a token, whatever comes of it."""
    return Machine(sso).ask({"client_id": None, **fields}, **headers)


def good(sso: SingleSignOn, client_id: str = "keyed", **changes: Any) -> dict[str, Any]:
    """The claims of a good assertion, made now, with members changed or left out (``None``)."""
    return assertion_claims(client_id, sso.clock.now(), **changes)


def refused(answer: webtest.TestResponse) -> str:
    """Why the client was not taken for who it says."""
    assert error_of(answer, 401) == "invalid_client"
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    return str(answer.json["error_description"])
