"""The metadata documents (OpenID Connect Discovery 1.0, section 3; RFC 8414), computed from what is registered."""

from __future__ import annotations

from typing import Any

from sso_portal.base.jose import SIGNING_ALGORITHMS
from sso_portal.protocol.grants import GRANTS
from sso_portal.protocol.response_modes import RESPONSE_MODES
from sso_portal.protocol.vocabulary import AUTHORIZE_PATH, CODE_CHALLENGE_METHODS, PROMPT_VALUES
from sso_portal.services.claims import CLAIMS
from sso_portal.services.client_metadata import AUTHENTICATION_METHODS, RESPONSE_TYPES
from sso_portal.services.scopes import SCOPES

_ID_TOKEN_CLAIMS = ("iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "amr")


def authorization_server_metadata(issuer: str) -> dict[str, Any]:
    """The document of RFC 8414."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}{AUTHORIZE_PATH}",
        "token_endpoint": f"{issuer}/o/token/",
        "jwks_uri": f"{issuer}/o/jwks/",
        "scopes_supported": list(SCOPES),
        "response_types_supported": list(RESPONSE_TYPES),
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": list(AUTHENTICATION_METHODS),
        "code_challenge_methods_supported": list(CODE_CHALLENGE_METHODS),
        "ui_locales_supported": ["zh-CN", "en"],
        "authorization_response_iss_parameter_supported": True,
    }


def openid_configuration(issuer: str) -> dict[str, Any]:
    """The document of OpenID Connect Discovery."""
    return {
        **authorization_server_metadata(issuer),
        "userinfo_endpoint": f"{issuer}/o/userinfo/",
        "end_session_endpoint": f"{issuer}/o/logout/",
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "claims_supported": [*CLAIMS, *_ID_TOKEN_CLAIMS],
        "claim_types_supported": ["normal"],
        "prompt_values_supported": list(PROMPT_VALUES),
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
