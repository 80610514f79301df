"""The protocol server: oauthlib's OpenID server with our grants, tokens and validator in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oauthlib.oauth2 import AuthorizationEndpoint, TokenEndpoint
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

    def answer_parsed(self, request: ParsedRequest) -> tuple[Mapping[str, str], str, int]:
        """What ``create_token_response`` does, likewise."""
        self.validate_token_request(request)
        request.scopes = scope_to_list(request.scope)
        handler = self.grant_types.get(request.grant_type, self.default_grant_type_handler)
        answer: tuple[Mapping[str, str], str, int] = handler.create_token_response(request, self.default_token_type)
        return answer


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
