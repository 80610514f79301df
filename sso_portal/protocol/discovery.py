"""The metadata documents (OpenID Connect Discovery 1.0, section 3; RFC 8414), computed from what is registered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sso_portal.base.client_jose import (
    CONTENT_ENCRYPTION_ALGORITHMS,
    KEY_ENCRYPTION_ALGORITHMS,
    VERIFICATION_ALGORITHMS,
)
from sso_portal.base.jose import ENCRYPTION_ALGORITHMS, SIGNING_ALGORITHMS
from sso_portal.protocol.client_authentication import ASSERTION_ALGORITHMS
from sso_portal.protocol.grants import GRANTS
from sso_portal.protocol.response_modes import RESPONSE_MODES
from sso_portal.protocol.vocabulary import (
    AUTHORIZE_PATH,
    CHECK_SESSION_PATH,
    CODE_CHALLENGE_METHODS,
    DEVICE_AUTHORIZATION_PATH,
    DISPLAY_VALUES,
    INTROSPECT_PATH,
    JWKS_PATH,
    LOGOUT_PATH,
    PUSHED_AUTHORIZATION_PATH,
    REGISTER_PATH,
    REVOKE_PATH,
    SESSION_ACTIVITY_PATH,
    TOKEN_PATH,
    USERINFO_PATH,
)
from sso_portal.services.assurance import ACR_VALUES
from sso_portal.services.claims import CLAIMS
from sso_portal.services.client_metadata import AUTHENTICATION_METHODS, CERTIFICATE_METHODS, RESPONSE_TYPES
from sso_portal.services.scopes import SCOPES

_ID_TOKEN_CLAIMS = ("iss", "aud", "azp", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid")
_HASH_CLAIMS = ("at_hash", "c_hash", "s_hash")
_CALLED_BY_CLIENTS = ("token", "introspection", "revocation")


def authorization_server_metadata(
    issuer: str, prompts: Sequence[str], certificate_methods: Sequence[str] = (), *, registers: bool = False
) -> dict[str, Any]:
    """The document of RFC 8414; ``prompts`` are the values of ``prompt`` that are honoured, ``certificate_methods`` the
    ways of client authentication by certificate, of which there are some where mutual TLS is on; ``registers`` says
    whether clients may register themselves."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}{AUTHORIZE_PATH}",
        "token_endpoint": f"{issuer}{TOKEN_PATH}",
        "introspection_endpoint": f"{issuer}{INTROSPECT_PATH}",
        "revocation_endpoint": f"{issuer}{REVOKE_PATH}",
        "pushed_authorization_request_endpoint": f"{issuer}{PUSHED_AUTHORIZATION_PATH}",
        "require_pushed_authorization_requests": False,
        "device_authorization_endpoint": f"{issuer}{DEVICE_AUTHORIZATION_PATH}",
        **({"registration_endpoint": f"{issuer}{REGISTER_PATH}"} if registers else {}),
        "jwks_uri": f"{issuer}{JWKS_PATH}",
        "scopes_supported": list(SCOPES),
        "response_types_supported": list(RESPONSE_TYPES),
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANTS),
        **_client_authentication(certificate_methods),
        "dpop_signing_alg_values_supported": list(VERIFICATION_ALGORITHMS),
        # Without mtls_endpoint_aliases: the proxy asks for certificates at the same addresses (RFC 8705, section 5).
        **({"tls_client_certificate_bound_access_tokens": True} if certificate_methods else {}),
        "introspection_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "introspection_encryption_alg_values_supported": list(KEY_ENCRYPTION_ALGORITHMS),
        "introspection_encryption_enc_values_supported": list(CONTENT_ENCRYPTION_ALGORITHMS),
        "code_challenge_methods_supported": list(CODE_CHALLENGE_METHODS),
        "prompt_values_supported": list(prompts),
        "ui_locales_supported": ["zh-CN", "en"],
        "authorization_response_iss_parameter_supported": True,
        "authorization_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "authorization_encryption_alg_values_supported": list(KEY_ENCRYPTION_ALGORITHMS),
        "authorization_encryption_enc_values_supported": list(CONTENT_ENCRYPTION_ALGORITHMS),
        **_request_objects(),
    }


def openid_configuration(
    issuer: str, prompts: Sequence[str], certificate_methods: Sequence[str] = (), *, registers: bool = False
) -> dict[str, Any]:
    """The document of OpenID Connect Discovery."""
    key_encryption, content_encryption = list(KEY_ENCRYPTION_ALGORITHMS), list(CONTENT_ENCRYPTION_ALGORITHMS)
    return {
        **authorization_server_metadata(issuer, prompts, certificate_methods, registers=registers),
        "userinfo_endpoint": f"{issuer}{USERINFO_PATH}",
        "end_session_endpoint": f"{issuer}{LOGOUT_PATH}",
        "session_activity_endpoint": f"{issuer}{SESSION_ACTIVITY_PATH}",
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "check_session_iframe": f"{issuer}{CHECK_SESSION_PATH}",
        "subject_types_supported": ["public", "pairwise"],
        "acr_values_supported": list(ACR_VALUES),
        "display_values_supported": list(DISPLAY_VALUES),
        "id_token_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "id_token_encryption_alg_values_supported": key_encryption,
        "id_token_encryption_enc_values_supported": content_encryption,
        "userinfo_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "userinfo_encryption_alg_values_supported": key_encryption,
        "userinfo_encryption_enc_values_supported": content_encryption,
        "claims_supported": [*CLAIMS, *_ID_TOKEN_CLAIMS, *_HASH_CLAIMS],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
    }


def _client_authentication(certificate_methods: Sequence[str]) -> dict[str, list[str]]:
    usual = [method for method in AUTHENTICATION_METHODS if method not in CERTIFICATE_METHODS]
    answer: dict[str, list[str]] = {}
    for endpoint in _CALLED_BY_CLIENTS:
        # Who proves nothing may not ask about tokens (RFC 7662, section 2.1).
        methods = [way for way in usual if way != "none" or endpoint != "introspection"]
        answer[f"{endpoint}_endpoint_auth_methods_supported"] = [*methods, *certificate_methods]
        answer[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = list(ASSERTION_ALGORITHMS)
    return answer


def _request_objects() -> dict[str, Any]:
    return {
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "request_object_signing_alg_values_supported": [*VERIFICATION_ALGORITHMS, "HS256", "none"],
        "request_object_encryption_alg_values_supported": list(ENCRYPTION_ALGORITHMS),
        "request_object_encryption_enc_values_supported": list(CONTENT_ENCRYPTION_ALGORITHMS),
    }
