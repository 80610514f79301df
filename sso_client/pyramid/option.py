"""The view option that asks an anonymous person to sign in."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sso_client.pages import Action
from sso_client.pyramid.answers import home, kit_page
from sso_client.pyramid.departures import depart
from sso_client.urls import local_path, origin


class SignInOption:
    """The view option `sign_in=True`: an anonymous person is asked to sign in and comes back to the page."""

    options = ("sign_in",)

    def __call__(self, view: Callable[[Any, Any], Any], info: Any) -> Callable[[Any, Any], Any]:
        if not info.options.get("sign_in"):
            return view

        def for_signed_in(context: Any, request: Any) -> Any:
            if request.sso.session is None:
                return ask_to_sign_in(request)
            response = view(context, request)
            # A person's page must not come back from a cache when she has signed out.
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return for_signed_in


def ask_to_sign_in(request: Any) -> Any:
    """Send the browser to the portal and back to this page; where that cannot be done, answer 401 with a link."""
    fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate" or request.is_xhr
    if request.method in ("GET", "HEAD") and not fetched:
        return depart(request, local_path(request.path_qs, request.sso.path("/")))
    came_from = urlsplit(request.referer or "")
    ours = f"{came_from.scheme}://{came_from.netloc}" == origin(request.sso.root)
    back = came_from._replace(scheme="", netloc="", fragment="").geturl() if ours else "/"
    return kit_page(request, "needed", Action("sign_in", request.sso.sign_in_url(back)), home(request))
