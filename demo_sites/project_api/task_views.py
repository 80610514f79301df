"""What project_api answers about the tasks of a project."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from demo_sites.common.api.bodies import checked, read_object, text, yes_or_no
from demo_sites.common.api.database import Row
from demo_sites.common.api.problems import Problem
from demo_sites.common.api.queries import page_of
from demo_sites.common.api.versions import expected_versions, outdated, tag
from demo_sites.project_api.project_views import found
from demo_sites.project_api.request_keys import key_of, taken_key
from demo_sites.project_api.tasks import Tasks

CHANGEABLE = {"text": text(200, least=1), "done": yes_or_no}


def tasks_of(request: Request) -> Tasks:
    """All tasks."""
    kept: Tasks = request.registry["demo.tasks"]
    return kept


def told(task: Row) -> dict[str, Any]:
    """A task as callers see it."""
    return {"id": task["id"], "text": task["text"], "done": bool(task["done"]), "etag": tag(task["version"])}


def tasks(request: Request) -> dict[str, Any]:
    """The tasks of one of her projects, the oldest first."""
    page, project = page_of(request), found(request)
    listed = tasks_of(request).of(project["owner"], project["id"], page.after, page.limit + 1)
    return page.answer(request, "tasks", [told(task) for task in listed], [task["id"] for task in listed])


def create(request: Request) -> dict[str, Any]:
    """A new task. The same ``Idempotency-Key`` again answers what was created the first time."""
    project, key = found(request), key_of(request)
    given = checked(read_object(request), CHANGEABLE, "text")
    task, is_new = tasks_of(request).create(project["owner"], project["id"], given, key)
    if task is None:
        raise taken_key()
    request.response.status = 201 if is_new else 200
    request.response.headers["Location"] = f"{request.path}/{task['id']}"
    request.response.headers["ETag"] = tag(task["version"])
    return told(task)


def found_task(request: Request) -> tuple[Row, Row]:
    """The project and the task in the address. Raises Problem."""
    project = found(request)
    task = tasks_of(request).find(project["owner"], project["id"], int(request.matchdict["task"]))
    if task is None:
        raise Problem(404, "This project has no such task.")
    return project, task


def one_task(request: Request) -> dict[str, Any]:
    """One task."""
    _, task = found_task(request)
    request.response.headers["ETag"] = tag(task["version"])
    return told(task)


def change(request: Request) -> dict[str, Any]:
    """Changes a task, if it still is as the caller has seen it."""
    (project, task), versions = found_task(request), expected_versions(request, needed=True)
    changes = checked(read_object(request), CHANGEABLE)
    changed = tasks_of(request).change(project["owner"], project["id"], task["id"], changes, versions)
    if changed is None:
        raise outdated()
    request.response.headers["ETag"] = tag(changed["version"])
    return told(changed)


def delete(request: Request) -> Response:
    """Deletes a task."""
    (project, task), versions = found_task(request), expected_versions(request)
    if not tasks_of(request).delete(project["owner"], project["id"], task["id"], versions):
        raise outdated()
    return Response(status=204)
