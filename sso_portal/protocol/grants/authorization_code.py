"""The authorization code grant (RFC 6749, section 4.1; OpenID Connect Core, section 3.1)."""

from __future__ import annotations

import re
from typing import Any

from oauthlib.oauth2 import AuthorizationCodeGrant as OAuthAuthorizationCodeGrant
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError
from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant as OpenIDAuthorizationCodeGrant

from sso_portal.protocol.grants.answering import Answering
from sso_portal.protocol.grants.issuing import Issuing

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class S256Only(OAuthAuthorizationCodeGrant):
    """oauthlib takes ``plain`` by default; here the table of methods holds S256 alone (RFC 9700, section 2.1.1)."""

    _code_challenge_methods = {"S256": code_challenge_method_s256}  # noqa: RUF012 - oauthlib's own name and kind


class AuthorizationCodeGrant(Issuing, Answering, OpenIDAuthorizationCodeGrant):
    """One grant for requests with and without ``openid``: without it, oauthlib's OpenID parts stand aside."""

    def __init__(self, request_validator: Any) -> None:
        """Add our checks to oauthlib's hooks; the code is consumed by the last of them, before a token exists."""
        self.proxy_target = S256Only(request_validator=request_validator)
        self.request_validator = request_validator
        self.custom_validators.post_auth.append(self.openid_authorization_validator)
        self.add_checks()
        self.custom_validators.pre_token.append(_check_verifier)
        self.custom_validators.post_token.append(request_validator.choose_resources)
        self.custom_validators.post_token.append(request_validator.choose_details)
        self.custom_validators.post_token.append(request_validator.consume_code)
        self.register_token_modifier(self.add_id_token)


def _check_verifier(request: Any) -> None:
    if request.code_verifier is not None and not _VERIFIER.fullmatch(request.code_verifier):
        raise InvalidGrantError(
            description="code_verifier is not 43 to 128 letters, digits and - . _ ~ (RFC 7636, section 4.1).",
            request=request,
        )
