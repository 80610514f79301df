"""What parameters mean and what requests are for, read from the two tables beside this file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sso_flow.words import ANSWERS, Words


@dataclass(frozen=True)
class Meaning:
    """A parameter in plain words. ``section``: where it is specified; ``portal`` when it is this portal's own;
    ``typed``: a secret that people type, which is short."""

    words: Words
    section: str
    secret: bool = False
    typed: bool = False


@dataclass(frozen=True)
class Purpose:
    """What a request is for, what a redirect to it (``within``: from the same host) and its answer do."""

    path: re.Pattern[str]
    method: str
    fields: Mapping[str, str]
    words: Words
    redirect: Words
    within: Words
    answer: Words
    section: str

    def fits(self, method: str, path: str, fields: Mapping[str, str]) -> bool:
        """Whether a request is of this kind; ``fields`` are its parameters, and ``Authorization`` if it has one."""
        return (
            self.method in {"", method}
            and self.path.search(path) is not None
            and all(name in fields and value in {"", fields[name]} for name, value in self.fields.items())
        )


def meaning_of(name: str) -> Meaning | None:
    """A parameter's meaning, or ``None`` for one that nobody has specified."""
    return _meanings().get(name)


def purpose_of(method: str, url: str, fields: Mapping[str, str]) -> Purpose:
    """What a request is for."""
    path = urlsplit(url).path
    return next(purpose for purpose in _purposes() if purpose.fits(method, path, fields))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


@cache
def _meanings() -> Mapping[str, Meaning]:
    return {
        name: Meaning(Words(row["en"], row["zh"]), row["section"], row.get("secret", False), row.get("typed", False))
        for name, row in _read("parameters.toml").items()
    }


@cache
def _purposes() -> tuple[Purpose, ...]:
    return tuple(_purpose(row) for row in _read("purposes.toml")["purpose"])


def _purpose(row: Mapping[str, Any]) -> Purpose:
    words = Words(row["en"], row["zh"])
    onward = Words(
        row.get("redirect_en", f"Sends the browser on: {words.english[0].lower()}{words.english[1:]}"),
        row.get("redirect_zh", f"让浏览器继续：{words.chinese}"),
    )
    within = Words(row.get("within_en", onward.english), row.get("within_zh", onward.chinese))
    answer = Words(row.get("answer_en", ANSWERS.english), row.get("answer_zh", ANSWERS.chinese))
    pattern = re.compile(row.get("path", ""))
    return Purpose(pattern, row.get("method", ""), row.get("with", {}), words, onward, within, answer, row["section"])
