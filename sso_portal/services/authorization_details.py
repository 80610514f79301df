"""Authorization details (RFC 9396): what a client wants to do exactly, as entries of types that the operator knows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NoReturn

from sso_portal.base.detail_types import DetailType, values_of
from sso_portal.services.detail_values import problem_of

Entry = Mapping[str, Any]

MAXIMUM_ENTRIES = 20
MAXIMUM_BYTES = 8_192
MAXIMUM_DEPTH = 5
"""Arrays and objects that stand in one another, the outermost array counted."""


class BadDetails(ValueError):
    """The entries are not acceptable (section 5); the message is for developers, in printable ASCII."""


class DetailTypes:
    """Every type of entry that there is."""

    def __init__(self, types: Mapping[str, DetailType]) -> None:
        """``types`` by their names."""
        self._types = types

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all types."""
        return tuple(self._types)

    def of(self, entry: Entry) -> DetailType:
        """The type of an entry that was read."""
        return self._types[entry["type"]]

    def read(self, text: str, allowed: Collection[str]) -> tuple[Entry, ...]:
        """The entries in ``text``, whose types have to be among ``allowed``. Raises :class:`BadDetails`."""
        entries = _parsed(text)
        for number, entry in enumerate(entries, start=1):
            name = entry.get("type") if isinstance(entry, dict) else None
            if not isinstance(name, str):
                raise BadDetails(f"entry {number} is not an object with a type.")
            kind = self._types.get(name)
            if kind is None:
                raise BadDetails(f"entry {number}: there is no type {printable(name)}.")
            if name not in allowed:
                raise BadDetails(f"entry {number}: this client may not use the type {name}.")
            _check(entry, kind, number)
        if len({digest_of(entry) for entry in entries}) < len(entries):
            raise BadDetails("the same entry stands there twice.")
        return tuple(entries)


def digest_of(entry: Entry) -> str:
    """A hash that two entries share when they say the same."""
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()


def is_part(entries: Iterable[Entry], whole: Iterable[Entry]) -> bool:
    """Whether every one of ``entries`` stands in ``whole`` (section 6)."""
    return {digest_of(entry) for entry in entries} <= {digest_of(entry) for entry in whole}


def printable(name: str) -> str:
    """``name`` as an error may show it (RFC 6749, section 5.2)."""
    return "".join(letter for letter in name[:100] if "!" <= letter <= "~" and letter not in '"\\')


def _parsed(text: str) -> list[Any]:
    if len(text.encode("utf-8", "replace")) > MAXIMUM_BYTES:
        raise BadDetails(f"they are longer than {MAXIMUM_BYTES} bytes.")
    try:
        entries = json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_no_constant)
    except BadDetails:
        raise
    except (ValueError, RecursionError):
        raise BadDetails("they are not JSON.") from None
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAXIMUM_ENTRIES:
        raise BadDetails(f"they are not an array of 1 to {MAXIMUM_ENTRIES} entries.")
    if _depth(entries) > MAXIMUM_DEPTH:
        raise BadDetails(f"they are nested more than {MAXIMUM_DEPTH} deep.")
    return entries


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Which of two counts would be anyone's guess, and people could be shown the other one.
    if len({name for name, _ in pairs}) < len(pairs):
        raise BadDetails("an object has two members of the same name.")
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max((_depth(item) for item in value), default=0) if isinstance(value, list) else 0


def _check(entry: dict[str, Any], kind: DetailType, number: int) -> None:
    values = {name: value for name, value in values_of(entry) if name != "type"}
    if any("." in name for name in _names(entry)):
        raise BadDetails(f"entry {number}: a name has a dot in it.")
    for name, value in values.items():
        field = kind.fields.get(name)
        if field is None:
            raise BadDetails(f"entry {number}: {kind.name} has no field {printable(name)}.")
        problem = problem_of(value, field)
        if problem is not None:
            raise BadDetails(f"entry {number}: {name} {problem}.")
    missing = next((field.name for field in kind.fields.values() if field.required and field.name not in values), None)
    if missing is not None:
        raise BadDetails(f"entry {number}: {missing} is missing.")


def _names(value: Any) -> Iterable[str]:
    """Every member name; one with a dot would look like a nested one."""
    if isinstance(value, dict):
        for name, its in value.items():
            yield name
            yield from _names(its)
