"""Device codes: what a device is told when it polls (RFC 8628, section 3.5)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import InvalidGrantError
from oauthlib.oauth2.rfc8628.errors import AccessDenied, AuthorizationPendingError, ExpiredTokenError, SlowDownError
from oauthlib.oauth2.rfc8628.grant_types import DeviceCodeGrant

from sso_portal.protocol.call import call_of
from sso_portal.protocol.sender_constraints import family_binding

_REFUSALS = {
    "unknown": (InvalidGrantError, "There is no such device code."),
    "expired": (ExpiredTokenError, "The device code has expired; the device may ask for another one."),
    "denied": (AccessDenied, "The person did not let the device in."),
    "pending": (AuthorizationPendingError, "The person has not answered yet."),
    "slow_down": (SlowDownError, "The device asked too early; from now on it waits 5 seconds more."),
}


class DeviceCodeAnswers:
    """Checking and consuming device codes."""

    def validate_device_code(self, client_id: str, code: str, request: Any) -> str:
        """Whether the person let the device in. A code that was used before ends what came from it, here and now."""
        call = call_of(request)
        polled = call.services.device_codes.poll(code, client_id)
        if polled.state in _REFUSALS:
            error, description = _REFUSALS[polled.state]
            raise error(description=description, request=request)
        record = polled.record
        if record is None or record.user_id is None:
            raise TypeError("a device is let in by a person")
        if polled.state == "replayed":
            self._refuse_device_replay(request, record.family_id)
        request.user = call.user = call.services.users.by_id(record.user_id)
        if call.user is None or not call.user.is_enabled:
            raise InvalidGrantError(description="The person's account is disabled.", request=request)
        call.device_code = record
        request.scopes = record.scope.split()
        return str(DeviceCodeGrant.DEVICE_CODE_AUTHORIZED)

    def consume_device_code(self, request: Any) -> None:
        """Use the code up, before any token exists: one statement, won by exactly one of any number of requests."""
        call = call_of(request)
        if call.device_code is None:
            raise TypeError("a device code is consumed after it was checked")
        if not call.services.device_codes.consume(call.device_code):
            if call.services.device_codes.is_consumed(call.device_code):
                self._refuse_device_replay(request, call.device_code.family_id)
            raise InvalidGrantError(description="The session in which the device was let in is over.", request=request)
        details = {"amr": call.services.device_codes.amr_of(call.device_code), **family_binding(call)}
        call.family = call.services.tokens.begin_device_family(call.device_code, details)

    def _refuse_device_replay(self, request: Any, family_id: str) -> None:
        call_of(request).services.tokens.revoke_family(family_id, "device_code_replayed")
        raise InvalidGrantError(
            description="The device code was used before; the tokens that came from it are revoked.", request=request
        )
