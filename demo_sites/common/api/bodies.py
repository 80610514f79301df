"""JSON objects that callers send: read with limits, and checked member by member."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pyramid.request import Request

from demo_sites.common.api.problems import Problem

LARGEST_BODY = 16 * 1024
"""Bytes."""

KINDS = ("application/json", "application/merge-patch+json")

Check = Callable[[Any], Any]
"""Takes a value that came and gives the one to keep. Raises ValueError with a sentence."""


def read_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises Problem."""
    if request.content_type not in KINDS:
        raise Problem(415, f"The body has to be {KINDS[0]}.", headers={"Accept": ", ".join(KINDS)})
    if (request.content_length or 0) > LARGEST_BODY:
        raise Problem(413, f"The body may have {LARGEST_BODY} bytes.")
    try:
        found = json.loads(request.body, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError, OSError) as problem:
        raise Problem(400, "The body is not JSON, names a member twice, or breaks off.") from problem
    if not isinstance(found, dict):
        raise Problem(400, "The body has to be a JSON object.")
    return found


def checked(body: Mapping[str, Any], checks: Mapping[str, Check], *needed: str) -> dict[str, Any]:
    """The members of ``body`` as they are to be kept; ``needed`` have to be there. Raises Problem with all faults."""
    kept: dict[str, Any] = {}
    errors = {name: "This is needed." for name in needed if name not in body}
    for name, value in body.items():
        if name not in checks:
            errors[name[:80]] = "There is no such member."
            continue
        try:
            kept[name] = checks[name](value)
        except ValueError as problem:
            errors[name] = str(problem)
    if errors:
        raise Problem(422, "The body does not say what it should.", errors=errors)
    return kept


def text(longest: int, *, least: int = 0, lines: bool = False) -> Check:
    """Text of ``least`` to ``longest`` characters without control characters; ``lines``: line breaks may be in it."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("This has to be text.")
        told = value.replace("\r\n", "\n").strip()
        if not least <= len(told) <= longest:
            raise ValueError(f"This has to have {least} to {longest} characters.")
        if any(not (letter.isprintable() or (lines and letter == "\n")) for letter in told):
            raise ValueError("This has characters that cannot be shown.")
        return told

    return check


def one_of(*words: str) -> Check:
    """One of some words."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"This has to be one of: {', '.join(words)}.")
        return value

    return check


def yes_or_no(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("This has to be true or false.")
    return value


def day(value: Any) -> str | None:
    """A day as ``2026-11-28`` (RFC 3339, full-date), or null for none."""
    if value is None:
        return None
    try:
        if not isinstance(value, str) or date.fromisoformat(value).isoformat() != value:
            raise ValueError
    except ValueError:
        raise ValueError("This has to be a day such as 2026-11-28, or null.") from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is named twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
