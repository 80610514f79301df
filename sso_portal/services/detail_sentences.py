"""Authorization details in words: a sentence in the person's language, what follows from it, and whatever the sentence
leaves out, for nothing may be granted that was not shown (RFC 9396, section 11.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sso_portal.base.detail_types import DetailType, values_of
from sso_portal.services.detail_values import shown


@dataclass(frozen=True)
class Part:
    """A part of a sentence; ``is_value``: the site said it, not the portal."""

    text: str
    is_value: bool = False


@dataclass(frozen=True)
class Told:
    """One entry as a person reads it; ``further`` are names and values of what the sentence does not say."""

    parts: tuple[Part, ...]
    consequence: str
    further: tuple[tuple[str, tuple[str, ...]], ...] = ()


def told(entry: Mapping[str, Any], kind: DetailType, language: str) -> Told:
    """``entry`` in ``language``, one of those that every type has."""
    values = {name: shown(value) for name, value in values_of(entry) if name != "type"}
    pieces = kind.sentences[language]
    silenced = {piece.group for piece in pieces if piece.group and piece.field and piece.field not in values}
    parts: list[Part] = []
    for piece in pieces:
        if piece.group in silenced:
            continue
        if piece.field:
            parts.extend(_listed(values[piece.field], language))
        else:
            parts.append(Part(piece.words))
    said = {piece.field for piece in pieces if piece.group not in silenced}
    rest = tuple((_label(kind, name, language), texts) for name, texts in values.items() if name not in said)
    return Told(tuple(parts), kind.consequences.get(language, ""), rest)


def _listed(texts: tuple[str, ...], language: str) -> list[Part]:
    between = Part("、" if language == "zh_CN" else ", ")
    parts: list[Part] = []
    for text in texts:
        parts.extend([between, Part(text, is_value=True)] if parts else [Part(text, is_value=True)])
    return parts


def _label(kind: DetailType, name: str, language: str) -> str:
    return kind.fields[name].labels.get(language, name)
