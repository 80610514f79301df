"""The kit in a Pyramid site: `config.include("sso_client.pyramid")`. The one folder that knows Pyramid.

Owns: the routes /sso/… and /sign-out, `request.sso`, the security policy, the view option `sign_in`.
Never: decides whether a sign-in is good, or speaks to the portal; the rest of the kit does.
Asked by: sites. It reads `sso.…` from their settings (sso_client/settings.py) and, when they were put there before the
include, `registry["sso_client.http"]`, `registry["sso_client.clock"]` and `registry["sso_client.language"]` (a callable
that takes the request and returns "en" or "zh").
"""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.viewderivers import INGRESS

from sso_client.errors import PortalUnavailable, SignInRequired
from sso_client.kit import Kit
from sso_client.pyramid.option import SignInOption
from sso_client.pyramid.policy import SiteSecurityPolicy
from sso_client.pyramid.views import (
    callback,
    portal_unavailable,
    sign_in,
    sign_in_required,
    sign_out,
    stylesheet,
)
from sso_client.request_sso import KIT, SiteSignIn
from sso_client.settings import read_settings


def includeme(config: Any) -> None:
    """Add the kit to a Pyramid application. Raises SettingsProblem, naming everything that is wrong at once."""
    registry = config.registry
    registry[KIT] = Kit(
        read_settings(registry.settings), http=registry.get("sso_client.http"), clock=registry.get("sso_client.clock")
    )
    config.set_security_policy(SiteSecurityPolicy())
    config.add_request_method(SiteSignIn, "sso", reify=True)
    config.add_view_deriver(SignInOption(), name="sign_in", under=INGRESS, over="secured_view")
    for name, path, view, method in (
        ("sso.sign_in", "/sso/sign-in", sign_in, ("GET", "POST")),
        ("sso.callback", "/sso/callback", callback, "GET"),
        ("sso.style", "/sso/style.css", stylesheet, "GET"),
        ("sso.sign_out", "/sign-out", sign_out, "POST"),
    ):
        config.add_route(name, path)
        # Sign-out checks a token of its own, whatever the site's default for CSRF is.
        config.add_view(
            view, route_name=name, request_method=method, permission=NO_PERMISSION_REQUIRED, require_csrf=False
        )
    config.add_exception_view(sign_in_required, context=SignInRequired)
    config.add_exception_view(portal_unavailable, context=PortalUnavailable)
