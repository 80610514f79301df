"""Reading JSON that somebody else wrote.

`json.loads` is more generous than RFC 8259 (it takes NaN and Infinity) and can fail in three different ways; here it
has one way to fail and gives back an object or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def read_object(text: str | bytes) -> dict[str, Any]:
    """Return the JSON object in `text`. Raises ValueError when it is not JSON or not an object."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (RecursionError, UnicodeDecodeError) as problem:
        raise ValueError("not JSON") from problem
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def text_member(source: Mapping[str, Any], name: str) -> str:
    """Return the member `name` when it is a string, "" otherwise."""
    value = source.get(name)
    return value if isinstance(value, str) else ""
