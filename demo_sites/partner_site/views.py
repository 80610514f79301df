"""The pages of the partner site. ``/mine`` needs somebody who has come in with her company's sign-in."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import exception_view_config, notfound_view_config, view_config

from demo_sites.partner_site.programmes import all_programmes
from demo_sites.partner_site.shelves import Shelf, fetch
from demo_sites.partner_site.steps import four_steps, wishes
from sso_client import SignInRequired
from sso_client.pyramid.departures import depart

Page = dict[str, Any]


@view_config(route_name="home", request_method="GET", renderer="templates/home.jinja2")
def home(request: Request) -> Page:
    """The programmes, for everybody."""
    return {"programmes": all_programmes(request.locale_name)}


@view_config(route_name="connect", request_method="GET", renderer="templates/connect.jinja2")
def connect(request: Request) -> Page:
    """The four steps: before the first of them, or before the last."""
    return steps_page(request, None)


@view_config(route_name="call", request_method="GET", sign_in=True, renderer="templates/connect.jinja2")
def call(request: Request) -> Page:
    """The last step is taken: both shelves are fetched, and the page tells how."""
    return steps_page(request, fetch(request))


def steps_page(request: Request, shelves: dict[str, Shelf] | None) -> Page:
    """What the page of the four steps shows."""
    return {
        "steps": four_steps(request, shelves),
        "shelves": shelves,
        "wanted": wishes(request, granted=False),
        "given": wishes(request, granted=True),
        "client_id": request.sso.kit.settings.client_id,
        "return_to": f"{request.sso.root}/sso/callback",
    }


@view_config(route_name="again", request_method="GET")
def again(request: Request) -> Response:
    """To the portal once more although she is signed in here: its page lets her choose anew what she shares."""
    response: Response = depart(request, request.route_path("connect"))
    return response


@view_config(route_name="mine", request_method="GET", sign_in=True, renderer="templates/mine.jinja2")
def mine(request: Request) -> Page:
    """How far the person signed in is in each programme, with as much of it as she shares."""
    return {"shelves": fetch(request), "programmes": all_programmes(request.locale_name)}


@view_config(route_name="mine", request_method="GET", connection_ended=True, renderer="templates/ended.jinja2")
@view_config(route_name="call", request_method="GET", connection_ended=True, renderer="templates/ended.jinja2")
@exception_view_config(SignInRequired, renderer="templates/ended.jinja2")
def ended(request: Request) -> Page:
    """Her connection is over: the portal said so, or the key stopped working a moment ago."""
    request.response.status = 403
    return {"person": None}


@notfound_view_config(renderer="templates/not_found.jinja2")
def not_found(request: Request) -> Page:
    """An address that leads nowhere."""
    request.response.status = 404
    return {}
