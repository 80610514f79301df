"""Types of authorization details (RFC 9396, section 2), as an operator describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("en", "zh_CN")
KINDS = ("text", "integer", "amount", "currency", "texts", "date", "url")
"""``amount`` is a text such as ``123.50``, ``currency`` three letters (ISO 4217), ``texts`` a list."""

_TOKEN = re.compile(r"[\[\]]|\{([^{}\[\]]*)\}|[^\[\]{}]+|[{}]")
_SEPARATORS = frozenset("[]{}")


@dataclass(frozen=True)
class DetailField:
    """One member of an entry. ``name`` has dots where objects are nested; ``maximum`` is the largest number, the most
    characters or the most texts."""

    name: str
    kind: str
    required: bool = False
    maximum: str = ""
    allowed: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence: words, or the place of a field. Those of one ``group`` above 0 stood in brackets and
    are said only when every field in it is there."""

    words: str = ""
    field: str = ""
    group: int = 0


@dataclass(frozen=True)
class DetailType:
    """What entries of one type hold, and how they are put to a person.

    ``silent``: silent clients get it without her being asked; ``remember``: she is asked once for the same;
    ``machine``: clients get it for themselves.
    """

    name: str
    fields: Mapping[str, DetailField]
    sentences: Mapping[str, tuple[Piece, ...]]
    consequences: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    remember: bool = False
    machine: bool = False


def pieces_of(sentence: str) -> tuple[Piece, ...]:
    """A sentence in pieces. Raises ``ValueError`` for brackets and braces that do not match."""
    group, count = 0, 0
    pieces: list[Piece] = []
    for token in _TOKEN.finditer(sentence):
        text = token.group()
        if text == "[" and not group:
            count += 1
            group = count
        elif text == "]" and group:
            group = 0
        elif text in _SEPARATORS:
            raise ValueError(f"a {text} stands alone")
        elif token.group(1) is not None:
            pieces.append(Piece(field=token.group(1), group=group))
        else:
            pieces.append(Piece(words=text, group=group))
    if group:
        raise ValueError("a [ stands alone")
    return tuple(pieces)


def values_of(entry: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of an entry by its name, with dots where objects are nested."""
    for name, value in entry.items():
        if isinstance(value, dict) and value:
            yield from values_of(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
