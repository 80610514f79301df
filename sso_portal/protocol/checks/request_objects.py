"""Request objects that could not be read, and ``registration``, are refused by the names that the specification gives
(OpenID Connect Core, section 3.1.2.6)."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from sso_portal.protocol.call import call_of


class RegistrationNotSupported(OAuth2Error):
    """``registration`` was sent: it is for providers that know their clients by nothing else (Core, section 7.2.1)."""

    error = "registration_not_supported"


def check(request: Any) -> dict[str, Any]:
    """Raise what was wrong with the request object, now that it is known where to answer."""
    problem = call_of(request).request_problem
    if problem is not None:
        raise problem
    # oauthlib has names only for the parameters that it knows.
    if getattr(request, "registration", None) is not None:
        raise RegistrationNotSupported(description="The parameter registration is not supported.", request=request)
    return {}
