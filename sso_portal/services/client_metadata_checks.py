"""What a single value of a client's metadata has to be; each check answers what is wrong, or ``None``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sso_portal.base.certificates import address_problem, subject_name_problem
from sso_portal.base.client_jose import jwk_set_problem
from sso_portal.base.urls import is_resource_uri, redirect_uri_problem

Check = Callable[[Any], str | None]

_LONGEST_DESCRIPTION = 200
_HIGHEST_AGE = 10_000_000_000
_LONGEST_REQUEST_URI = 512
"""OpenID Connect Core, section 6.2; only registered addresses are taken, so the limit holds for requests too."""


def one_of(*allowed: str) -> Check:
    """One of the given words."""
    return lambda value: None if value in allowed else f"is one of {', '.join(filter(None, allowed))}"


def each_of(*allowed: str) -> Check:
    """A list of the given words."""

    def check(values: list[str]) -> str | None:
        strange = [value for value in values if value not in allowed]
        return f"cannot hold {', '.join(strange)}; known are {', '.join(allowed)}" if strange else None

    return check


def redirect_uris(values: list[str]) -> str | None:
    """Addresses that people may be sent to."""
    for uri in values:
        problem = redirect_uri_problem(uri)
        if problem:
            return f"{uri} {problem}"
    return None


def web_address(value: str) -> str | None:
    """An http or https address, or nothing."""
    if not value or (value.startswith(("https://", "http://")) and not redirect_uri_problem(value)):
        return None
    return "is not a web address"


def request_uris(values: list[str]) -> str | None:
    """Addresses of request objects; unlike redirect URIs they may have a fragment (OpenID Connect Core, 6.2)."""
    strange = next((uri for uri in values if web_address(uri.partition("#")[0]) or not uri), None)
    if strange is not None:
        return f"{strange!r} is not a web address"
    too_long = any(len(uri) > _LONGEST_REQUEST_URI for uri in values)
    return f"has an address of more than {_LONGEST_REQUEST_URI} characters" if too_long else None


def resource_uris(values: list[str]) -> str | None:
    """Absolute addresses without a fragment that name an API (RFC 8707, section 2)."""
    strange = next((uri for uri in values if not is_resource_uri(uri)), None)
    return f"{strange!r} is not an absolute URI without a fragment" if strange is not None else None


def scope(value: str) -> str | None:
    """Scopes separated by spaces."""
    strange = [letter for letter in value if not (letter == " " or "!" <= letter <= "~") or letter in '"\\']
    return "has characters that no scope may have (RFC 6749, section 3.3)" if strange else None


def scope_descriptions(values: dict[str, Any]) -> str | None:
    """A sentence for each scope."""
    for name, text in values.items():
        if not isinstance(text, str) or not text.strip() or not text.isprintable():
            return f"{name}: is described by a sentence on one line"
        if len(text) > _LONGEST_DESCRIPTION:
            return f"{name}: is described in {_LONGEST_DESCRIPTION} characters at most"
    return None


def subject_name(value: str) -> str | None:
    """The subject of a certificate (RFC 4514), or nothing."""
    return subject_name_problem(value) if value else None


def ip_address(value: str) -> str | None:
    """An IP address, or nothing."""
    return address_problem(value) if value else None


def age(value: int | None) -> str | None:
    """A number of seconds, or nothing."""
    return None if value is None or 0 <= value <= _HIGHEST_AGE else "is a number of seconds, 0 or more"


def jwk_set(value: dict[str, Any]) -> str | None:
    """A JWK Set with public keys only, or nothing."""
    return jwk_set_problem(value) if value else None
