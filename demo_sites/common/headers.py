"""The security headers of every answer, errors and redirects included."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response

Handler = Callable[[Request], Response]


def content_security_policy(issuer: str) -> str:
    """A policy without inline script or style (W3C CSP Level 3). The one script is the kit's; it asks this site only.

    Browsers apply ``form-action`` to redirects after a form as well. Signing out is a form here that ends at the
    portal, so the portal's origin has to be on the list.
    """
    portal = urlsplit(issuer)
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {portal.scheme}://{portal.netloc}"
    )


def headers_tween(handler: Handler, registry: Registry) -> Handler:
    """Adds the headers to whatever the site answers; a header that a view has set itself is left as it is."""
    policy = content_security_policy(registry.settings["sso.issuer"])

    def answer(request: Request) -> Response:
        response = handler(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if response.content_type == "text/html":
            # Every page names the person in its corner; after signing out the back button must not show it again.
            headers["Cache-Control"] = "no-store"
            headers.setdefault("Vary", "Accept-Language, Cookie")
        return response

    return answer
