"""project_api: projects and tasks of one's own, made once, changed as they were seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from demo_sites.common.api.database import Database
from demo_sites.project_api.projects import SCHEMA, Projects
from sso_testkit import SingleSignOn
from tests.support.platform import PROJECT_API, USER_API, Platform, add_platform

PROJECTS = f"{PROJECT_API}/projects"
ALL = "projects.read projects.write profile"


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


@pytest.fixture
def zp(platform: Platform) -> str:
    """Her token for everything here."""
    return platform.token("zp", PROJECT_API, ALL)


@pytest.fixture
def lin(platform: Platform) -> str:
    """Somebody else's."""
    return platform.token("lin", PROJECT_API, ALL)


def made(platform: Platform, token: str, title: str = "A project", **more: Any) -> str:
    """The address of a new project."""
    answer = platform.call(PROJECTS, "POST", token=token, body={"title": title, **more})
    assert answer.status_int == 201
    return str(answer.headers["Location"])


def test_opaque_tokens_are_not_taken(platform: Platform) -> None:
    for resource in ("", USER_API):
        answer = platform.call(f"{PROJECT_API}/me", token=platform.token("zp", resource, "profile"))
        assert (answer.status_int, answer.json["error"]) == (401, "invalid_token")


def test_me_tells_the_name_that_user_api_knows(platform: Platform, zp: str) -> None:
    told = platform.call(f"{PROJECT_API}/me", token=zp).json
    assert (told["username"], told["name"], told["client_id"]) == ("zp", "张鹏", "tester")


def test_without_the_scope_for_it_there_is_no_name_and_all_else_works(platform: Platform) -> None:
    told = platform.call(PROJECTS, token=platform.token("zp", PROJECT_API, "projects.read"))
    assert (told.status_int, told.json["owner"]) == (200, {"username": None, "name": None, "name_en": None})


def test_a_project_is_created_read_changed_and_deleted(platform: Platform, zp: str) -> None:
    place = made(platform, zp, "食堂换菜单", due="2027-02-01", status="active")
    read = platform.call(place, token=zp)
    assert (read.json["title"], read.json["due"], read.json["status"]) == ("食堂换菜单", "2027-02-01", "active")
    body = {"status": "done", "due": None}
    changed = platform.call(place, "PATCH", token=zp, body=body, If_Match=read.headers["ETag"])
    assert (changed.json["status"], changed.json["due"], changed.json["title"]) == ("done", None, "食堂换菜单")
    assert platform.call(place, "DELETE", token=zp).status_int == 204
    assert platform.call(place, token=zp).status_int == 404


def test_tasks_are_created_read_changed_and_deleted(platform: Platform, zp: str) -> None:
    tasks = f"{made(platform, zp)}/tasks"
    task = platform.call(tasks, "POST", token=zp, body={"text": "称重"})
    assert task.status_int == 201
    place = task.headers["Location"]
    assert platform.call(place, token=zp).json["done"] is False
    done = platform.call(place, "PATCH", token=zp, body={"done": True}, If_Match=task.headers["ETag"])
    assert done.json == {"id": task.json["id"], "text": "称重", "done": True, "etag": '"2"'}
    assert platform.call(tasks, token=zp).json["tasks"] == [done.json]
    assert platform.call(place, "DELETE", token=zp, If_Match='"1"').status_int == 412
    assert platform.call(place, "DELETE", token=zp).status_int == 204
    assert platform.call(tasks, token=zp).json["tasks"] == []


def test_what_is_somebody_else_s_is_not_there(platform: Platform, zp: str, lin: str) -> None:
    project = made(platform, zp)
    created = platform.call(f"{project}/tasks", "POST", token=zp, body={"text": "mine"})
    task = created.headers["Location"]
    for address in (project, f"{project}/tasks", task):
        assert platform.call(address, token=lin).status_int == 404
    for address in (project, task):
        assert platform.call(address, "PATCH", token=lin, body={}, If_Match="*").status_int == 404
        assert platform.call(address, "DELETE", token=lin).status_int == 404
    assert platform.call(f"{project}/tasks", "POST", token=lin, body={"text": "hers"}).status_int == 404
    assert platform.call(task, token=zp).json["text"] == "mine"


def test_a_task_is_only_reached_through_its_own_project(platform: Platform, zp: str) -> None:
    first, second = made(platform, zp), made(platform, zp)
    created = platform.call(f"{first}/tasks", "POST", token=zp, body={"text": "x"})
    elsewhere = f"{second}/tasks/{created.json['id']}"
    assert platform.call(elsewhere, token=zp).status_int == 404


def test_reading_and_writing_have_scopes_of_their_own(platform: Platform, zp: str) -> None:
    reader = platform.token("zp", PROJECT_API, "projects.read")
    writer = platform.token("zp", PROJECT_API, "projects.write")
    project = made(platform, zp)
    for method, address, body in (
        ("POST", PROJECTS, {"title": "x"}),
        ("PATCH", project, {}),
        ("DELETE", project, None),
    ):
        answer = platform.call(address, method, token=reader, body=body, If_Match="*")
        assert (answer.status_int, answer.json["scope"]) == (403, "projects.write")
    assert platform.call(PROJECTS, token=writer).json["scope"] == "projects.read"


