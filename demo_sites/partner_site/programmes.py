"""The academy's programmes, and how far somebody's lessons carry in each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True)
class Programme:
    """One certificate in one language. ``lessons`` finished anywhere earn it; the course itself takes ``weeks``."""

    key: str
    title: str
    about: str
    lessons: int
    weeks: int

    def earned(self, finished: int) -> int:
        """How many of its lessons somebody has who has ``finished`` so many."""
        return min(finished, self.lessons)


@lru_cache(maxsize=2)
def all_programmes(locale: str) -> tuple[Programme, ...]:
    """Every programme in one language, the shortest first."""
    loaded = json.loads(files("demo_sites.partner_site").joinpath("programmes.json").read_text("utf-8"))
    return tuple(
        Programme(raw["key"], raw["title"][locale], raw["about"][locale], raw["lessons"], raw["weeks"])
        for raw in loaded
    )
