"""Claims: what the portal says about a person, each claim one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from sso_portal.services.scopes import SCOPES
from sso_portal.services.users import User

Source = Callable[[User], Any]


def _profile(name: str) -> Source:
    return lambda user: user.profile.get(name)


CLAIMS: Mapping[str, Source] = {
    "sub": lambda user: user.subject,
    "name": lambda user: user.name,
    "family_name": _profile("family_name"),
    "given_name": _profile("given_name"),
    "middle_name": _profile("middle_name"),
    "nickname": _profile("nickname"),
    "preferred_username": lambda user: user.username,
    "profile": _profile("profile"),
    "picture": _profile("picture"),
    "website": _profile("website"),
    "gender": _profile("gender"),
    "birthdate": _profile("birthdate"),
    "zoneinfo": _profile("zoneinfo"),
    "locale": _profile("locale"),
    "updated_at": lambda user: user.updated_at,
    "email": lambda user: user.email,
    "email_verified": lambda user: user.email_verified,
    "address": _profile("address"),
    "phone_number": _profile("phone_number"),
    "phone_number_verified": _profile("phone_number_verified"),
    "roles": lambda user: user.roles,
}

_NOTHING: tuple[Any, ...] = (None, "", [], {})


def claims_of(user: User, scopes: Iterable[str], *, requested: Iterable[str] = ()) -> dict[str, Any]:
    """The claims about ``user`` that ``scopes`` open (OpenID Connect Core, section 5.4), and those of ``requested``
    single ones that are known (section 5.5); ``sub`` is always there.

    A claim without a value is left out, never null or empty (section 5.3.2).
    """
    sources: Iterable[tuple[str, Source]] = _opened(tuple(scopes))
    if requested:
        sources = {**dict(sources), **{name: CLAIMS[name] for name in requested if name in CLAIMS}}.items()
    values = [(name, source(user)) for name, source in sources]
    return {name: value for name, value in values if value or value not in _NOTHING}


@lru_cache(maxsize=1_000)
def _opened(scopes: tuple[str, ...]) -> tuple[tuple[str, Source], ...]:
    """The claims that scopes open, each once, and where they come from."""
    opened = [claim for scope in scopes if scope in SCOPES for claim in SCOPES[scope].claims]
    return tuple((name, CLAIMS[name]) for name in dict.fromkeys(["sub", *opened]))
