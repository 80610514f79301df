"""What operators tell the portal about people: claims and roles, by ``sso-portal user``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_command_line import Run, answer, ready, refused, upgraded
from tests.support.records import WHOLE_PROFILE

__all__ = ["ready", "upgraded"]


@pytest.fixture
def ana(ready: Run) -> Run:
    """The command, where there is Ana, an auditor."""
    add = ("user", "add", "ana", "--email", "ana@example.test", "--role", "auditor", "--password-stdin", "--json")
    assert answer(ready(*add, stdin="a good password\n"))["roles"] == ["auditor"]
    return ready


def show(run: Run) -> Any:
    return answer(run("user", "show", "ana", "--json"))


def test_a_role_that_is_none_adds_nobody(ready: Run) -> None:
    add = ("user", "add", "bo", "--email", "bo@example.test", "--role", "two words", "--password-stdin")
    assert "without spaces" in refused(ready(*add, stdin="a good password\n"))
    assert answer(ready("user", "list", "--json")) == []


def test_claims_are_set_shown_and_removed(ana: Run) -> None:
    assignments = ["nickname=小安", "address.country=CN", "address.region=浙江省", "phone_number=+8613900000009",
                   "phone_number_verified=true", "email=ana@new.test", "email_verified=true", "name=安娜"]  # fmt: skip
    options = [part for text in assignments for part in ("--set", text)]
    edited = answer(ana("user", "edit", "ana", *options, "--json"))
    assert edited == show(ana)
    assert (edited["name"], edited["email"], edited["email_verified"]) == ("安娜", "ana@new.test", True)
    assert edited["profile"] == {
        "nickname": "小安",
        "address": {"country": "CN", "region": "浙江省"},
        "phone_number": "+8613900000009",
        "phone_number_verified": True,
    }
    shown = ana("user", "show", "ana").stdout
    assert "address.region" in shown
    assert "浙江省" in shown
    ana("user", "edit", "ana", "--set", "address.region=", "--set", "nickname=", "--set", "phone_number=")
    assert show(ana)["profile"] == {"address": {"country": "CN"}}


@pytest.mark.parametrize(
    ("assignment", "word"),
    [
        ("birthdate=yesterday", "YYYY-MM-DD"),
        ("nonsense=1", "no such claim"),
        ("address.planet=Mars", "no such claim"),
        ("sub=x", "no such claim"),
        ("nickname", "CLAIM=VALUE"),
        ("email=", "every person has one"),
        ("email_verified=maybe", "true or false"),
        ("picture=javascript:alert(1)", "web address"),
    ],
)
def test_a_claim_that_cannot_be_changes_nothing(ana: Run, assignment: str, word: str) -> None:
    before = show(ana)
    assert word in refused(ana("user", "edit", "ana", "--set", "nickname=小安", "--set", assignment))
    assert show(ana) == before


def test_roles_are_told_added_and_removed(ana: Run) -> None:
    assert answer(ana("user", "roles", "ana", "--json")) == {"username": "ana", "roles": ["auditor"]}
    changed = answer(ana("user", "roles", "ana", "--add", "boss", "--add", "auditor", "--remove", "x", "--json"))
    assert changed["roles"] == show(ana)["roles"] == ["auditor", "boss"]
    assert "boss" in ana("user", "roles", "ana", "--remove", "auditor").stdout
    assert show(ana)["roles"] == ["boss"]
    assert "without spaces" in refused(ana("user", "roles", "ana", "--add", "a b"))


@pytest.mark.parametrize("command", [("edit", "nobody", "--set", "nickname=x"), ("roles", "nobody")])
def test_nobody_is_changed(ana: Run, command: tuple[str, ...]) -> None:
    assert "no person" in refused(ana("user", *command))


def test_an_edit_of_nothing_is_wrong_usage(ana: Run) -> None:
    assert ana("user", "edit", "ana").returncode == 2


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_importing_claims_and_roles(ready: Run, tmp_path: Path, kind: str) -> None:
    person = {"username": "ana", "email": "ana@example.test", "password": "a good password"}
    file = tmp_path / f"people.{kind}"
    if kind == "json":
        file.write_text(json.dumps([{**person, "roles": ["a", "b"], "profile": WHOLE_PROFILE}]))
    else:
        quoted = json.dumps(WHOLE_PROFILE).replace('"', '""')
        file.write_text(f'{",".join(person)},roles,profile\n{",".join(person.values())},a b,"{quoted}"\n')
    assert answer(ready("user", "import", str(file), "--json")) == {"added": 1, "present": 0}
    shown = show(ready)
    assert (shown["roles"], shown["profile"]) == (["a", "b"], WHOLE_PROFILE)


@pytest.mark.parametrize(
    "fields",
    [
        {"roles": ["a b"]},
        {"roles": 5},
        {"roles": [["a"]]},
        {"profile": {"locale": "zh_CN"}},
        {"profile": {"nickname": 5}},
        {"profile": ["nickname"]},
        {"profile": "{"},
        {"profile": "[]x"},
    ],
    ids=str,
)
def test_importing_what_cannot_be_adds_nobody(ready: Run, tmp_path: Path, fields: dict[str, Any]) -> None:
    good = {"username": "bo", "email": "bo@example.test", "password": "a good password"}
    file = tmp_path / "people.json"
    file.write_text(json.dumps([good, {**good, "username": "ana", **fields}]))
    sentence = refused(ready("user", "import", str(file)))
    assert "person 2" in sentence
    assert "Nobody was added" in sentence
    assert answer(ready("user", "list", "--json")) == []
