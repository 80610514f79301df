"""The projects, read from projects.json and put into one language.

Days in the file are counted from today, so that the demo never looks abandoned.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from operator import attrgetter
from typing import Any

STATUSES = ("planned", "active", "review", "done")
TONES = 6


@dataclass(frozen=True)
class Member:
    """A person as projects show her: name, initials, and one of six colours for the round badge."""

    username: str
    name: str
    initials: str
    tone: int


@dataclass(frozen=True)
class Task:
    """One thing to do, by one person."""

    text: str
    who: Member
    done: bool


@dataclass(frozen=True)
class Project:
    """A project with everything its pages show."""

    key: str
    title: str
    summary: str
    status: str
    lead: Member
    members: tuple[Member, ...]
    starts: date
    ends: date
    tasks: tuple[Task, ...]
    late: bool

    @property
    def done_count(self) -> int:
        """How many tasks are finished."""
        return sum(task.done for task in self.tasks)

    def has(self, username: str) -> bool:
        """Whether the person works on this project."""
        return any(member.username == username for member in self.members)


@lru_cache(maxsize=4)
def all_projects(locale: str, today: date) -> tuple[Project, ...]:
    """Every project in one language: open ones by the day they end, then the finished ones, latest first."""
    content = json.loads(files("demo_sites.project_center").joinpath("projects.json").read_text("utf-8"))
    members = {
        username: Member(username, name[locale], initials(name[locale]), index % TONES)
        for index, (username, name) in enumerate(content["names"].items())
    }
    projects = [_project(raw, members, locale, today) for raw in content["projects"]]
    finished = [project for project in projects if project.status == "done"]
    still_open = [project for project in projects if project.status != "done"]
    by_end = attrgetter("ends")
    return (*sorted(still_open, key=by_end), *sorted(finished, key=by_end, reverse=True))


def initials(name: str) -> str:
    """One Chinese character (the family name), or the first letters of the first two words."""
    return "".join(word[0] for word in name.split()[:2]) if name.isascii() else name[0]


def _project(raw: dict[str, Any], members: dict[str, Member], locale: str, today: date) -> Project:
    ends = today + timedelta(days=raw["ends_in_days"])
    return Project(
        key=raw["key"],
        title=raw["title"][locale],
        summary=raw["summary"][locale],
        status=raw["status"],
        lead=members[raw["lead"]],
        members=tuple(members[username] for username in raw["members"]),
        starts=today + timedelta(days=raw["starts_in_days"]),
        ends=ends,
        tasks=tuple(Task(task[locale], members[task["who"]], task["done"]) for task in raw["tasks"]),
        late=ends < today and raw["status"] != "done",
    )
