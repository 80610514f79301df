"""The file that ``sso.authorization_details.file`` names: types of authorization details, in TOML or JSON."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from sso_portal.base.detail_types import KINDS, LANGUAGES, DetailField, DetailType, pieces_of

_TYPE_KEYS = {"sentences", "consequences", "fields", "silent", "remember", "machine"}
_FIELD_KEYS = {"kind", "required", "maximum", "allowed", "labels"}
_TYPE_NAME = re.compile(r"[!#-\[\]-~]{1,100}")
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}(\.[A-Za-z_][A-Za-z0-9_-]{0,40}){0,2}")
_LONGEST_SENTENCE = 300
_HIGHEST = {"text": 2_000, "url": 2_000, "texts": 20, "integer": 10**15, "amount": 10**12}
_WITH_WORDS = {"text", "texts", "currency", "url"}


@dataclass(frozen=True)
class DetailTypesFile:
    """What stands in the file, and what is wrong with it."""

    types: Mapping[str, DetailType]
    problems: tuple[str, ...] = ()


def read_detail_types(path: str) -> DetailTypesFile:
    """Every type in the file; an empty ``path`` stands for a file with none. Nothing is raised here."""
    if not path:
        return DetailTypesFile({})
    try:
        document = _document(Path(path))
    except (OSError, ValueError, RecursionError) as error:
        return DetailTypesFile({}, (f"{path}: cannot be read: {error}",))
    problems = list(_problems(document))
    if problems:
        return DetailTypesFile({}, tuple(f"{path}: {problem}" for problem in problems))
    return DetailTypesFile({name: _type(name, said) for name, said in document.items()})


def _document(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        return tomllib.loads(text)
    if path.suffix == ".json":
        return json.loads(text)
    raise ValueError("its name ends neither with .toml nor with .json")


def _type(name: str, said: Mapping[str, Any]) -> DetailType:
    flags = {flag: said.get(flag, False) for flag in ("silent", "remember", "machine")}
    fields = {field: _field(field, its) for field, its in said.get("fields", {}).items()}
    sentences = {language: pieces_of(text) for language, text in said["sentences"].items()}
    return DetailType(name, fields, sentences, said.get("consequences", {}), **flags)


def _field(name: str, said: Mapping[str, Any]) -> DetailField:
    maximum, allowed = str(said.get("maximum", "")), tuple(said.get("allowed", ()))
    return DetailField(name, said["kind"], said.get("required", False), maximum, allowed, said.get("labels", {}))


def _problems(document: Any) -> Iterator[str]:
    if not isinstance(document, dict):
        yield "is not a table of types"
        return
    for name, said in document.items():
        where = name[:100]
        if not _TYPE_NAME.fullmatch(name):
            yield f"{where!r}: a type has a name of 1 to 100 visible ASCII characters, without quotes and backslashes"
        elif not isinstance(said, dict):
            yield f"{where}: is not a table"
        else:
            yield from (f"{where}: {problem}" for problem in _type_problems(said))


def _type_problems(said: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(said, _TYPE_KEYS)
    for flag in ("silent", "remember", "machine"):
        if not isinstance(said.get(flag, False), bool):
            yield f"{flag}: is true or false"
    fields = said.get("fields", {})
    if not isinstance(fields, dict):
        yield "fields: is not a table"
        return
    before = list(fields)
    for name, its in fields.items():
        yield from (f"fields.{name}: {problem}" for problem in _field_problems(name, its, before))
    if "consequences" in said:
        yield from (f"consequences: {problem}" for problem in _text_problems(said["consequences"]))
    problems = list(_text_problems(said.get("sentences", {})))
    yield from (f"sentences: {problem}" for problem in problems)
    if not problems:
        for language, text in said["sentences"].items():
            yield from (f"sentences.{language}: {problem}" for problem in _sentence_problems(text, fields))


def _unknown(said: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    yield from (f"{key}: is not known; known are {', '.join(sorted(known))}" for key in said if key not in known)


def _text_problems(said: Any) -> Iterator[str]:
    if not isinstance(said, dict) or set(said) != set(LANGUAGES):
        yield f"is said in {' and '.join(LANGUAGES)}"
        return
    for language, text in said.items():
        if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST_SENTENCE or not text.isprintable():
            yield f"{language}: is a text of 1 to {_LONGEST_SENTENCE} characters, in one line"


def _sentence_problems(text: str, fields: Mapping[str, Any]) -> Iterator[str]:
    try:
        pieces = pieces_of(text)
    except ValueError as error:
        yield str(error)
        return
    for piece in pieces:
        its = fields.get(piece.field)
        if piece.field and its is None:
            yield f"{{{piece.field}}}: there is no such field"
        elif piece.field and not piece.group and isinstance(its, dict) and its.get("required") is not True:
            yield f"{{{piece.field}}}: is not required, so it has to stand in [brackets]"
    if any(not piece.field and not piece.words for piece in pieces):
        yield "{}: names no field"


def _field_problems(name: str, its: Any, names: list[str]) -> Iterator[str]:
    if not _FIELD_NAME.fullmatch(name) or name == "type":
        yield "a field has a name of letters, digits, _ and -, in up to three parts with dots between them"
    if any(other.startswith(f"{name}.") for other in names):
        yield "cannot have a value and fields of its own"
    if not isinstance(its, dict):
        yield "is not a table"
        return
    yield from _unknown(its, _FIELD_KEYS)
    kind = its.get("kind")
    if kind not in KINDS:
        yield f"kind: is one of {', '.join(KINDS)}"
        return
    if not isinstance(its.get("required", False), bool):
        yield "required: is true or false"
    if "maximum" in its:
        yield from _maximum_problems(kind, its["maximum"])
    if "allowed" in its:
        yield from _allowed_problems(kind, its["allowed"])
    if "labels" in its:
        yield from (f"labels: {problem}" for problem in _text_problems(its["labels"]))


def _maximum_problems(kind: str, maximum: Any) -> Iterator[str]:
    if kind not in _HIGHEST:
        yield f"maximum: means nothing for a {kind}"
        return
    try:
        number = Decimal(str(maximum))
    except InvalidOperation:
        number = Decimal(0)
    whole = kind == "amount" or (isinstance(maximum, int) and not isinstance(maximum, bool))
    if not number.is_finite() or not 0 < number <= _HIGHEST[kind] or not whole:
        yield f"maximum: is a {'' if kind == 'amount' else 'whole '}number from 1 to {_HIGHEST[kind]}"


def _allowed_problems(kind: str, allowed: Any) -> Iterator[str]:
    if kind not in _WITH_WORDS:
        yield f"allowed: means nothing for a {kind}"
    elif not isinstance(allowed, list) or not allowed or not all(isinstance(word, str) and word for word in allowed):
        yield "allowed: is a list of texts"
