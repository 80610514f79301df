"""The protocol server: oauthlib's OpenID server with our grants, tokens and validator in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oauthlib.oauth2 import AuthorizationEndpoint, TokenEndpoint
from oauthlib.oauth2.rfc6749.errors import ServerError
from oauthlib.oauth2.rfc6749.utils import scope_to_list
from oauthlib.openid import Server

from sso_portal.protocol.grants import GRANTS, HybridGrant
from sso_portal.protocol.parsed_request import ParsedRequest
from sso_portal.protocol.tokens.opaque import OpaqueToken
from sso_portal.protocol.validator import PortalValidator
from sso_portal.services.client_metadata import RESPONSE_TYPES


class PortalServer(Server):
    """Built once per process; everything that belongs to one request travels in its Call."""

    def __init__(self) -> None:
        """Lay our registries over oauthlib's: a grant or response type that is not registered here does not exist."""
        validator = PortalValidator()
        super().__init__(validator)
        self.grants: dict[str, Any] = {name: grant(validator) for name, grant in GRANTS.items()}
        self.token_handler = OpaqueToken(validator)
        AuthorizationEndpoint.__init__(
            self,
            default_response_type="code",
            default_token_type=self.token_handler,
            response_types=_handlers(self.grants, HybridGrant(validator)),
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            default_token_type=self.token_handler,
            grant_types=self.grants,
        )

    def validate_parsed(self, request: ParsedRequest) -> tuple[list[str], dict[str, Any]]:
        """What ``validate_authorization_request`` does, for a request that has been read. Raises oauthlib's errors."""
        request.scopes = scope_to_list(request.scope)
        handler = self.response_types.get(request.response_type, self.default_response_type_handler)
        validated: tuple[list[str], dict[str, Any]] = handler.validate_authorization_request(request)
        return validated

    def answer_parsed(self, request: ParsedRequest) -> dict[str, Any]:
        """What ``create_token_response`` does, likewise; every grant of ours has an ``answer``."""
        request.scopes = scope_to_list(request.scope)
        handler = self.grant_types.get(request.grant_type, self.default_grant_type_handler)
        answer: dict[str, Any] = handler.answer(request, self.token_handler)
        return answer

    def introspect_parsed(self, request: ParsedRequest) -> dict[str, Any]:
        """What ``create_introspect_response`` does, likewise."""
        self.validate_introspect_request(request)
        claims = self.request_validator.introspect_token(request.token, request.token_type_hint, request)
        return {"active": False} if claims is None else {"active": True, **claims}

    def tell_parsed(self, request: ParsedRequest) -> dict[str, Any] | str:
        """What ``create_userinfo_response`` does, likewise: claims, or a JWT of them."""
        request.scopes = ["openid"]
        self.validate_userinfo_request(request)
        claims: dict[str, Any] | str | None = self.request_validator.get_userinfo_claims(request)
        if claims is None:
            raise ServerError(status_code=500)
        return claims


def _handlers(grants: Mapping[str, Any], hybrid: Any) -> dict[str, Any]:
    """The grant that answers each response type: ``none`` is the code grant without its code."""
    handlers: dict[str, Any] = {}
    for response_type in RESPONSE_TYPES:
        words = response_type.split()
        if "code" in words and len(words) > 1:
            handlers[response_type] = hybrid
        else:
            handlers[response_type] = grants["implicit" if {"token", "id_token"} & set(words) else "authorization_code"]
    return handlers
