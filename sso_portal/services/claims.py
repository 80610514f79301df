"""Claims: what the portal says about a person, each claim one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sso_portal.services.scopes import SCOPES
from sso_portal.services.users import User

CLAIMS: Mapping[str, Callable[[User], Any]] = {
    "sub": lambda user: user.subject,
    "name": lambda user: user.name,
    "preferred_username": lambda user: user.username,
    "updated_at": lambda user: user.updated_at,
    "email": lambda user: user.email,
    "email_verified": lambda user: user.email_verified,
}


def claims_of(user: User, scopes: Iterable[str]) -> dict[str, Any]:
    """The claims about ``user`` that ``scopes`` open (OpenID Connect Core, section 5.4); ``sub`` is always there."""
    names = {"sub": None} | {name: None for scope in scopes if scope in SCOPES for name in SCOPES[scope].claims}
    return {name: CLAIMS[name](user) for name in names}
