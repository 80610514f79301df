"""The names of the kit are those that the portal tells of itself."""

from __future__ import annotations

from typing import Any

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.clients import Device, names
from sso_testkit.sso import PORTAL


@pytest.fixture
def told(sso: SingleSignOn) -> dict[str, Any]:
    """The portal's metadata."""
    return dict(sso.relying_party().http().get(f"{PORTAL}/.well-known/openid-configuration").json)


LISTS = {
    "response_types_supported": names.RESPONSE_TYPES,
    "id_token_signing_alg_values_supported": names.SIGNING_ALGORITHMS,
    "dpop_signing_alg_values_supported": names.SIGNING_ALGORITHMS,
    "request_object_encryption_alg_values_supported": names.DECRYPTION_ALGORITHMS,
    "request_object_encryption_enc_values_supported": names.CONTENT_ENCRYPTION_ALGORITHMS,
    "id_token_encryption_alg_values_supported": names.KEY_ENCRYPTION_ALGORITHMS,
    "id_token_encryption_enc_values_supported": names.CONTENT_ENCRYPTION_ALGORITHMS,
    "acr_values_supported": (names.PASSWORD_ACR,),
}


@pytest.mark.parametrize("member", LISTS)
def test_a_list_is_the_portal_s_own(told: dict[str, Any], member: str) -> None:
    assert set(told[member]) == set(LISTS[member])


def test_the_grants_and_endpoints_are_there(told: dict[str, Any]) -> None:
    assert {names.DEVICE_CODE, names.TOKEN_EXCHANGE, names.JWT_BEARER} <= set(told["grant_types_supported"])
    endpoints = ("token_endpoint", "userinfo_endpoint", "device_authorization_endpoint")
    assert [told[name] for name in endpoints] == [
        names.TOKEN_ENDPOINT,
        names.USERINFO_ENDPOINT,
        names.DEVICE_AUTHORIZATION_ENDPOINT,
    ]


def test_a_device_is_told_the_page_where_its_code_is_typed(sso: SingleSignOn) -> None:
    assert Device(sso).ask().json["verification_uri"] == names.DEVICE_PAGE
