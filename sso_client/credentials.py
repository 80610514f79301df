"""How the site proves to the portal that it is itself (OpenID Connect Core 1.0 section 9)."""

from __future__ import annotations

from urllib.parse import quote_plus

from requests.auth import HTTPBasicAuth

from sso_client.settings import Settings


def basic_authentication(settings: Settings) -> HTTPBasicAuth | None:
    """Return client_secret_basic, or None when the site's credentials belong into the form of a request."""
    if settings.client_auth != "client_secret_basic":
        return None
    # RFC 6749 section 2.3.1: both parts are form-encoded before they are put together.
    return HTTPBasicAuth(quote_plus(settings.client_id), quote_plus(settings.client_secret))


def posted_credentials(settings: Settings) -> dict[str, str]:
    """Return the members of client_secret_post, nothing when the site authenticates by a header."""
    if settings.client_auth == "client_secret_basic":
        return {}
    return {"client_id": settings.client_id, "client_secret": settings.client_secret}
