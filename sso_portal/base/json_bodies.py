"""JSON from a hostile world: one object, each member once, not nested without end."""

from __future__ import annotations

import json
import math
import re
from typing import Any

MAXIMUM_DEPTH = 10
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class BadJson(ValueError):
    """The body is not one JSON object as it should be; the message says why."""


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in ``raw`` (RFC 8259). Raises :class:`BadJson`."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_float=_finite, parse_constant=_finite)
    except UnicodeDecodeError:
        raise BadJson("The body is not UTF-8.") from None
    except BadJson:
        raise
    except (ValueError, RecursionError):
        raise BadJson("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise BadJson("The body is not a JSON object.")
    if _depth(value) > MAXIMUM_DEPTH:
        raise BadJson(f"The body is nested deeper than {MAXIMUM_DEPTH} levels.")
    if not _is_storable(value):
        raise BadJson("The body has control characters or halves of characters in it.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadJson("A member was sent more than once.")
    return members


def _finite(text: str) -> float:
    # Python reads NaN, Infinity and 1e999, which nobody else could read again.
    number = float(text)
    if not math.isfinite(number):
        raise BadJson("The body has a number that is not finite.")
    return number


def _depth(value: Any, level: int = 1) -> int:
    if level > MAXIMUM_DEPTH or not isinstance(value, dict | list):
        return level
    inside = value.values() if isinstance(value, dict) else value
    return max((_depth(item, level + 1) for item in inside), default=level)


def _is_storable(value: Any) -> bool:
    """Whether every text in it can be stored in a database and shown on a page or in a terminal."""
    if isinstance(value, dict):
        return all(_is_storable(name) and _is_storable(item) for name, item in value.items())
    if isinstance(value, list):
        return all(map(_is_storable, value))
    return not isinstance(value, str) or _UNSTORABLE.search(value) is None