def test_a_change_needs_to_say_what_it_changes(platform: Platform, zp: str) -> None:
    project = made(platform, zp)
    assert platform.call(project, "PATCH", token=zp, body={"title": "x"}).status_int == 428
    assert platform.call(project, "PATCH", token=zp, body={"title": "x"}, If_Match='W/"1"').status_int == 412
    assert platform.call(project, "PATCH", token=zp, body={"title": "x"}, If_Match="1").status_int == 400
    assert platform.call(project, "PATCH", token=zp, body={"title": "x"}, If_Match='"7", "1"').status_int == 200
    assert platform.call(project, "PATCH", token=zp, body={"title": "y"}, If_Match='"1"').status_int == 412


def test_the_same_request_again_creates_nothing_new(platform: Platform, zp: str, lin: str) -> None:
    key = {"Idempotency_Key": "abc-1"}
    first = platform.call(PROJECTS, "POST", token=zp, body={"title": "Once"}, **key)
    again = platform.call(PROJECTS, "POST", token=zp, body={"title": "Once"}, **key)
    assert (first.status_int, again.status_int, again.json["id"]) == (201, 200, first.json["id"])
    assert platform.call(PROJECTS, "POST", token=zp, body={"title": "Other"}, **key).status_int == 422
    assert platform.call(PROJECTS, "POST", token=lin, body={"title": "Once"}, **key).status_int == 201
    tasks = f"{first.headers['Location']}/tasks"
    assert platform.call(tasks, "POST", token=zp, body={"text": "t"}, **key).status_int == 201
    assert platform.call(tasks, "POST", token=zp, body={"text": "t"}, **key).status_int == 200
    assert platform.call(PROJECTS, "POST", token=zp, body={"title": "x"}, Idempotency_Key="a b").status_int == 400


def test_many_at_once_with_one_key_create_one_project() -> None:
    projects = Projects(Database(":memory:", SCHEMA))
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: projects.create("zp", {"title": "Once"}, "key", 1), range(24)))
    assert sum(is_new for _, is_new in results) == 1
    assert {project["id"] for project, _ in results if project is not None} == {1}


def test_many_changes_of_one_version_at_once_change_it_once() -> None:
    projects = Projects(Database(":memory:", SCHEMA))
    projects.create("zp", {"title": "One"}, "", 1)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: projects.change("zp", 1, {"title": str(n)}, [1], 2), range(24)))
    assert sum(changed is not None for changed in results) == 1


def test_projects_come_newest_first_in_parts_and_by_status(platform: Platform, zp: str) -> None:
    platform.call(PROJECTS, token=zp)  # her samples
    for number in range(5):
        made(platform, zp, f"P{number}", status="review")
    first = platform.call(f"{PROJECTS}?status=review&limit=3", token=zp).json
    second = platform.call(f"{PROJECT_API}{first['next']}", token=zp).json
    titles = [project["title"] for project in (*first["projects"], *second["projects"])]
    assert (titles, second["next"]) == (["P4", "P3", "P2", "P1", "P0"], None)
    assert len(platform.call(PROJECTS, token=zp).json["projects"]) == 7


def test_samples_are_given_once(platform: Platform, zp: str) -> None:
    for project in platform.call(PROJECTS, token=zp).json["projects"]:
        platform.call(f"{PROJECTS}/{project['id']}", "DELETE", token=zp)
    assert platform.call(PROJECTS, token=zp).json["projects"] == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "title"),
        ({"title": " "}, "title"),
        ({"title": "x", "status": "burnt"}, "status"),
        ({"title": "x", "status": ["done"]}, "status"),
        ({"title": "x", "due": "2027-2-1"}, "due"),
        ({"title": "x", "due": "2027-02-30"}, "due"),
        ({"title": "x", "due": 20270201}, "due"),
        ({"title": "x", "owner": "lin"}, "owner"),
        ({"title": "x", "id": 1}, "id"),
    ],
)
def test_what_is_wrong_is_named(platform: Platform, zp: str, body: dict[str, Any], named: str) -> None:
    answer = platform.call(PROJECTS, "POST", token=zp, body=body)
    assert (answer.status_int, list(answer.json["errors"])) == (422, [named])


def test_a_client_of_its_own_has_no_projects(platform: Platform) -> None:
    assert platform.call(PROJECTS, token=platform.own_token(PROJECT_API, "projects.read")).status_int == 403


def test_user_api_is_asked_once_in_a_while_and_left_alone_when_it_is_away(platform: Platform, zp: str) -> None:
    def asked() -> int:
        return sum(hop.url == f"{USER_API}/me" for hop in platform.sso.journal.hops)

    for _ in range(3):
        platform.call(PROJECTS, token=zp)
    assert asked() == 1
    platform.sso.world.take_down(USER_API)
    platform.sso.clock.advance(minutes=11)
    newer = platform.token("zp", PROJECT_API, ALL)
    for _ in range(3):
        assert platform.call(PROJECTS, token=newer).json["owner"]["name"] == "张鹏"
    assert asked() == 2
