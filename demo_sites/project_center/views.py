"""The pages of the project center. Who looks at ``/mine`` or leaves a note has to be signed in."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import notfound_view_config, view_config

from demo_sites.common.api_calls import has_api
from demo_sites.project_center.data import STATUSES, Project, all_projects
from demo_sites.project_center.notes import Draft, Notes, read_draft

Page = dict[str, Any]


def projects_for(request: Request) -> tuple[Project, ...]:
    """All projects in the language of this request."""
    return all_projects(request.locale_name, request.today)


def page(request: Request, **values: Any) -> Page:
    """What a template gets: its own values, and the counts that the navigation on the left shows."""
    projects = projects_for(request)
    counts = {status: sum(project.status == status for project in projects) for status in STATUSES}
    return {"counts": counts, "total": len(projects), "has_api": has_api(request), **values}


@view_config(route_name="board", request_method="GET", renderer="templates/board.jinja2")
def board(request: Request) -> Page:
    """One column for each status."""
    projects = projects_for(request)
    columns = [(status, [project for project in projects if project.status == status]) for status in STATUSES]
    return page(request, columns=columns)


@view_config(route_name="list", request_method="GET", renderer="templates/list.jinja2")
def project_list(request: Request) -> Page:
    """The same projects as lines, all of them or those of one status."""
    status = request.GET.get("status", "")
    chosen = status if status in STATUSES else ""
    return page(request, projects=[p for p in projects_for(request) if chosen in ("", p.status)], status=chosen)


@view_config(route_name="project", request_method="GET", renderer="templates/project.jinja2")
def project(request: Request) -> Page:
    """One project: what it is for, who works on it, what is left to do, and what people have noted."""
    return project_page(request, Draft())


def project_page(request: Request, draft: Draft, *, stale: bool = False) -> Page:
    """The page of the project in the address, with what somebody has typed for a note."""
    found = find(request)
    return page(request, project=found, notes=notes_of(request).of_project(found.key), draft=draft, stale=stale)


def find(request: Request) -> Project:
    """The project in the address. Raises HTTPNotFound."""
    for candidate in projects_for(request):
        if candidate.key == request.matchdict["key"]:
            return candidate
    raise HTTPNotFound


def notes_of(request: Request) -> Notes:
    """All notes of the site."""
    notes: Notes = request.registry["demo.notes"]
    return notes


@view_config(route_name="project", request_method="POST", sign_in=True, renderer="templates/project.jinja2")
def add_note(request: Request) -> Page:
    """Adds a note to a project, or shows the page again with what was typed."""
    found, sso = find(request), request.sso
    try:
        draft = read_draft(request.POST)
    except (ValueError, OSError, DeprecationWarning):  # not UTF-8, another charset, no form, or it breaks off
        draft = read_draft({})
    stale = not sso.csrf_token_is_right()
    if stale or not draft.is_good:
        request.response.status = 403 if stale else 400
        return project_page(request, draft, stale=stale)
    person = request.identity
    author = person.name or person.username or person.subject
    notes_of(request).add(found.key, person.subject, author, draft, sso.kit.now())
    raise HTTPSeeOther(request.route_path("project", key=found.key, _anchor="notes"))


@view_config(route_name="note", request_method="POST", sign_in=True, renderer="templates/project.jinja2")
def remove_note(request: Request) -> Page:
    """Deletes a note of the person signed in."""
    found = find(request)
    if not request.sso.csrf_token_is_right():
        request.response.status = 403
        return project_page(request, Draft(), stale=True)
    if not notes_of(request).remove(int(request.matchdict["id"]), found.key, request.identity.subject):
        raise HTTPNotFound
    raise HTTPSeeOther(request.route_path("project", key=found.key, _anchor="notes"))


@view_config(route_name="mine", request_method="GET", sign_in=True, renderer="templates/mine.jinja2")
def mine(request: Request) -> Page:
    """What the person signed in works on, and her open tasks."""
    username = request.identity.username
    projects = [project for project in projects_for(request) if project.has(username)]
    tasks = [(p, task) for p in projects for task in p.tasks if task.who.username == username and not task.done]
    return page(request, projects=projects, tasks=tasks)


@notfound_view_config(renderer="templates/not_found.jinja2")
def not_found(request: Request) -> Page:
    """An address that leads nowhere."""
    request.response.status = 404
    return page(request)
