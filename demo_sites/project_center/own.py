"""Projects that a person keeps in project_api, as the pages here show them, and the form for a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from demo_sites.project_center.data import STATUSES

LONGEST_TITLE = 120
LONGEST_SUMMARY = 2_000
LONGEST_KEY = 64


@dataclass(frozen=True)
class OwnProject:
    """A project of hers. ``due`` is ``None`` for one without a day."""

    id: int
    title: str
    summary: str
    status: str
    due: date | None


@dataclass(frozen=True)
class OwnDraft:
    """What somebody has typed, and what is wrong with it: ``missing``, ``long``, ``no_day`` or "" for each field.

    ``key`` names the form: sent twice, it creates one project.
    """

    key: str
    title: str = ""
    summary: str = ""
    due: str = ""
    title_problem: str = ""
    summary_problem: str = ""
    due_problem: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it can become a project."""
        return not (self.title_problem or self.summary_problem or self.due_problem)

    def project(self) -> dict[str, Any]:
        """The project as project_api takes it."""
        return {"title": self.title.strip(), "summary": self.summary.strip(), "due": self.due or None}


def read_own_draft(form: Mapping[str, object], new_key: str) -> OwnDraft:
    """The draft in a posted form; a field that is missing or no text counts as empty, a key that is none as new."""
    key, title, summary, due = (_text(form.get(name)) for name in ("key", "title", "summary", "due"))
    is_key = 0 < len(key) <= LONGEST_KEY and key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    title_problem = "missing" if not title.strip() else _too_long(title, LONGEST_TITLE)
    return OwnDraft(
        key=key if is_key else new_key,
        title=title,
        summary=summary,
        due=due.strip(),
        title_problem=title_problem,
        summary_problem=_too_long(summary, LONGEST_SUMMARY),
        due_problem="" if not due.strip() or _day(due.strip()) else "no_day",
    )


def read_own_projects(body: Mapping[str, Any]) -> list[OwnProject]:
    """The projects in an answer of project_api; what cannot be read is left out."""
    told = body.get("projects")
    return [_project(each) for each in told if _is_project(each)] if isinstance(told, list) else []


def _is_project(told: object) -> bool:
    texts = ("title", "summary", "status")
    return (
        isinstance(told, dict)
        and isinstance(told.get("id"), int)
        and all(isinstance(told.get(name), str) for name in texts)
    )


def _project(told: Mapping[str, Any]) -> OwnProject:
    status = told["status"] if told["status"] in STATUSES else STATUSES[0]
    return OwnProject(told["id"], told["title"], told["summary"], status, _day(told.get("due")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _too_long(value: str, longest: int) -> str:
    # A browser counts a line break as one character and sends two.
    return "long" if len(value.replace("\r\n", "\n")) > longest else ""


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-11-28") else None
    except ValueError:
        return None
