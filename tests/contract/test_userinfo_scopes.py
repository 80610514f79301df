"""Userinfo with each scope: what it tells of a person of whom everything is known, and of one of whom little is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from tests.support.records import WHOLE_PROFILE

TOLD: dict[str, set[str]] = {
    "profile": {"name", "preferred_username", "updated_at", *WHOLE_PROFILE}
    - {"address", "phone_number", "phone_number_verified"},
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
    "roles": {"roles"},
}


def told(register: Callable[..., RelyingParty], browser: Browser, scope: str) -> dict[str, Any]:
    rp = register("asker", scope=f"openid {scope}")
    tokens = rp.redeem(rp.code(browser, scope=f"openid {scope}")).json
    return dict(rp.userinfo(tokens["access_token"]).json)


@pytest.mark.parametrize("scope", TOLD)
def test_a_scope_tells_its_claims_and_no_others(
    sso: SingleSignOn, register: Callable[..., RelyingParty], browser: Browser, scope: str
) -> None:
    with sso.portal.transaction() as unit:
        zp = unit.users.set_profile(unit.users.by_username("zp"), WHOLE_PROFILE)
        unit.users.set_roles(zp, ["project-lead"])
    claims = told(register, browser, scope)
    assert set(claims) == {"sub"} | TOLD[scope]
    assert {name: claims[name] for name in claims if name in WHOLE_PROFILE} == {
        name: WHOLE_PROFILE[name] for name in TOLD[scope] if name in WHOLE_PROFILE
    }


@pytest.mark.parametrize("scope", ["address", "phone", "roles"])
def test_what_is_not_known_is_left_out(register: Callable[..., RelyingParty], browser: Browser, scope: str) -> None:
    assert set(told(register, browser, scope)) == {"sub"}


def test_declinable_scopes_are_a_choice_with_a_consequence(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    scope = "openid profile address phone roles"
    shop = register("shop", consent="explicit", scope=scope)
    browser.open(shop.url(scope=scope))
    for sentence in (
        "See your profile, such as name, picture and birthday",
        "See your postal address",
        "Without it, Site shop cannot send you anything by post.",
        "See your phone number",
        "Without it, Site shop cannot call you.",
        "See your roles in the company",
        "Without it, Site shop may offer you less than your roles allow.",
    ):
        assert sentence in browser.text
    browser.agree("phone")
    tokens = shop.redeem(shop.answer(browser)["code"]).json
    assert set(tokens["scope"].split()) == {"openid", "profile", "phone"}
