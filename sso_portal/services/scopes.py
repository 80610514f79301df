"""Scopes: what each one lets a site know or do. One line registers one; consent page and discovery follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_PROFILE_CLAIMS = (
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
)


@dataclass(frozen=True)
class Scope:
    """One scope: the claims it opens (OpenID Connect Core, section 5.4) and whether a person may decline it.

    ``personal`` says that it is about a person even without claims; one with claims always is.
    """

    name: str
    claims: tuple[str, ...] = ()
    declinable: bool = False
    personal: bool = False


SCOPES: Mapping[str, Scope] = {
    scope.name: scope
    for scope in (
        Scope("openid", ("sub",)),
        Scope("profile", _PROFILE_CLAIMS),
        Scope("email", ("email", "email_verified"), declinable=True),
        Scope("address", ("address",), declinable=True),
        Scope("phone", ("phone_number", "phone_number_verified"), declinable=True),
        Scope("roles", ("roles",), declinable=True),
        # Access that goes on without her (OpenID Connect Core, section 11).
        Scope("offline_access", declinable=True, personal=True),
        Scope("all"),
    )
}

_SCOPE_OF_CLAIM = {claim: scope.name for scope in SCOPES.values() for claim in scope.claims}


def is_declinable(name: str) -> bool:
    """Whether a person may leave this scope out and the site is still told who she is."""
    scope = SCOPES.get(name)
    return scope is None or scope.declinable


def is_personal(name: str) -> bool:
    """Whether this scope is about a person, so that it means nothing to a client that acts for itself."""
    scope = SCOPES.get(name)
    return scope is not None and (scope.personal or bool(scope.claims))


def scope_of_claim(name: str) -> str | None:
    """The scope that opens a claim, or ``None`` when the claim is unknown."""
    return _SCOPE_OF_CLAIM.get(name)
