"""JSON from a hostile world: one object, each member once, not nested without end."""

from __future__ import annotations

import json
from typing import Any

MAXIMUM_DEPTH = 10


class BadJson(ValueError):
    """The body is not one JSON object as it should be; the message says why."""


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in ``raw`` (RFC 8259). Raises :class:`BadJson`."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
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
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadJson("A member was sent more than once.")
    return members


def _no_constant(name: str) -> Any:
    raise BadJson(f"{name} is not JSON.")


def _depth(value: Any, level: int = 1) -> int:
    if level > MAXIMUM_DEPTH or not isinstance(value, dict | list):
        return level
    inside = value.values() if isinstance(value, dict) else value
    return max((_depth(item, level + 1) for item in inside), default=level)
