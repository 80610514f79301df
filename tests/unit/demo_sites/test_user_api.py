"""user_api: the caller's own entry, colleagues for who may see them, changes that are checked."""

from __future__ import annotations

from typing import Any

import pytest

from demo_sites.common.api.database import Database
from demo_sites.user_api.directory import SCHEMA, Directory, seeded_people
from sso_testkit import SingleSignOn
from tests.support.platform import PROJECT_API, USER_API, Platform, add_platform

ME, USERS = f"{USER_API}/me", f"{USER_API}/users"


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


def test_without_a_token_nothing_is_told(platform: Platform) -> None:
    for address in (ME, USERS, f"{USERS}/zp"):
        answer = platform.call(address)
        assert answer.status_int == 401
        assert answer.headers["WWW-Authenticate"].startswith(f'Bearer realm="{USER_API}"')
        assert answer.content_type == "application/problem+json"


def test_me_is_the_person_of_the_token_also_of_one_for_no_api_in_particular(platform: Platform) -> None:
    for resource in (USER_API, "user_api", ""):
        told = platform.call(ME, token=platform.token("zp", resource, "profile")).json
        assert (told["username"], told["name"], told["name_en"]) == ("zp", "张鹏", "Zhang Peng")


def test_a_token_for_another_api_is_not_taken(platform: Platform) -> None:
    answer = platform.call(ME, token=platform.token("zp", PROJECT_API, "projects.read"))
    assert (answer.status_int, answer.json["error"]) == (401, "invalid_token")


def test_a_token_that_speaks_for_no_person_has_no_entry(platform: Platform) -> None:
    assert platform.call(ME, token=platform.own_token(USER_API, "people.read")).status_int == 403


def test_somebody_whom_the_directory_does_not_know_gets_an_entry(platform: Platform) -> None:
    platform.sso.add_person("newcomer", "a good password")
    form = {"grant_type": "password", "username": "newcomer", "password": "a good password", "client_id": "tester"}
    token = platform.token_for(form, USER_API, "profile")
    first, second = platform.call(ME, token=token).json, platform.call(ME, token=token).json
    assert first == second
    assert (first["id"], first["name"], first["title"]) == ("newcomer", "newcomer", "")


def test_colleagues_are_for_holders_of_the_scope(platform: Platform) -> None:
    answer = platform.call(USERS, token=platform.token("zp", USER_API, "profile"))
    assert (answer.status_int, answer.json["scope"]) == (403, "people.read")


def test_a_list_comes_in_parts_that_are_all_of_it(platform: Platform) -> None:
    token, path, seen = platform.token("zp", USER_API, "people.read"), "/users?limit=5", []
    for _ in range(10):
        part = platform.call(f"{USER_API}{path}", token=token).json
        assert len(part["users"]) <= 5
        seen += [user["id"] for user in part["users"]]
        path = part["next"]
        if path is None:
            break
    assert seen == [person["id"] for person in seeded_people()]
    assert "phone" not in part["users"][0]


@pytest.mark.parametrize(
    ("query", "found"),
    [("杭州", ["lin"]), ("HANGZHOU+designer", ["lin"]), ("%25", []), ("'%20OR%201=1", []), ("hangzhou+finance", [])],
)
def test_a_search_finds_whole_questions_in_both_languages(platform: Platform, query: str, found: list[str]) -> None:
    query = query.replace("杭州", "%E6%9D%AD%E5%B7%9E")
    answer = platform.call(f"{USERS}?q={query}", token=platform.token("zp", USER_API, "people.read"))
    assert set(found) <= {user["id"] for user in answer.json["users"]}
    assert bool(found) == bool(answer.json["users"])


def test_one_colleague_and_nobody(platform: Platform) -> None:
    token = platform.token("zp", USER_API, "people.read")
    assert platform.call(f"{USERS}/lin", token=token).json["name"] == "林晓"
    assert platform.call(f"{USERS}/no-one", token=token).status_int == 404


def test_she_changes_her_own_entry(platform: Platform) -> None:
    token = platform.token("lin", USER_API, "profile.write people.read")
    changed = platform.call(
        ME, "PATCH", token=token, body={"phone": "+86 139-0000-0009", "about": None, "city": "苏州"}
    )
    assert (changed.json["phone"], changed.json["about"], changed.json["city"]) == ("+8613900000009", "", "苏州")
    assert platform.call(f"{USERS}/lin", token=token).json["city"] == "苏州"
    assert platform.call(f"{USERS}/zp", token=token).json["city"] == "上海"


def test_a_change_needs_its_scope(platform: Platform) -> None:
    answer = platform.call(ME, "PATCH", token=platform.token("lin", USER_API, "profile"), body={"city": "x"})
    assert (answer.status_int, answer.json["scope"]) == (403, "profile.write")


def test_a_change_of_something_older_is_told(platform: Platform) -> None:
    token = platform.token("lin", USER_API, "profile.write")
    seen = platform.call(ME, token=token).headers["ETag"]
    assert platform.call(ME, "PATCH", token=token, body={"city": "西安"}, If_Match=seen).status_int == 200
    assert platform.call(ME, "PATCH", token=token, body={"city": "成都"}, If_Match=seen).status_int == 412
    assert platform.call(ME, token=token).json["city"] == "西安"


@pytest.mark.parametrize(
    "changes",
    [
        *({"name": name} for name in ("", None, 1, "x" * 81, "two\nlines", "\ud800")),
        *({"phone": number} for number in ("112", ["+1"], 112)),
        *({name: "zp"} for name in ("team", "email", "sub", "id", "username", "subject")),
    ],
)
def test_what_may_not_be_is_named(platform: Platform, changes: dict[str, Any]) -> None:
    answer = platform.call(ME, "PATCH", token=platform.token("lin", USER_API, "profile.write"), body=changes)
    assert answer.status_int == 422
    assert list(answer.json["errors"]) == list(changes)


def test_two_subjects_never_share_an_entry() -> None:
    directory = Directory(Database(":memory:", SCHEMA))
    first, second = directory.of_subject("subject-1", "zp"), directory.of_subject("subject-2", "zp")
    assert (first["id"], first["name"]) == ("zp", "张鹏")
    assert (second["id"], second["title"]) == ("~subject-2", "")
    assert directory.of_subject("subject-1", "renamed") == first
    assert directory.of_subject("subject-3", "")["id"] == "~subject-3"


def test_a_restart_keeps_what_was_changed(tmp_path: Any) -> None:
    for _ in range(2):
        directory = Directory(Database(str(tmp_path / "people.sqlite3"), SCHEMA))
        directory.of_subject("subject-1", "zp")
        directory.change("subject-1", {"city": "西安"}, None, 1)
    entry = directory.find("zp")
    assert entry is not None
    assert (entry["city"], entry["version"]) == ("西安", 3)
