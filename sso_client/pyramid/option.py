"""The view option that asks for a sign-in, and what a request gets that has none."""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sso_client.demand import Demand
from sso_client.departure import NOTHING_MORE, Wish
from sso_client.errors import SettingsProblem
from sso_client.pages import Action
from sso_client.pyramid.answers import home, kit_page
from sso_client.pyramid.departures import depart
from sso_client.pyramid.parked import came_from, depart_with_form, send_once, take_ticket_off
from sso_client.urls import PARKED_PATH, local_path


class SignInOption:
    """The view option `sign_in=True`, or `sign_in=Demand(…)`: who is not signed in (so) does that and comes back."""

    options = ("sign_in",)

    def __call__(self, view: Callable[[Any, Any], Any], info: Any) -> Callable[[Any, Any], Any]:
        """Wrap a view. Raises SettingsProblem when the option is neither true, false nor a Demand."""
        asked = info.options.get("sign_in")
        if asked is None or asked is False:
            return view
        if asked is not True and not isinstance(asked, Demand):
            raise SettingsProblem(f"the view option sign_in must be True or a Demand, not {asked!r}")

        def for_signed_in(context: Any, request: Any) -> Any:
            request.sso.demand = None if asked is True else asked
            request.sso.ticket = take_ticket_off(request)
            if not is_good_enough(request):
                return ask_to_sign_in(request)
            response = send_once(request, lambda: view(context, request))
            # A person's page must not come back from a cache when she has signed out.
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return for_signed_in


def is_good_enough(request: Any) -> bool:
    """Whether somebody is signed in, in the way that the view demands."""
    sso = request.sso
    if sso.session is None or sso.demand is None:
        return sso.session is not None
    return bool(sso.kit.demands.is_met(sso.demand, sso.session, request.path))


def ask_to_sign_in(request: Any, *, ended: bool = False) -> Any:
    """Send the browser to the portal and back to this page, with the form that it sent; else answer 401 with a link.

    ended: the session of this request is over, although it was there when the request began.
    """
    sso = request.sso
    fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate" or request.is_xhr
    if not fetched and (request.method in ("GET", "HEAD") or request.path.startswith(sso.path(PARKED_PATH))):
        return depart(request, local_path(request.path_qs, sso.path("/")), wish=wish_of(request))
    if request.method == "POST" and not fetched:
        response = depart_with_form(request, wish_of(request))
        if response is not None:
            return response
    kind = "needed" if ended or sso.session is None else "fresher"
    back = came_from(request) or "/"
    link = Action("sign_in", sso.sign_in_url(back) if kind == "needed" else back)
    return kit_page(request, kind, link, home(request), note="not_kept" if request.method == "POST" else "")


def wish_of(request: Any) -> Wish:
    """What the portal is asked for on behalf of the view."""
    sso = request.sso
    if sso.demand is None:
        return NOTHING_MORE
    hint = "" if sso.session is None else sso.kit.sessions.id_token(sso.session.id_hash)
    return Wish(id_token_hint=hint, demand=sso.demand, page=request.path)
