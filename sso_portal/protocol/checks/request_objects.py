"""Request objects are refused by the names that the specification gives (OpenID Connect Core, section 3.1.2.6)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import OAuth2Error


class RequestNotSupported(OAuth2Error):
    """``request`` was sent."""

    error = "request_not_supported"


class RequestUriNotSupported(OAuth2Error):
    """``request_uri`` was sent."""

    error = "request_uri_not_supported"


class RegistrationNotSupported(OAuth2Error):
    """``registration`` was sent."""

    error = "registration_not_supported"


_REFUSED: dict[str, type[OAuth2Error]] = {
    "request": RequestNotSupported,
    "request_uri": RequestUriNotSupported,
    "registration": RegistrationNotSupported,
}


def check(request: Any) -> dict[str, Any]:
    """Refuse ``request``, ``request_uri`` and ``registration``."""
    for name, error in _REFUSED.items():
        if getattr(request, name, None):
            raise error(description=f"The parameter {name} is not supported.", request=request)
    return {}
