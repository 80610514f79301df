"""The people, read from people.json and put into one language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

TONES = 6


@dataclass(frozen=True)
class Contract:
    """What the company and the person have agreed on. ``salary`` a month before tax, in yuan, paid ``payments`` times a
    year; ``hours`` a week; ``leave_days`` a year; ``notice_days`` to give notice."""

    began: date
    salary: int
    payments: int
    hours: int
    leave_days: int
    notice_days: int


@dataclass(frozen=True)
class Private:
    """What only the person herself sees: staff number, days of leave left, the next review and with whom."""

    number: str
    leave_days: int
    review: date
    manager: str
    contract: Contract


@dataclass(frozen=True)
class Profile:
    """A person with everything her page shows; ``words`` are the lower-case words a search looks through."""

    username: str
    name: str
    initials: str
    tone: int
    title: str
    about: str
    team: str
    team_code: str
    city: str
    since: int
    languages: str
    skills: tuple[str, ...]
    private: Private | None
    words: str


@lru_cache(maxsize=1)
def content() -> dict[str, Any]:
    """The file as it is, both languages side by side."""
    loaded: dict[str, Any] = json.loads(files("demo_sites.talent_center").joinpath("people.json").read_text("utf-8"))
    return loaded


def teams(locale: str) -> dict[str, str]:
    """Code and name of every team."""
    return {code: name[locale] for code, name in content()["teams"].items()}


@lru_cache(maxsize=4)
def all_people(locale: str, today: date) -> tuple[Profile, ...]:
    """Every profile in one language, in the order of the file."""
    return tuple(_profile(raw, index, locale, today) for index, raw in enumerate(content()["people"]))


def search(people: tuple[Profile, ...], query: str, team: str) -> list[Profile]:
    """Those of one team ("" for all) in whose name, title, city or skills every word of the query is found."""
    words = query.casefold().split()
    return [p for p in people if team in ("", p.team_code) and all(word in p.words for word in words)]


def initials(name: str) -> str:
    """One Chinese character (the family name), or the first letters of the first two words."""
    return "".join(word[0] for word in name.split()[:2]) if name.isascii() else name[0]


def _profile(raw: dict[str, Any], index: int, locale: str, today: date) -> Profile:
    names = {person["username"]: person["name"][locale] for person in content()["people"]}
    private, city = raw["private"], content()["cities"][raw["city"]]
    # Both languages are searched: who reads the English page still types 杭州 now and then.
    both = [*raw["name"].values(), *raw["title"].values(), *city.values()]
    texts = [raw["username"], *both, *raw["skills"]["en"], *raw["skills"]["zh_CN"]]
    return Profile(
        username=raw["username"],
        name=raw["name"][locale],
        initials=initials(raw["name"][locale]),
        tone=index % TONES,
        title=raw["title"][locale],
        about=raw["about"][locale],
        team=teams(locale)[raw["team"]],
        team_code=raw["team"],
        city=city[locale],
        since=raw["since"],
        languages=raw["languages"][locale],
        skills=tuple(raw["skills"][locale]),
        private=private and _private(private, names, today),
        words=" ".join(texts).casefold(),
    )


def _private(raw: dict[str, Any], names: dict[str, str], today: date) -> Private:
    agreed = raw["contract"]
    return Private(
        number=raw["number"],
        leave_days=raw["leave_days"],
        review=today + timedelta(days=raw["review_in_days"]),
        manager=names[raw["manager"]],
        contract=Contract(**{**agreed, "began": date.fromisoformat(agreed["began"])}),
    )
