"""What must not be read in a report: codes, tokens, keys, passwords. A long one is told by its beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit, urlunsplit

_SECRETS = frozenset(
    {
        "access_token",
        "actor_token",
        "assertion",
        "authorization",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "cookie",
        "csrf_token",
        "device_code",
        "dpop",
        "id_token",
        "id_token_hint",
        "interaction",
        "logout_token",
        "password",
        "receipt",
        "refresh_token",
        "registration_access_token",
        "request",
        "response",
        "secret",
        "set-cookie",
        "subject_token",
        "token",
        "user_code",
    }
)
_TYPED_BY_PEOPLE = re.compile(r"password|secret|user_code", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]*\.[\w-]*(\.[\w-]*)*")
_TOLD_BY = 3
_LONG_ENOUGH = 20
_LONGEST = 200


def masked(name: str, value: str) -> str:
    """A parameter's or header's value as it may be shown: a secret as ``abc…(43)``, with its length; a password by its
    length only; an address with its own parameters masked; anything else shortened to 200 characters."""
    if name.lower() in _SECRETS or _TYPED_BY_PEOPLE.search(name):
        return _hidden(name, value)
    if "?" in value or "#" in value:
        value = masked_url(value)
    value = _JWT.sub(lambda found: _hidden("", found[0]), value)
    value = value if value.isprintable() else repr(value)[1:-1]
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…({len(value)})"


def masked_pairs(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Parameters as they may be shown."""
    return [(name, masked(name, value)) for name, value in pairs]


def masked_url(url: str) -> str:
    """An address as it may be shown, its query and fragment masked and readable; nothing of one that cannot be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{url.partition('/')[0]}//…(unreadable)" if "://" in url else "…(unreadable)"
    return urlunsplit(parts._replace(query=_masked_query(parts.query), fragment=_masked_query(parts.fragment)))


def _masked_query(query: str) -> str:
    if "=" not in query:
        return query
    return "&".join(f"{name}={value}" for name, value in masked_pairs(parse_qsl(query, keep_blank_values=True)))


def _hidden(name: str, value: str) -> str:
    told = value[:_TOLD_BY] if len(value) >= _LONG_ENOUGH and not _TYPED_BY_PEOPLE.search(name) else ""
    return f"{told}…({len(value)})" if value else ""
