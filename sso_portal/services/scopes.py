"""Scopes: what each one lets a site know or do. One line registers one; consent page and discovery follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """One scope: the claims it opens (OpenID Connect Core, section 5.4) and whether a person may decline it."""

    name: str
    claims: tuple[str, ...] = ()
    declinable: bool = False


SCOPES: Mapping[str, Scope] = {
    scope.name: scope
    for scope in (
        Scope("openid", ("sub",)),
        Scope("profile", ("name", "preferred_username", "updated_at")),
        Scope("email", ("email", "email_verified"), declinable=True),
        Scope("all"),
    )
}


def is_declinable(name: str) -> bool:
    """Whether a person may leave this scope out and the site is still told who she is."""
    scope = SCOPES.get(name)
    return scope is None or scope.declinable
