"""The clients with which real client libraries are tried, as an operator would register them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sso_testkit.clients.names import DEVICE_CODE, SIGNING_ALGORITHMS

SITE = "https://site.example.test"
CALLBACK = f"{SITE}/callback"
BANK_API = "https://bank.example.test/api"
SIGNED_OUT = f"{SITE}/signed-out"

_WITH_SECRET = ("client_secret_basic", "client_secret_post", "client_secret_jwt")


def registrations(keys: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A file for ``sso-portal client apply``; ``keys`` are the public keys of those that have some."""
    jwks = {"jwks": {"keys": list(keys)}}
    both = {"response_types": ["code", "code id_token"], "grant_types": ["authorization_code", "implicit"]}
    encryption = {
        "id_token_encrypted_response_alg": "RSA-OAEP-256",
        "id_token_encrypted_response_enc": "A256GCM",
        "userinfo_signed_response_alg": "RS256",
        "userinfo_encrypted_response_alg": "RSA-OAEP-256",
    }
    bank = {
        "profile": "fapi2-message-signing",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "request_object_signing_alg": "ES256",
        "require_signed_request_object": True,
        "require_pushed_authorization_requests": True,
        "dpop_bound_access_tokens": True,
        "id_token_signed_response_alg": "ES256",
        "authorization_signed_response_alg": "ES256",
        "introspection_signed_response_alg": "ES256",
    }
    interface = {"resource_server": True, "resource_uris": [BANK_API], "access_token_format": "jwt"}
    return [
        _site("bank", **bank, **jwks),
        _site("bank_api", grant_types=["client_credentials"], response_types=[], scope="", **interface),
        *(_site(method, token_endpoint_auth_method=method) for method in _WITH_SECRET),
        _site("private_key_jwt", token_endpoint_auth_method="private_key_jwt", **jwks),
        _site("none", token_endpoint_auth_method="none"),
        *(_site(f"signed-{name}", id_token_signed_response_alg=name, **both) for name in SIGNING_ALGORITHMS),
        _site("hybrid", **both),
        _site("implicit", response_types=["id_token"], grant_types=["implicit"]),
        _site("asks-by-jwt", request_object_signing_alg="ES256", require_signed_request_object=True, **jwks),
        _site("signed-userinfo", userinfo_signed_response_alg="ES256"),
        _site("encrypted", **encryption, **jwks),
        _site("asks-people", consent="explicit"),
        _site("mobile", grant_types=["password", "refresh_token"], response_types=[]),
        _site("machine", grant_types=["client_credentials"], response_types=[], scope="project_api"),
        _site("tv", grant_types=[DEVICE_CODE, "refresh_token"], response_types=[], token_endpoint_auth_method="none"),
    ]


def hearing(addresses: Mapping[str, str]) -> list[dict[str, Any]]:
    """Clients that hear of sign-outs, each at its address."""
    return [_site(client_id, backchannel_logout_uri=uri) for client_id, uri in addresses.items()]


def _site(client_id: str, **metadata: Any) -> dict[str, Any]:
    signs_people_in = metadata.get("response_types") != []
    addresses = {"redirect_uris": [CALLBACK], "post_logout_redirect_uris": [SIGNED_OUT]} if signs_people_in else {}
    return {"client_id": client_id, "client_name": f"Site {client_id}", "consent": "silent", **addresses, **metadata}
