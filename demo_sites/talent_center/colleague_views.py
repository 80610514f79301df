"""The company's directory. It is kept by user_api, which is called here with the token of the person who looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from demo_sites.common.api_calls import AWAY, OK, REFUSED, ask_api
from demo_sites.talent_center.data import TONES, initials
from demo_sites.talent_center.views import find

SHOWN = 50
"""How many colleagues stand on the page."""

_STATUS_OF_STATE = {OK: 200, REFUSED: 403, AWAY: 503}


@dataclass(frozen=True)
class Colleague:
    """An entry of the directory in one language. ``has_profile``: this site knows more of her."""

    username: str
    name: str
    initials: str
    tone: int
    title: str
    team: str
    city: str
    email: str
    has_profile: bool


@view_config(route_name="colleagues", request_method="GET", sign_in=True, renderer="templates/colleagues.jinja2")
def colleagues(request: Request) -> dict[str, Any]:
    """Everybody in the directory, or those whom a search finds."""
    query = request.GET.get("q", "").strip()[:80]
    answer = ask_api(request, "GET", "/users", params={"limit": str(SHOWN), "q": " ".join(query.split()[:8])})
    request.response.status = _STATUS_OF_STATE.get(answer.state, 503)
    told = answer.body.get("users")
    entries = [entry for entry in told if _is_entry(entry)] if isinstance(told, list) else []
    return {
        "state": answer.state,
        "needed": answer.scope,
        "colleagues": [_colleague(request, entry, number) for number, entry in enumerate(entries)],
        "more": bool(answer.body.get("next")),
        "q": query,
    }


def _is_entry(told: object) -> bool:
    return isinstance(told, dict) and all(isinstance(told.get(name), str) and told[name] for name in ("id", "name"))


def _colleague(request: Request, entry: Mapping[str, Any], number: int) -> Colleague:
    def said(name: str) -> str:
        wanted = (entry.get(name), entry.get(f"{name}_en"))
        ordered = wanted if request.locale_name == "zh_CN" else wanted[::-1]
        return next((value for value in ordered if isinstance(value, str) and value), "")

    email = entry.get("email")
    return Colleague(
        username=entry["id"],
        name=said("name"),
        initials=initials(said("name")),
        tone=number % TONES,
        title=said("title"),
        team=said("team"),
        city=said("city"),
        email=email if isinstance(email, str) else "",
        has_profile=find(request, entry["id"]) is not None,
    )
