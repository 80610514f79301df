"""The answer of the authorization endpoint, whatever the response type asks for (OAuth 2.0 Multiple Response Types)."""

from __future__ import annotations

from typing import Any

from sso_portal.base.ids import ordered_token
from sso_portal.protocol.checks import AUTHORIZATION_CHECKS, SCOPE_CHECKS


class Issuing:
    """What the grants of the authorization endpoint have in common: our checks, and the making of the answer."""

    custom_validators: Any
    request_validator: Any

    def add_checks(self) -> None:
        """Hang our rules into oauthlib's hooks: some before, some after the scopes are known."""
        self.custom_validators.pre_auth.extend(AUTHORIZATION_CHECKS)
        self.custom_validators.post_auth.extend(SCOPE_CHECKS)

    def issue(self, request: Any, token_handler: Any) -> dict[str, Any]:
        """The parameters of the answer to an authorization request that was validated before.

        oauthlib's ``create_authorization_response`` would validate everything a second time.
        """
        wanted = request.response_type.split()
        answer: dict[str, Any] = {}
        if "code" in wanted:
            answer["code"] = ordered_token()
            self.request_validator.save_authorization_code(request.client_id, answer, request)
        if "token" in wanted:
            access = token_handler.create_token(request, refresh_token=False)
            self.request_validator.save_front_channel_token(access, request)
            answer.update(access)
        if request.state:
            answer["state"] = request.state
        if "id_token" in wanted:
            answer["id_token"] = self.request_validator.get_id_token(answer, token_handler, request)
        return answer
