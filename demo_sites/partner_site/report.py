"""The statistics of open_api as a short report. There is nobody's name in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from demo_sites.common.language import say_date
from demo_sites.partner_site.entries import LARGEST_ANSWER, in_language, whole_number
from sso_client.json_answer import read_object

_MOST_PEOPLE = 10**9


@dataclass(frozen=True)
class Line:
    """One lesson or video: how many people have finished it, and their score of 100 on average, if there is one."""

    title: str
    finished: int
    score: int | None


@dataclass(frozen=True)
class Statistics:
    """How much is learnt: ``learners`` is how many people have finished anything."""

    learners: int
    lines: tuple[Line, ...]


def read_statistics(answer: Any) -> Statistics:
    """What the API has told in an answer of ``requests``. Raises ValueError when that is not it."""
    if answer.status_code != 200 or len(answer.content) > LARGEST_ANSWER:
        raise ValueError(f"open_api answered with status {answer.status_code}")
    told = read_object(answer.content)
    learners, items = whole_number(told, "learners", _MOST_PEOPLE), told.get("items")
    if learners is None or not isinstance(items, list):
        raise ValueError("open_api answered without learners and items")
    lines = [
        Line(
            in_language(item, "title", "en"),
            whole_number(item, "finished", _MOST_PEOPLE) or 0,
            whole_number(item, "average_score", 100),
        )
        for item in items
        if isinstance(item, dict)
    ]
    return Statistics(learners, tuple(sorted(lines, key=lambda line: -line.finished)))


def write_report(statistics: Statistics, day: date) -> str:
    """The report as text, what most people have finished first."""
    people = "1 person has" if statistics.learners == 1 else f"{statistics.learners} people have"
    begun = [line for line in statistics.lines if line.finished]
    rows = [f"{line.finished:>8}  {'–' if line.score is None else line.score:>5}  {line.title}" for line in begun]
    table = ["", "finished  score", *rows] if rows else []
    untouched = len(statistics.lines) - len(begun)
    rest = ["", f"Not finished by anybody yet: {untouched}"] if untouched else []
    heading = f"Learning, {say_date(day, 'en')}: {people} finished something."
    return "\n".join([heading, *table, *rest])
