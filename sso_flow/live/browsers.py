"""Which browser asks: a cookie of the demo's own, which all its applications see, because cookies do not know ports."""

from __future__ import annotations

import hashlib
import re
import secrets

COOKIE = "sso_demo_flow"
_NUMBER = re.compile(r"[\w-]{43}", re.ASCII)


def new_number() -> str:
    """What the cookie of a browser holds that has none yet."""
    return secrets.token_urlsafe(32)


def number_in(header: str) -> str:
    """What the cookie in a ``Cookie`` header holds; empty when there is none, or something else in its place."""
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and _NUMBER.fullmatch(value):
            return value
    return ""


def browser_of(number: str) -> str:
    """The name under which a browser's flow is kept, from which nobody finds the cookie; empty for no number."""
    return hashlib.sha256(number.encode()).hexdigest() if number else ""


def cookie_of(number: str) -> tuple[str, str]:
    """The header that gives a browser its number until it is closed (RFC 6265, 4.1)."""
    return "Set-Cookie", f"{COOKIE}={number}; Path=/; HttpOnly; SameSite=Lax"
