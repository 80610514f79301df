"""The kit in a Pyramid site: `config.include("sso_client.pyramid")`. The one folder that knows Pyramid.

Owns: the routes /sso/… and /sign-out, `request.sso`, the security policy, the view option `sign_in`.
Never: decides whether a sign-in is good, or speaks to the portal; the rest of the kit does.
Asked by: sites. It reads `sso.…` from their settings (sso_client/settings.py) and, when they were put there before the
include, `registry["sso_client.http"]`, `registry["sso_client.clock"]`, `registry["sso_client.background"]` (a callable
that takes a callable and has it done while requests go on) and `registry["sso_client.language"]` (a callable that takes
the request and returns "en" or "zh").
"""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.viewderivers import INGRESS

from sso_client.errors import PortalUnavailable, SignInRequired
from sso_client.kit import Kit
from sso_client.pyramid.idle import script, session_state, stay_signed_in, style
from sso_client.pyramid.option import SignInOption
from sso_client.pyramid.parked import discard, parked
from sso_client.pyramid.policy import SiteSecurityPolicy
from sso_client.pyramid.sign_out_elsewhere import backchannel_logout, frontchannel_logout
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
        read_settings(registry.settings),
        http=registry.get("sso_client.http"),
        clock=registry.get("sso_client.clock"),
        background=registry.get("sso_client.background"),
    )
    config.set_security_policy(SiteSecurityPolicy())
    config.add_request_method(SiteSignIn, "sso", reify=True)
    config.add_view_deriver(SignInOption(), name="sign_in", under=INGRESS, over="secured_view")
    for name, path, view, method in (
        ("sso.sign_in", "/sso/sign-in", sign_in, ("GET", "POST")),
        ("sso.callback", "/sso/callback", callback, "GET"),
        ("sso.style", "/sso/style.css", stylesheet, "GET"),
        ("sso.sign_out", "/sign-out", sign_out, "POST"),
        ("sso.idle_script", "/sso/idle.js", script, "GET"),
        ("sso.idle_style", "/sso/idle.css", style, "GET"),
        ("sso.backchannel_logout", "/sso/backchannel-logout", backchannel_logout, "POST"),
        ("sso.frontchannel_logout", "/sso/frontchannel-logout", frontchannel_logout, "GET"),
    ):
        config.add_route(name, path)
        # Sign-out checks tokens of its own, whatever the site's default for CSRF is.
        config.add_view(
            view, route_name=name, request_method=method, permission=NO_PERMISSION_REQUIRED, require_csrf=False
        )
    config.add_route("sso.session", "/sso/session")
    config.add_route("sso.parked", "/sso/parked/{id}")
    for name, view, method, needs_sign_in in (
        ("sso.session", session_state, "GET", False),
        ("sso.session", stay_signed_in, "POST", False),
        ("sso.parked", parked, "GET", True),
        ("sso.parked", discard, "POST", True),
    ):
        config.add_view(
            view,
            route_name=name,
            request_method=method,
            sign_in=needs_sign_in,
            permission=NO_PERMISSION_REQUIRED,
            require_csrf=False,
        )
    config.add_exception_view(sign_in_required, context=SignInRequired)
    config.add_exception_view(portal_unavailable, context=PortalUnavailable)
