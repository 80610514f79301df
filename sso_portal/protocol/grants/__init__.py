"""Grants, one file each; registering one is one line here, metadata follows by itself.

Owns: the subclasses of oauthlib's grants with the rules that oauthlib leaves open.
Never: reads the database; the validator answers.
Asked by: the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sso_portal.protocol.grants.authorization_code import AuthorizationCodeGrant
from sso_portal.protocol.grants.client_credentials import ClientCredentialsGrant
from sso_portal.protocol.grants.device_code import DeviceCodeGrant
from sso_portal.protocol.grants.hybrid import HybridGrant
from sso_portal.protocol.grants.implicit import ImplicitGrant
from sso_portal.protocol.grants.jwt_bearer import JwtBearerGrant
from sso_portal.protocol.grants.password import PasswordGrant
from sso_portal.protocol.grants.refresh_token import RefreshTokenGrant
from sso_portal.protocol.grants.token_exchange import TokenExchangeGrant
from sso_portal.services.client_metadata import DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE

GRANTS: Mapping[str, Callable[[Any], Any]] = {
    "authorization_code": AuthorizationCodeGrant,
    "refresh_token": RefreshTokenGrant,
    "client_credentials": ClientCredentialsGrant,
    "password": PasswordGrant,
    "implicit": ImplicitGrant,
    DEVICE_CODE: DeviceCodeGrant,
    TOKEN_EXCHANGE: TokenExchangeGrant,
    JWT_BEARER: JwtBearerGrant,
}

__all__ = ["GRANTS", "HybridGrant"]
