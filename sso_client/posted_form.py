"""A form as it was posted: where it comes from, what is in it, and which of that must not be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from sso_client.urls import origin

LARGEST_BYTES = 64 * 1024
MOST_FIELDS = 200

TICKET = "sso_parked"
"""The first field of a form that was kept; it never reaches the site's view."""

CSRF_FIELD = "csrf_token"

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"

Field = tuple[str, str]

_TICKET = re.compile(rb"sso_parked=([A-Za-z0-9_-]{22})(?:&|$)")
_SECRET = re.compile(
    r"pass(word|wd|phrase|code)|pwd|secret|token|csrf|xsrf|api_?key|(^|[^a-z])(pin|otp|cvc|cvv|key)($|[^a-z])|密码|口令|验证码"
)


def comes_from(site: str, headers: Mapping[str, str]) -> bool:
    """Say whether a page of `site` (an origin) has sent this: by Fetch Metadata, else by Origin or Referer."""
    told = headers.get("Sec-Fetch-Site")
    if told is not None:
        return told == "same-origin"
    try:
        return origin(headers.get("Origin") or headers.get("Referer") or "") == site
    except ValueError:
        return False


def read_fields(body: bytes) -> tuple[Field, ...]:
    """Return the fields of an urlencoded body in their order. Raises ValueError when they cannot be kept."""
    pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    return keepable(pairs)


def keepable(pairs: Iterable[tuple[object, object]]) -> tuple[Field, ...]:
    """Return fields that are nothing but text. Raises ValueError when there is a file, NUL, or too much among them."""
    fields = []
    for name, value in pairs:
        if not isinstance(name, str) or not isinstance(value, str) or "\0" in name + value:
            raise ValueError("not only text")
        fields.append((name, value))
    if len(fields) > MOST_FIELDS or sum(len(name) + len(value) for name, value in fields) > LARGEST_BYTES:
        raise ValueError("too much")
    return tuple(fields)


def take_ticket(body: bytes) -> tuple[str, bytes]:
    """Return the ticket at the beginning of an urlencoded body, "" when there is none, and the body without it."""
    found = _TICKET.match(body)
    return ("", body) if found is None else (found[1].decode(), body[found.end() :])


def looks_secret(name: str) -> bool:
    """Say whether a field with this name may hold what is not for showing."""
    return _SECRET.search(name.casefold()) is not None
