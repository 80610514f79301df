"""Metadata follows the registries by itself; answers travel as their mode says."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from sso_portal.base.client_jose import VERIFICATION_ALGORITHMS
from sso_portal.base.jose import SIGNING_ALGORITHMS
from sso_portal.protocol import discovery
from sso_portal.protocol.answers import refusal, token_refusal
from sso_portal.protocol.authorization_answers import SendBack
from sso_portal.protocol.grants import GRANTS
from sso_portal.protocol.response_modes import RESPONSE_MODES, chosen_mode
from sso_portal.protocol.server import PortalServer
from sso_portal.protocol.vocabulary import CODE_CHALLENGE_METHODS, PROMPT_VALUES
from sso_portal.services.claims import CLAIMS
from sso_portal.services.client_metadata import (
    AUTHENTICATION_METHODS,
    CERTIFICATE_METHODS,
    FIELDS,
    GRANT_TYPES,
    RESPONSE_TYPES,
)
from sso_portal.services.scopes import SCOPES, Scope

ISSUER = "https://portal.example.test"


@pytest.mark.parametrize(
    ("member", "registry"),
    [
        ("scopes_supported", SCOPES),
        ("response_types_supported", RESPONSE_TYPES),
        ("response_modes_supported", RESPONSE_MODES),
        ("grant_types_supported", GRANTS),
        ("dpop_signing_alg_values_supported", VERIFICATION_ALGORITHMS),
        ("code_challenge_methods_supported", CODE_CHALLENGE_METHODS),
        ("id_token_signing_alg_values_supported", SIGNING_ALGORITHMS),
        ("prompt_values_supported", PROMPT_VALUES),
    ],
)
def test_what_is_supported_is_what_is_registered(member: str, registry: Any) -> None:
    assert discovery.openid_configuration(ISSUER, PROMPT_VALUES)[member] == list(registry)


def test_ways_by_certificate_are_offered_where_they_can_be_used() -> None:
    member = "token_endpoint_auth_methods_supported"
    usual = discovery.openid_configuration(ISSUER, PROMPT_VALUES)[member]
    assert set(usual) == set(AUTHENTICATION_METHODS) - set(CERTIFICATE_METHODS)
    every = discovery.openid_configuration(ISSUER, PROMPT_VALUES, CERTIFICATE_METHODS)[member]
    assert set(every) == set(AUTHENTICATION_METHODS)


@pytest.mark.parametrize(
    ("name", "member", "value"),
    [
        ("GRANTS", "grant_types_supported", MappingProxyType({**GRANTS, "a_new_grant": object})),
        ("SCOPES", "scopes_supported", MappingProxyType({**SCOPES, "a_new_scope": Scope("a_new_scope")})),
        ("RESPONSE_MODES", "response_modes_supported", MappingProxyType({**RESPONSE_MODES, "a_new_mode": str})),
        ("CLAIMS", "claims_supported", {**CLAIMS, "a_new_claim": str}),
    ],
)
def test_a_new_registration_shows_by_itself(
    monkeypatch: pytest.MonkeyPatch, name: str, member: str, value: Any
) -> None:
    monkeypatch.setattr(discovery, name, value)
    assert set(value) <= set(discovery.openid_configuration(ISSUER, PROMPT_VALUES)[member])


def test_every_address_is_below_the_issuer() -> None:
    document = discovery.openid_configuration(ISSUER, PROMPT_VALUES)
    addresses = {name: value for name, value in document.items() if name.endswith(("_endpoint", "_uri", "_iframe"))}
    assert len(addresses) >= 8
    assert all(address.startswith(f"{ISSUER}/o/") and address.endswith("/") for address in addresses.values())
    assert document["issuer"] == ISSUER


def test_the_oauth_document_is_part_of_the_openid_one() -> None:
    whole = discovery.openid_configuration(ISSUER, PROMPT_VALUES)
    assert discovery.authorization_server_metadata(ISSUER, PROMPT_VALUES).items() <= whole.items()


def test_what_a_client_may_register_is_what_the_server_has() -> None:
    server = PortalServer()
    assert set(GRANTS) == set(GRANT_TYPES) == set(server.grant_types)
    assert set(server.response_types) == set(RESPONSE_TYPES)
    assert all(FIELDS["id_token_signed_response_alg"].check(name) is None for name in SIGNING_ALGORITHMS)
    assert FIELDS["id_token_signed_response_alg"].check("none")


@pytest.mark.parametrize(
    ("mode", "uri", "where"),
    [
        ("query", "https://a/cb", "https://a/cb?code=a+b&iss=https%3A%2F%2Fx"),
        ("query", "https://a/cb?x=%20y", "https://a/cb?x=%20y&code=a+b&iss=https%3A%2F%2Fx"),
        ("fragment", "https://a/cb?x=1", "https://a/cb?x=1#code=a+b&iss=https%3A%2F%2Fx"),
        ("query", "com.example.app:/cb", "com.example.app:/cb?code=a+b&iss=https%3A%2F%2Fx"),
        ("form_post", "https://a/cb?x=1", "https://a/cb?x=1"),
    ],
)
def test_where_an_answer_goes(mode: str, uri: str, where: str) -> None:
    answer = SendBack(uri, mode, {"code": "a b", "iss": "https://x"})
    assert answer.location == where
    assert answer.is_form is (mode == "form_post")


@pytest.mark.parametrize(
    ("wished", "response_type", "mode"),
    [
        (None, "code", "query"),
        (None, "none", "query"),
        (None, None, "query"),
        (None, "token", "fragment"),
        (None, "code id_token", "fragment"),
        ("query", "code", "query"),
        ("query", "code token", "fragment"),
        ("fragment", "code", "fragment"),
        ("form_post", "code id_token token", "form_post"),
        ("unheard_of", "code", "query"),
        ("unheard_of", "id_token", "fragment"),
    ],
)
def test_which_way_an_answer_goes(wished: str | None, response_type: str | None, mode: str) -> None:
    assert chosen_mode(wished, response_type) == mode


def test_a_client_at_fault_is_challenged_and_others_are_not() -> None:
    challenged = token_refusal("invalid_client", "who?", "t")
    assert (challenged.status, challenged.headers["WWW-Authenticate"].split()[0]) == (401, "Basic")
    plain = token_refusal("invalid_grant", "what?", "t")
    assert (plain.status, plain.error, "WWW-Authenticate" in plain.headers) == (400, "invalid_grant", False)
    assert dict(plain.body) == {"error": "invalid_grant", "error_description": "what?", "trace_id": "t"}


def test_no_answer_is_stored_and_none_shares_its_headers() -> None:
    first = refusal(403, "a", "b", "t", challenge="Bearer")
    assert first.headers["Cache-Control"] == "no-store"
    assert "WWW-Authenticate" not in refusal(403, "a", "b", "t").headers
