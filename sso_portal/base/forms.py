"""Form-encoded parameters from a hostile world: duplicates and broken encoding are seen, never guessed away."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode

MAXIMUM_FIELDS = 100
"""More fields than any specification names; a request beyond it is refused as a whole."""

REPEATABLE = ("resource", "audience")
"""The only parameters of the protocol that may be sent several times (RFC 8707, section 2; RFC 8693, section 2.1)."""


class TooManyFields(ValueError):
    """The form has more than :data:`MAXIMUM_FIELDS` fields."""


@dataclass(frozen=True)
class Form:
    """What a query string or a form body said.

    ``values`` holds the first value of each name; empty ones are left out, as RFC 6749, section 3.1 treats them as
    omitted. ``duplicates`` are names sent more than once although they may not be, ``repeated`` has all values of every
    name sent more than once, ``undecodable`` are names whose value is not UTF-8.
    """

    values: dict[str, str] = field(default_factory=dict)
    duplicates: frozenset[str] = frozenset()
    undecodable: frozenset[str] = frozenset()
    repeated: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be sent several times, such as a group of checkboxes."""
        return self.repeated.get(name) or tuple(value for value in [self.values.get(name)] if value is not None)

    def encoded(self, *without: str) -> str:
        """The same parameters as a well-formed query string, less the names in ``without``."""
        pairs = [
            (name, value)
            for name, first in self.values.items()
            if name not in without
            for value in (self.all(name) if name in REPEATABLE else (first,))
        ]
        return urlencode(pairs)


def parse_form(raw: str | bytes) -> Form:
    """Parse ``application/x-www-form-urlencoded`` text.

    Raises :class:`TooManyFields`.
    """
    text = raw.decode("latin-1") if isinstance(raw, bytes) else raw
    pairs = _pairs(text)
    values: dict[str, str] = {}
    seen: set[str] = set()
    duplicates: set[str] = set()
    undecodable: set[str] = set()
    repeated: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name in seen and name in REPEATABLE:
            again = _decode(value)
            if again is None:
                undecodable.add(name)
            elif again:
                repeated[name] = (*repeated.get(name, (values[name],) if name in values else ()), again)
                values.setdefault(name, again)
            continue
        if name in seen:
            duplicates.add(name)
            repeated[name] = (*repeated.get(name, (values.get(name, ""),)), _decode(value) or "")
            continue
        seen.add(name)
        decoded = _decode(value)
        if decoded is None:
            undecodable.add(name)
        elif decoded:
            values[name] = decoded
    return Form(values, frozenset(duplicates), frozenset(undecodable), repeated)


def reencoded(raw: str | bytes) -> str:
    """The same form, duplicates and odd bytes included, spelled so that it is safe in an address.

    Raises :class:`TooManyFields`.
    """
    text = raw.decode("latin-1") if isinstance(raw, bytes) else raw
    return urlencode(_pairs(text), encoding="latin-1")


def _pairs(text: str) -> list[tuple[str, str]]:
    """Names and values, every byte a letter of latin-1, so that each value can be judged by itself: what ``parse_qsl``
    finds, who looks at each part several times."""
    parts = text.split("&")
    if len(parts) > MAXIMUM_FIELDS:
        raise TooManyFields("The form has too many fields.")
    split = (part.partition("=") for part in parts if part)
    return [(_unquoted(name), _unquoted(value)) for name, _, value in split]


def _unquoted(part: str) -> str:
    part = part.replace("+", " ")
    return unquote(part, "latin-1") if "%" in part else part


def _decode(value: str) -> str | None:
    if value.isascii():
        decoded = value
    else:
        try:
            decoded = value.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return None
    # A NUL byte can be stored by no database and is in no parameter that anyone means.
    return None if "\x00" in decoded else decoded
