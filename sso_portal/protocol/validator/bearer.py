"""Access tokens: saving them, and judging the ones that come back (RFC 6750)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import LoginRequired

from sso_portal.base.explain import shape_of
from sso_portal.protocol.call import Call, call_of
from sso_portal.protocol.sender_constraints import check_access_token


class BearerAnswers:
    """Saving tokens, checking access tokens."""

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_args: Any, **_kwargs: Any) -> None:
        """Remember the tokens of one answer, by hash."""
        call = call_of(request)
        if call.family is None:
            raise TypeError("tokens belong to a family")
        refresh_token = token.get("refresh_token")
        # One that is told a second time is remembered already.
        is_known = call.repeated_refresh_token is not None or refresh_token == request.refresh_token
        call.services.tokens.save(
            call.family,
            access_token=token["access_token"],
            access_scope=token.get("scope", ""),
            access_details=call.token_details,
            access_seconds=token["expires_in"],
            refresh_token=None if is_known else refresh_token,
        )

    def save_front_channel_token(self, token: dict[str, Any], request: Any) -> None:
        """Remember an access token that the authorization endpoint answers itself."""
        call = call_of(request)
        if call.session is None or call.client is None:
            raise TypeError("an access token of the authorization endpoint is for a signed-in person")
        details = {**call.details, "amr": call.session.amr}
        call.family = call.services.tokens.begin_front_channel_family(
            call.client.client_id, call.session, token.get("scope", ""), details
        )
        if call.family is None:
            raise LoginRequired(description="The session is over.", request=request)
        self.save_bearer_token(token, request)

    def validate_bearer_token(self, token: str | None, scopes: list[str], request: Any) -> bool:
        """Whether an access token lives; what it stands for is kept on the call."""
        call = call_of(request)
        call.access = call.services.tokens.find_access(token) if token else None
        if call.access is None:
            _explain(call, token or "")
            return False
        audience = call.access.details.get("aud")
        if audience and call.issuer not in audience:
            # Meant for an API, which must not be able to look further with it (RFC 8707, section 3).
            call.find("access_token_for_another_resource", audience=audience)
            call.access = None
            return False
        call.client = call.services.clients.find(call.access.family.client_id)
        if call.client is None:
            return False
        check_access_token(request, token or "", call.access.details)
        request.scopes = list(call.access.scopes)
        return True


def _explain(call: Call, token: str) -> None:
    """Note why an access token opens nothing."""
    found = call.services.tokens.find_any(token)
    if found is None or found[0].kind != "access":
        call.find("access_token_unknown", sent=shape_of(token), is_refresh_token=found is not None)
        return
    record, family = found
    call.family_id = family.family_id
    if family.revoked_at is not None:
        because = str(family.revoked_because or "").replace("_", " ")
        call.find("access_token_revoked", because=because, revoked_at=family.revoked_at)
    elif call.services.tokens.is_agreement_over(family):
        call.find("agreement_over", agreed_until=family.agreed_until)
    elif call.services.tokens.is_expired(record):
        call.find("access_token_expired", seconds_late=call.clock.now() - record.expires_at)
    else:
        call.find("person_disabled")
