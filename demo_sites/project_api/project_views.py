"""What project_api answers about projects. What is somebody else's is not there: 404."""

from __future__ import annotations

import logging
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from demo_sites.common.api.bodies import checked, day, one_of, read_object, text
from demo_sites.common.api.database import Row
from demo_sites.common.api.problems import Problem
from demo_sites.common.api.queries import page_of, parameter
from demo_sites.common.api.setup import person_of
from demo_sites.common.api.versions import expected_versions, outdated, tag
from demo_sites.project_api.projects import STATUSES, Projects
from demo_sites.project_api.request_keys import key_of, taken_key

CHANGEABLE = {
    "title": text(120, least=1),
    "summary": text(2_000, lines=True),
    "status": one_of(*STATUSES),
    "due": day,
}

log = logging.getLogger("demo_sites.project_api")


def projects_of(request: Request) -> Projects:
    """All projects."""
    projects: Projects = request.registry["demo.projects"]
    return projects


def owner_of(request: Request) -> Row:
    """The person who calls, with her name as far as it is known; samples are hers from the first time on."""
    access = person_of(request)
    owner: Row = request.registry["demo.owners"].of(access, request.now)
    if owner["username"]:
        projects_of(request).add_samples(access.subject, owner["username"], request.now)
    return owner


def told(project: Row) -> dict[str, Any]:
    """A project as callers see it."""
    times = {"created_at": project["created"], "changed_at": project["changed"], "etag": tag(project["version"])}
    return {name: project[name] for name in ("id", *CHANGEABLE)} | times


def named(owner: Row) -> dict[str, str | None]:
    """An owner as callers see her; null for what user_api has not told."""
    return {name: owner[name] or None for name in ("username", "name", "name_en")}


def me(request: Request) -> dict[str, Any]:
    """Whose projects the token opens."""
    access = person_of(request)
    return {
        "sub": access.subject,
        "client_id": access.client_id,
        "scope": sorted(access.scopes),
        **named(owner_of(request)),
    }


def projects(request: Request) -> dict[str, Any]:
    """Her own projects, the newest first."""
    page, status = page_of(request), parameter(request, "status", 20)
    if status not in ("", *STATUSES):
        raise Problem(400, f"status has to be one of: {', '.join(STATUSES)}.")
    owner = owner_of(request)
    found = projects_of(request).of(person_of(request).subject, status, page.after, page.limit + 1)
    answer = page.answer(request, "projects", [told(each) for each in found], [each["id"] for each in found])
    return {**answer, "owner": named(owner)}


def create(request: Request) -> dict[str, Any]:
    """A new project. The same ``Idempotency-Key`` again answers what was created the first time."""
    access, key = person_of(request), key_of(request)
    given = checked(read_object(request), CHANGEABLE, "title")
    project, is_new = projects_of(request).create(access.subject, given, key, request.now)
    if project is None:
        raise taken_key()
    owner = owner_of(request)
    if is_new:
        who = owner["username"] or access.subject
        log.info("project created id=%s username=%s client_id=%s", project["id"], who, access.client_id)
    request.response.status = 201 if is_new else 200
    request.response.headers["Location"] = request.route_path("/projects/{id:[0-9]{1,15}}", id=project["id"])
    request.response.headers["ETag"] = tag(project["version"])
    return {**told(project), "owner": named(owner)}


def found(request: Request) -> Row:
    """The project in the address. Raises Problem."""
    project = projects_of(request).find(person_of(request).subject, int(request.matchdict["id"]))
    if project is None:
        raise Problem(404, "You have no such project.")
    return project


def one_project(request: Request) -> dict[str, Any]:
    """One of her projects."""
    project = found(request)
    request.response.headers["ETag"] = tag(project["version"])
    return {**told(project), "owner": named(owner_of(request))}


def change(request: Request) -> dict[str, Any]:
    """Changes members of a project (RFC 7396), if it still is as the caller has seen it."""
    project, versions = found(request), expected_versions(request, needed=True)
    changes = checked(read_object(request), CHANGEABLE)
    changed = projects_of(request).change(project["owner"], project["id"], changes, versions, request.now)
    if changed is None:
        raise outdated()
    request.response.headers["ETag"] = tag(changed["version"])
    return told(changed)


def delete(request: Request) -> Response:
    """Deletes a project with all its tasks."""
    project, versions = found(request), expected_versions(request)
    if not projects_of(request).delete(project["owner"], project["id"], versions):
        raise outdated()
    return Response(status=204)
