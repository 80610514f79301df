"""The pages of the talent center. ``/mine`` needs somebody signed in, her contract somebody who did so just now."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import notfound_view_config, view_config

from demo_sites.talent_center.data import Profile, all_people, search, teams
from sso_client import Demand

Page = dict[str, Any]

FRESH_SECONDS = 300
"""How old a sign-in may be for looking at the contract."""


def people_for(request: Request) -> tuple[Profile, ...]:
    """Everybody, in the language of this request."""
    return all_people(request.locale_name, request.today)


def find(request: Request, username: str) -> Profile | None:
    """The profile of one person, if she has one here."""
    return next((person for person in people_for(request) if person.username == username), None)


@view_config(route_name="people", request_method="GET", renderer="templates/people.jinja2")
def people(request: Request) -> Page:
    """Everybody as cards, or those of one team, or those that a search finds."""
    team, query = request.GET.get("team", ""), request.GET.get("q", "").strip()[:80]
    named = teams(request.locale_name)
    chosen = team if team in named else ""
    return {
        "people": search(people_for(request), query, chosen),
        "teams": named,
        "team": chosen,
        "q": query,
    }


@view_config(route_name="profile", request_method="GET", renderer="templates/profile.jinja2")
def profile(request: Request) -> Page:
    """The public part of one profile."""
    found = find(request, request.matchdict["username"])
    if found is None:
        raise HTTPNotFound
    mates = [person for person in search(people_for(request), "", found.team_code) if person != found]
    return {"profile": found, "team_mates": mates}


@view_config(route_name="mine", request_method="GET", sign_in=True, renderer="templates/mine.jinja2")
def mine(request: Request) -> Page:
    """The profile of the person signed in, with the part that only she sees."""
    return {"profile": find(request, request.identity.username)}


@view_config(
    route_name="contract",
    request_method="GET",
    sign_in=Demand(max_age=FRESH_SECONDS),
    renderer="templates/contract.jinja2",
)
def contract(request: Request) -> Page:
    """The contract of the person signed in. Nobody who only finds the screen unlocked gets to see it."""
    return {"profile": find(request, request.identity.username)}


@notfound_view_config(renderer="templates/not_found.jinja2")
def not_found(request: Request) -> Page:
    """An address that leads nowhere."""
    request.response.status = 404
    return {}
