"""The device authorization grant (RFC 8628): a device shows a code, a person answers elsewhere, the device polls."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc8628.grant_types import DeviceCodeGrant as OAuthDeviceCodeGrant
from oauthlib.openid.connect.core.grant_types.base import GrantTypeBase as OpenIDGrantTypeBase

from sso_portal.protocol.call import call_of
from sso_portal.protocol.grants.answering import Answering
from sso_portal.services.client_metadata import DEVICE_CODE


class _DeviceCode(OAuthDeviceCodeGrant):
    """oauthlib's checks of the polling, with what it leaves open."""

    def validate_device_authorization_request(self, request: Any) -> None:
        """Judge a device's first request (section 3.1).

        oauthlib wants ``client_id`` in the body even of a client that says who it is elsewhere, and does not ask
        whether the client is registered for the grant.
        """
        self.validate_client_authentication(request)
        request.grant_type = DEVICE_CODE
        self.validate_grant_type(request)
        self.validate_scopes(request)

    def validate_scopes(self, request: Any) -> None:
        """Judge the scopes a device asks for; what a person granted stands.

        Where she granted none of them, oauthlib would fall back to all that the client is registered for.
        """
        if call_of(request).device_code is None:
            super().validate_scopes(request)


class DeviceCodeGrant(Answering, OpenIDGrantTypeBase):
    """One grant for requests with and without ``openid``, whose answers have an id_token, which oauthlib's have not."""

    def __init__(self, request_validator: Any) -> None:
        """Consume the device code as the last check, before a token exists."""
        self.proxy_target = _DeviceCode(request_validator)
        self.custom_validators.post_token.append(request_validator.choose_resources)
        self.custom_validators.post_token.append(request_validator.consume_device_code)
        self.register_token_modifier(self.add_id_token)
