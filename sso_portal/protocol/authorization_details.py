"""Authorization details (RFC 9396): read the same way wherever they may be sent."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.protocol.call import call_of
from sso_portal.protocol.vocabulary import AUTHORIZATION_DETAILS
from sso_portal.services.authorization_details import BadDetails, DetailTypes, Entry

GRANTS_WITH_DETAILS = ("authorization_code", "refresh_token", "client_credentials")
"""Grants at which the token endpoint takes the parameter."""


class InvalidAuthorizationDetails(OAuth2Error):
    """An entry is of an unknown type, malformed, or not for this client (section 5)."""

    error = "invalid_authorization_details"


def sent_details(request: Any) -> tuple[Entry, ...]:
    """The entries of the request, none if there is no such parameter. Raises :class:`InvalidAuthorizationDetails`."""
    # oauthlib's request has no such attribute unless it was sent.
    text = getattr(request, AUTHORIZATION_DETAILS, None)
    if text is None:
        return ()
    try:
        return call_of(request).services.detail_types.read(text, request.client.metadata["authorization_details_types"])
    except BadDetails as error:
        raise refused(str(error), request) from None


def refused(problem: str, request: Any) -> InvalidAuthorizationDetails:
    """The error to raise; the story of the refusal is told its reason."""
    call_of(request).find(AUTHORIZATION_DETAILS, problem=problem)
    return InvalidAuthorizationDetails(description=f"{AUTHORIZATION_DETAILS}: {problem}", request=request)


def details_metadata(types: DetailTypes) -> dict[str, list[str]]:
    """What the metadata documents say (section 10)."""
    return {"authorization_details_types_supported": list(types.names)} if types.names else {}
