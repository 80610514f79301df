"""Reading what open_api answers. It is another company's server: what does not look right is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sso_client.json_answer import read_object, text_member

LONGEST_TITLE = 200
LARGEST_ANSWER = 512 * 1024
_LONGEST_MINUTES = 100 * 60


@dataclass(frozen=True)
class Entry:
    """Something a person has finished. ``minutes`` it takes, 0 when not told; ``score`` of 100, if there is one."""

    title: str
    topic: str
    minutes: int
    day: date | None
    score: int | None


def read_entries(answer: Any, name: str, locale: str) -> tuple[Entry, ...]:
    """The list ``name`` in an answer of ``requests``, the latest first. Raises ValueError when it is not there."""
    if answer.status_code != 200 or len(answer.content) > LARGEST_ANSWER:
        raise ValueError(f"status {answer.status_code}")
    told = read_object(answer.content).get(name)
    if not isinstance(told, list):
        raise ValueError(f"no list of {name}")
    entries = [_entry(raw, locale) for raw in told if isinstance(raw, dict)]
    titled = [entry for entry in entries if entry.title]
    return tuple(sorted(titled, key=lambda entry: entry.day or date.min, reverse=True))


def whole_number(source: Mapping[str, Any], name: str, most: int) -> int | None:
    """The member ``name`` when it is a whole number from 0 to ``most``."""
    value = source.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None


def in_language(source: Mapping[str, Any], name: str, locale: str) -> str:
    """Text in this language, or else in the other one. The API's own language is Chinese."""
    chinese, english = text_member(source, name), text_member(source, f"{name}_en")
    chosen = (english or chinese) if locale == "en" else (chinese or english)
    return chosen[:LONGEST_TITLE]


def _entry(raw: Mapping[str, Any], locale: str) -> Entry:
    return Entry(
        title=in_language(raw, "title", locale),
        topic=in_language(raw, "topic", locale),
        minutes=whole_number(raw, "minutes", _LONGEST_MINUTES) or 0,
        day=_day(text_member(raw, "finished_at")),
        score=whole_number(raw, "score", 100),
    )


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None
