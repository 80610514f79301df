"""Grants, one file each; registering one is one line here, metadata follows by itself.

Owns: the subclasses of oauthlib's grants with the rules that oauthlib leaves open.
Never: reads the database; the validator answers.
Asked by: the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sso_portal.protocol.grants.authorization_code import AuthorizationCodeGrant
from sso_portal.protocol.grants.refresh_token import RefreshTokenGrant

GRANTS: Mapping[str, Callable[[Any], Any]] = {
    "authorization_code": AuthorizationCodeGrant,
    "refresh_token": RefreshTokenGrant,
}

__all__ = ["AuthorizationCodeGrant", "GRANTS", "RefreshTokenGrant"]
