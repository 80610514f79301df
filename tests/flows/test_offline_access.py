"""``offline_access``: what it needs, what it is asked for, and where it means nothing (OpenID Connect Core, 11)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import Browser
from sso_testkit.relying_party import RelyingParty

SCOPE = "openid profile offline_access"
QUESTION = "Keep its access while you are signed out"


@pytest.fixture
def site(register: Callable[..., RelyingParty]) -> RelyingParty:
    """A site that asks every time."""
    return register(
        "calendar",
        scope=SCOPE,
        consent="explicit",
        grant_types=["authorization_code", "refresh_token", "implicit"],
        response_types=["code", "token", "id_token token", "code token", "code id_token"],
    )


@pytest.mark.parametrize("response_type", ["token", "id_token token"])
def test_without_a_code_nobody_is_asked_about_it_and_nobody_gets_it(
    site: RelyingParty, browser: Browser, response_type: str
) -> None:
    browser.open(site.url(response_type=response_type, scope=SCOPE))
    assert "See your profile" in browser.text
    assert QUESTION not in browser.text
    browser.agree("offline_access")
    answer = site.answer(browser)
    assert answer["scope"] == "openid profile"
    assert site.introspect(answer["access_token"]).json["scope"] == "openid profile"


@pytest.mark.parametrize("response_type", ["code", "code token", "code id_token"])
def test_with_a_code_she_is_asked_and_may_say_no(site: RelyingParty, browser: Browser, response_type: str) -> None:
    browser.open(site.url(response_type=response_type, scope=SCOPE))
    assert QUESTION in browser.text
    browser.agree()
    assert site.redeem(site.answer(browser)["code"]).json["scope"] == "openid profile"
    browser.open(site.url(response_type=response_type, scope=SCOPE))
    browser.agree("offline_access")
    tokens = site.redeem(site.answer(browser)["code"]).json
    assert tokens["scope"] == SCOPE
    assert "refresh_token" in tokens


def test_it_is_asked_for_by_prompt_consent_wherever_a_site_never_asks(
    register: Callable[..., RelyingParty], browser: Browser
) -> None:
    silent = register("silent", scope=SCOPE)
    browser.open(silent.url(scope=SCOPE, prompt="consent"))
    assert QUESTION in browser.text
