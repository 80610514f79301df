"""The pages of the project center. Only ``/mine`` needs somebody signed in."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import notfound_view_config, view_config

from demo_sites.project_center.data import STATUSES, Project, all_projects

Page = dict[str, Any]


def projects_for(request: Request) -> tuple[Project, ...]:
    """All projects in the language of this request."""
    return all_projects(request.locale_name, request.today)


def page(request: Request, **values: Any) -> Page:
    """What a template gets: its own values, and the counts that the navigation on the left shows."""
    projects = projects_for(request)
    counts = {status: sum(project.status == status for project in projects) for status in STATUSES}
    return {"counts": counts, "total": len(projects), **values}


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
    """One project: what it is for, who works on it, what is left to do."""
    for candidate in projects_for(request):
        if candidate.key == request.matchdict["key"]:
            return page(request, project=candidate)
    raise HTTPNotFound


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
