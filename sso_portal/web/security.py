"""Security headers on every response (OWASP ASVS 5, chapter 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import INGRESS

Handler = Callable[[Request], Response]

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: https:; "
    "base-uri 'none'; frame-ancestors 'none'; form-action "
)

FRAME_POLICY = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
"""The policy of the one page that stands in frames of other sites: there is nothing on it to be clicked on, and it
answers by a hash that only who was given a ``session_state`` can ask about."""


def includeme(config: Configurator) -> None:
    """Stand outermost but for the request log."""
    config.add_tween("sso_portal.web.security.headers_factory", under=INGRESS)


def headers_factory(handler: Handler, registry: Registry) -> Handler:
    """Give every response the headers it lacks."""
    defaults = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": content_security_policy(()),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if registry.portal.settings.is_https:
        defaults["Strict-Transport-Security"] = "max-age=31536000"
    lines = [(name.lower(), (name, value)) for name, value in defaults.items()]

    def headers(request: Request) -> Response:
        response = handler(request)
        # By hand, since WebOb's headers walk through all of them for each.
        known = {name.lower() for name, _ in response.headerlist}
        response.headerlist.extend([line for name, line in lines if name not in known])
        if "content-security-policy" in known and response.headers["Content-Security-Policy"] == FRAME_POLICY:
            # It knows no word for every site, and some browsers would heed it first.
            del response.headers["X-Frame-Options"]
        return response

    return headers


def content_security_policy(form_targets: Iterable[str], frames: Iterable[str] = ()) -> str:
    """The policy of a page whose forms may end at ``form_targets``, and which shows pages of the origins ``frames``.

    Chromium applies ``form-action`` to the redirects behind a form as well, so a sign-in page must allow the site
    that the person came from.
    """
    policy = _POLICY + " ".join(["'self'", *dict.fromkeys(form_targets)])
    return " ".join([f"{policy}; frame-src", *dict.fromkeys(frames)]) if frames else policy
