"""Profiles: every demand that a registration can fall short of."""

from __future__ import annotations

from typing import Any

import pytest

from sso_portal.base.errors import Refused
from sso_portal.services.client_metadata import complete_metadata
from sso_portal.services.profiles import algorithms_for
from tests.support.profiled import FAPI2, MESSAGE_SIGNING

SITE = {"client_name": "Bank", "redirect_uris": ["https://bank.example/cb"]}
GRANTS = ["authorization_code", "refresh_token"]


@pytest.mark.parametrize("profile", [FAPI2, MESSAGE_SIGNING])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dpop_bound_access_tokens": False, "tls_client_certificate_bound_access_tokens": True},
        {"token_endpoint_auth_method": "self_signed_tls_client_auth"},
        {"token_endpoint_auth_signing_alg": "PS256"},
        {"redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native"},
        {"grant_types": ["client_credentials"], "response_types": [], "redirect_uris": []},
    ],
)
def test_a_registration_that_falls_short_of_nothing(profile: dict[str, Any], changes: dict[str, Any]) -> None:
    assert complete_metadata({**SITE, **profile, **changes})["profile"] == profile["profile"]


@pytest.mark.parametrize("profile", [FAPI2, MESSAGE_SIGNING])
@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method has to be one of private"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "token_endpoint_auth_method has to be one of private"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method has to be one of private"),
        ({"dpop_bound_access_tokens": False}, "dpop_bound_access_tokens or tls_client_certificate_bound"),
        ({"grant_types": [*GRANTS, "password"]}, "grant_types cannot hold password."),
        ({"grant_types": [*GRANTS, "implicit"]}, "grant_types cannot hold implicit."),
        ({"response_types": ["code", "none"]}, "response_types can hold code only."),
        ({"require_pkce": False}, "require_pkce has to be true."),
        ({"require_pushed_authorization_requests": False}, "require_pushed_authorization_requests has to be true."),
        ({"redirect_uris": ["http://bank.example/cb"]}, "redirect_uris cannot hold http://bank.example/cb, which"),
        ({"redirect_uris": ["http://127.0.0.1/cb"]}, "redirect_uris cannot hold http://127.0.0.1/cb"),
        ({"id_token_signed_response_alg": "RS256"}, "id_token_signed_response_alg has to be one of PS256, ES256, Ed"),
        ({"access_token_signed_response_alg": "RS256"}, "access_token_signed_response_alg has to be one of"),
        ({"userinfo_signed_response_alg": "RS256"}, "userinfo_signed_response_alg has to be one of"),
        ({"token_endpoint_auth_signing_alg": "RS256"}, "token_endpoint_auth_signing_alg has to be one of"),
        ({"request_object_signing_alg": "RS256"}, "request_object_signing_alg has to be one of"),
        ({"request_object_signing_alg": "none"}, "request_object_signing_alg has to be one of"),
    ],
)
def test_every_fault(profile: dict[str, Any], changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(Refused) as caught:
        complete_metadata({**SITE, **profile, **changes})
    told = str(caught.value)
    assert told.startswith(f"profile: {profile['profile']} demands more. {fault}")
    without = {name: value for name, value in {**SITE, **profile, **changes}.items() if name != "profile"}
    assert complete_metadata(without), "it is the profile that demands it"


@pytest.mark.parametrize(
    "name", ["require_signed_request_object", "authorization_signed_response_alg", "introspection_signed_response_alg"]
)
def test_what_signed_messages_demand_beyond(name: str) -> None:
    wrong = {**MESSAGE_SIGNING, name: False if name.startswith("require") else "RS256"}
    with pytest.raises(Refused, match=f"demands more. {name} has to be"):
        complete_metadata({**SITE, **wrong})
    assert complete_metadata({**SITE, **wrong, "profile": "fapi2"})


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(Refused) as caught:
        complete_metadata({**SITE, "profile": "fapi2"})
    for name in ("token_endpoint_auth_method", "dpop_bound", "require_pushed", "id_token_signed_response_alg"):
        assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_profile() -> None:
    with pytest.raises(Refused, match="profile: is one of fapi2, fapi2-message-signing"):
        complete_metadata({**SITE, "profile": "fapi1"})


def test_algorithms() -> None:
    known = ("RS256", "PS256", "ES256", "EdDSA")
    assert algorithms_for({"profile": ""}, known) == known
    assert algorithms_for({"profile": "fapi2"}, known) == ("PS256", "ES256", "EdDSA")
