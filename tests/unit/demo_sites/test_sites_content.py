"""The invented content: complete, in both languages, and the same people on both sites."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import demo_sites
from demo_sites.project_center.data import STATUSES, all_projects, initials
from demo_sites.talent_center.data import all_people

TODAY = date(2026, 11, 21)
ROOT = Path(demo_sites.__file__).parent


def test_both_sites_know_the_same_people_by_the_same_names():
    names = json.loads((ROOT / "project_center/projects.json").read_text("utf-8"))["names"]
    people = json.loads((ROOT / "talent_center/people.json").read_text("utf-8"))["people"]
    assert names == {person["username"]: person["name"] for person in people}


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_projects_are_complete(locale):
    projects = all_projects(locale, TODAY)
    assert len(projects) == 12
    assert len({project.key for project in projects}) == 12
    assert {project.status for project in projects} == set(STATUSES)
    for project in projects:
        assert project.title and project.summary and project.tasks
        assert project.starts < project.ends
        assert project.lead in project.members
        assert all(task.who in project.members for task in project.tasks)
        assert (project.done_count == len(project.tasks)) == (project.status == "done")


def test_exactly_the_open_project_whose_day_has_passed_is_late():
    assert [project.key for project in all_projects("en", TODAY) if project.late] == ["PC-115"]


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_profiles_are_complete_in_both_languages(locale):
    people = all_people(locale, TODAY)
    assert len(people) == 16
    for person in people:
        assert person.name and person.title and person.about and person.team and person.city and len(person.skills) >= 3
    assert [person.username for person in people if person.private] == ["zp", "lin"]


def test_the_demo_people_have_something_to_see_and_the_administrator_does_not():
    for username, expected in (("zp", 4), ("lin", 5), ("admin", 0)):
        assert sum(project.has(username) for project in all_projects("en", TODAY)) == expected


@pytest.mark.parametrize(("name", "letters"), [("Zhang Peng", "ZP"), ("张鹏", "张"), ("艾玛·费舍尔", "艾")])
def test_initials(name, letters):
    assert initials(name) == letters
