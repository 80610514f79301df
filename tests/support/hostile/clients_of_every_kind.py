"""Clients of every kind, and the settings of a portal that has everything switched on and slows nobody down."""

from __future__ import annotations

from typing import Any

from sso_testkit.clients import EncryptionKey, jwk_set, key_for
from sso_testkit.clients.names import DEVICE_CODE

PASSWORDS = {"zp": "penadmin", "lin": "lin-demo-password"}
SETTINGS = {
    "sso.sign_up.enabled": "true",
    "sso.registration.mode": "open",
    # Where these requests come from: each of them may be a proxy's.
    "sso.web.trusted_proxies": "192.0.2.7",
    # Failures are counted, and forgotten before the next request.
    **{f"sso.{area}.lock_seconds": "1" for area in ("sign_in", "sign_up", "registration")},
    **{f"sso.{area}.forget_seconds": "1" for area in ("sign_in", "sign_up", "registration")},
    **{f"sso.sign_in.{of}_free_failures": "2" for of in ("account", "address")},
    **{f"sso.sign_in.{of}_lock_failures": "4" for of in ("account", "address")},
    **{f"sso.{area}.address_free_tries": "2" for area in ("sign_up", "registration")},
    **{f"sso.{area}.address_lock_tries": "4" for area in ("sign_up", "registration")},
}
KEY = key_for("ES256", "hostile")
REQUEST_URI = "https://key-jwt.example.test/request"

_PUBLIC_GRANTS = ["authorization_code", "refresh_token", "implicit", "password", DEVICE_CODE]
_RESPONSE_TYPES = [
    "code",
    "token",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
    "none",
]


def _client(client_id: str, **metadata: Any) -> dict[str, Any]:
    address = f"https://{client_id}.example.test"
    return {
        "redirect_uris": [f"{address}/cb"],
        "post_logout_redirect_uris": [f"{address}/bye"],
        "client_uri": f"{address}/",
        "grant_types": [*_PUBLIC_GRANTS, "client_credentials"],
        "response_types": _RESPONSE_TYPES,
        "scope": "openid profile email phone offline_access all",
        "consent": "silent",
        **metadata,
    }


def clients() -> dict[str, dict[str, Any]]:
    """The metadata of each, by client_id."""
    sealed = EncryptionKey("RSA-OAEP-256")
    public = {"token_endpoint_auth_method": "none", "grant_types": _PUBLIC_GRANTS}
    native = ["http://127.0.0.1/cb", "com.example.native:/cb"]
    return {
        "public": _client("public", **public),
        "native": _client("native", **public, application_type="native", redirect_uris=native),
        "basic": _client("basic", require_pkce=False, consent="once"),
        "post": _client(
            "post",
            token_endpoint_auth_method="client_secret_post",
            subject_type="pairwise",
            consent="explicit",
            redirect_uris=["https://post.example.test/cb?kept=1"],
        ),
        "secret-jwt": _client("secret-jwt", token_endpoint_auth_method="client_secret_jwt"),
        "key-jwt": _client(
            "key-jwt",
            token_endpoint_auth_method="private_key_jwt",
            jwks={"keys": [*jwk_set(KEY)["keys"], *sealed.jwks["keys"]]},
            id_token_encrypted_response_alg="RSA-OAEP-256",
            id_token_encrypted_response_enc="A256GCM",
            userinfo_signed_response_alg="ES256",
            request_uris=[REQUEST_URI],
        ),
        "unsigned": _client("unsigned", request_object_signing_alg="none", userinfo_signed_response_alg="RS256"),
        "strict": _client(
            "strict",
            always_authenticate=True,
            default_max_age=600,
            require_auth_time=True,
            jwks=jwk_set(KEY),
            require_signed_request_object=True,
        ),
        "resource": _client("resource", resource_server=True),
        "wiki": _client(
            "wiki",
            redirect_uris=["https://wiki.example.test/cb", "https://wiki.example.test/.sso/callback"],
            forward_auth={"address": "https://wiki.example.test", "public": ["/assets/"]},
        ),
    }


CLIENTS = clients()
SECRETS = {
    client_id: f"the-secret-of-{client_id}-0123456789abcdef"
    for client_id, metadata in CLIENTS.items()
    if metadata.get("token_endpoint_auth_method") not in {"none", "private_key_jwt"}
}
