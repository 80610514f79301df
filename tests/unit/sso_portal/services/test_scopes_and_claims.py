"""Scopes and claims: what opens what, what is about a person, what is left out."""

from __future__ import annotations

import dataclasses

import pytest

from sso_portal.services.claims import CLAIMS, claims_of
from sso_portal.services.profile import PROFILE
from sso_portal.services.scopes import SCOPES, is_declinable, is_personal, scope_of_claim
from sso_portal.services.users import User
from tests.support.records import WHOLE_PROFILE


@pytest.fixture
def whole(zp: User) -> User:
    """Somebody of whom everything is known."""
    return dataclasses.replace(zp, profile=WHOLE_PROFILE, roles=["a", "b"])


def test_scopes_open_claims_and_nothing_else(zp: User) -> None:
    assert claims_of(zp, []) == claims_of(zp, ["openid", "unknown", "all", "offline_access"]) == {"sub": zp.subject}
    assert claims_of(zp, ["profile"]) == {
        "sub": zp.subject,
        "name": "张鹏",
        "preferred_username": "zp",
        "updated_at": zp.updated_at,
    }
    assert claims_of(zp, ["email"]) == {"sub": zp.subject, "email": "zp@example.test", "email_verified": False}


def test_claims_without_a_value_are_left_out(zp: User) -> None:
    empty = dataclasses.replace(zp, name="", profile={"nickname": "", "address": {}, "gender": None}, roles=[])
    assert set(claims_of(empty, SCOPES)) == {"sub", "preferred_username", "updated_at", "email", "email_verified"}


def test_every_claim_of_somebody_of_whom_everything_is_known(whole: User) -> None:
    claims = claims_of(whole, SCOPES)
    assert set(claims) == set(CLAIMS)
    assert {name: claims[name] for name in PROFILE} == WHOLE_PROFILE
    assert claims["roles"] == ["a", "b"]


def test_the_specifications_own_sets(whole: User) -> None:
    assert set(claims_of(whole, ["address"])) == {"sub", "address"}
    assert set(claims_of(whole, ["phone"])) == {"sub", "phone_number", "phone_number_verified"}
    assert set(claims_of(whole, ["roles"])) == {"sub", "roles"}
    # OpenID Connect Core, section 5.4.
    assert " ".join(sorted(SCOPES["profile"].claims)) == (
        "birthdate family_name gender given_name locale middle_name name nickname picture preferred_username profile "
        "updated_at website zoneinfo"
    )


def test_single_claims_are_told_when_asked_for(whole: User, zp: User) -> None:
    assert claims_of(whole, ["openid"], requested=["nickname", "roles", "acr", "unknown", "sub"]) == {
        "sub": whole.subject,
        "nickname": "老张",
        "roles": ["a", "b"],
    }
    assert claims_of(zp, ["openid"], requested=["nickname"]) == {"sub": zp.subject}


def test_every_claim_belongs_to_one_scope() -> None:
    opened = [claim for scope in SCOPES.values() for claim in scope.claims]
    assert len(opened) == len(set(opened))
    assert set(opened) == set(CLAIMS)
    assert all(scope_of_claim(claim) == scope.name for scope in SCOPES.values() for claim in scope.claims)
    assert scope_of_claim("acr") is None


def test_what_may_be_declined() -> None:
    assert {name for name in SCOPES if not is_declinable(name)} == {"openid", "profile", "all"}
    assert is_declinable("unknown")


def test_what_is_about_a_person() -> None:
    assert {name for name in SCOPES if not is_personal(name)} == {"all"}
    assert not is_personal("unknown")
    assert is_personal("offline_access")
