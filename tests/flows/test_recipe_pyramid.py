"""The recipe for Pyramid sites, as it stands in docs/recipes."""

from __future__ import annotations

import configparser

import pytest

from sso_client import SettingsProblem, read_settings
from sso_testkit import Browser, SingleSignOn
from sso_testkit.site import KIT_PATHS, Site
from sso_testkit.sso import PORTAL
from tests.support.recipe_sites import PYRAMID, PYRAMID_RECIPE
from tests.support.recipes import files_of, module_of, troubles_of

SETTING, ADDRESS, SECRET = troubles_of(PYRAMID_RECIPE)


def add_shop(sso: SingleSignOn, callback: str = "/sso/callback", **settings: str) -> Site:
    make = module_of(PYRAMID_RECIPE, "shop.py").make_app
    client = {"client_id": "shop", "redirect_uris": [callback], **KIT_PATHS}
    return sso.add_site(
        PYRAMID, lambda told: make(told, sso.world.http, sso.clock_of("shop")), client=client, settings=settings
    )


@pytest.fixture
def signed_in(sso: SingleSignOn, browser: Browser) -> Browser:
    browser.open(add_shop(sso).url("/mine"))
    return browser


def test_signing_in_and_a_form(signed_in: Browser) -> None:
    assert signed_in.url == f"{PYRAMID}/mine"
    signed_in.fill("Wish", "a bicycle")
    signed_in.press("Wish")
    signed_in.see("zp wishes for a bicycle")
    signed_in.open(f"{PYRAMID}/").mustcontain("Welcome back, zp")


def test_a_form_that_another_page_sends(sso: SingleSignOn, signed_in: Browser) -> None:
    form = signed_in.page.forms[0]
    form["csrf_token"] = "another"
    signed_in.submit(form)
    assert signed_in.page.status_int == 403


def test_a_page_that_wants_a_fresh_sign_in(sso: SingleSignOn, signed_in: Browser) -> None:
    signed_in.open(f"{PYRAMID}/pay")
    signed_in.see("within the last five minutes")
    sso.clock.advance(minutes=6)
    signed_in.open(f"{PYRAMID}/pay")
    assert signed_in.is_sign_in_page


def test_signing_out_at_the_site_and_everywhere(sso: SingleSignOn, signed_in: Browser) -> None:
    signed_in.press("Sign out")
    assert {token.client_id: token.status for token in sso.effects.logout_tokens} == {"shop": 200}
    signed_in.open(f"{PYRAMID}/mine")
    assert signed_in.is_sign_in_page


def written() -> dict[str, str]:
    """The settings of the ini file."""
    parser = configparser.RawConfigParser()
    parser.read_string(files_of(PYRAMID_RECIPE)["production.ini"])
    return dict(parser["app:main"])


def test_the_settings_are_right() -> None:
    settings = read_settings(written())
    assert (settings.client_id, settings.site_url) == ("shop", "https://shop.example.com")


def test_trouble_with_a_setting() -> None:
    told = {name: value for name, value in written().items() if name != "sso.client_secret"}
    with pytest.raises(SettingsProblem) as problem:
        module_of(PYRAMID_RECIPE, "shop.py").main({}, **told)
    assert f"{problem.type.__module__}.{problem.type.__name__}: {problem.value}" == SETTING


def test_trouble_with_the_address(sso: SingleSignOn, browser: Browser) -> None:
    browser.open(add_shop(sso, callback="/callback").url("/mine"))
    assert browser.url.startswith(f"{PORTAL}/o/authorize/")
    browser.see(ADDRESS)
    assert sso.effects.refusals.last.check == "redirect_uri_unregistered"


def test_trouble_with_the_secret(sso: SingleSignOn, browser: Browser) -> None:
    browser.open(add_shop(sso, **{"sso.client_secret": "another"}).url("/mine"))
    browser.see("For the people who run this site")
    browser.see(SECRET)
