"""The page of a person's own projects. They are kept by project_api, which is called here with her token."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from demo_sites.common.api_calls import AWAY, OK, REFUSED, Answer, ask_api
from demo_sites.project_center.own import OwnDraft, read_own_draft, read_own_projects
from demo_sites.project_center.views import page
from sso_client.hashing import new_secret

Page = dict[str, Any]

SHOWN = 50
"""How many of her projects stand on the page."""

_STATUS_OF_STATE = {REFUSED: 403, AWAY: 503}


@view_config(route_name="own", request_method="GET", sign_in=True, renderer="templates/own.jinja2")
def own(request: Request) -> Page:
    """Her own projects, and the form for a new one."""
    return own_page(request, OwnDraft(new_secret()))


@view_config(route_name="own", request_method="POST", sign_in=True, renderer="templates/own.jinja2")
def create(request: Request) -> Page:
    """Creates a project, or shows the page again with what was typed."""
    try:
        draft = read_own_draft(request.POST, new_secret())
    except (ValueError, OSError, DeprecationWarning):  # not UTF-8, another charset, no form, or it breaks off
        draft = read_own_draft({}, new_secret())
    stale = not request.sso.csrf_token_is_right()
    if stale or not draft.is_good:
        request.response.status = 403 if stale else 400
        return own_page(request, draft, stale=stale)
    answer = ask_api(request, "POST", "/projects", json=draft.project(), headers={"Idempotency-Key": draft.key})
    if answer.state != OK:
        return own_page(request, draft, answer)
    raise HTTPSeeOther(request.route_path("own", _anchor=f"project-{answer.body.get('id', 0)}"))


def own_page(request: Request, draft: OwnDraft, failed: Answer | None = None, *, stale: bool = False) -> Page:
    """The page with a draft in its form. ``failed``: what project_api said when the project was to be created; a state
    other than ``ok`` is the status of the page too, so that nothing keeps it."""
    # Who has just waited for an API that is away does not wait for it again.
    is_away = failed is not None and failed.state == AWAY
    listed = Answer(AWAY) if is_away else ask_api(request, "GET", "/projects", params={"limit": str(SHOWN)})
    state = failed.state if failed is not None else listed.state
    if state in _STATUS_OF_STATE:
        request.response.status = _STATUS_OF_STATE[state]
    owner = listed.body.get("owner")
    return page(
        request,
        state=state,
        needed=(failed or listed).scope,
        is_listed=listed.state == OK,
        own_projects=read_own_projects(listed.body),
        more=bool(listed.body.get("next")),
        owner=owner if isinstance(owner, dict) else {},
        not_created=failed is not None,
        draft=draft,
        stale=stale,
    )
