"""The recipe for Flask sites, as it stands in docs/recipes."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.site import Site
from sso_testkit.sso import PORTAL
from tests.support.recipe_sites import (
    FLASK,
    FLASK_RECIPE,
    add_flask_site,
    anothers_is_refused,
    answer_at,
    forged_are_refused,
    leave_one_site,
    set_cookies,
    what_the_site_check_says,
)
from tests.support.recipes import troubles_of

STATE, SECRET, ISSUER = troubles_of(FLASK_RECIPE)


@pytest.fixture
def shop(sso: SingleSignOn, tmp_path: Path) -> Site:
    return add_flask_site(sso, tmp_path)


@pytest.fixture
def signed_in(browser: Browser, shop: Site) -> Browser:
    browser.open(shop.url("/mine?colour=red"))
    return browser


def test_who_signs_in_lands_where_she_was_going(signed_in: Browser) -> None:
    assert signed_in.url == f"{FLASK}/mine?colour=red"
    signed_in.see("Hello zp")
    assert signed_in.page.headers["Cache-Control"] == "no-store"


def test_what_is_sent_to_the_portal(sso: SingleSignOn, signed_in: Browser) -> None:
    hops = [hop.url for hop in sso.journal.hops if hop.url.startswith(f"{PORTAL}/o/authorize/")]
    sent = parse_qs(urlsplit(hops[-1]).query)
    assert {"state", "nonce", "code_challenge"} <= set(sent)
    assert sent["code_challenge_method"] == ["S256"]
    assert sent["redirect_uri"] == [f"{FLASK}/callback"]


def test_the_cookie_is_for_this_site_and_for_no_script(sso: SingleSignOn, signed_in: Browser) -> None:
    cookies = set_cookies(sso, FLASK)
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-shop=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_signing_out_here_signs_out_at_the_portal(signed_in: Browser) -> None:
    signed_in.press("Sign out")
    assert signed_in.url.startswith(f"{FLASK}/?state=")
    signed_in.open(f"{FLASK}/mine")
    assert signed_in.is_sign_in_page


def test_a_cookie_that_somebody_has_kept_is_of_no_use_after_a_sign_out(sso: SingleSignOn, signed_in: Browser) -> None:
    kept = {"Cookie": set_cookies(sso, FLASK)[-1].partition(";")[0]}
    http = webtest.TestApp(sso.world)
    assert http.get(f"{FLASK}/mine", headers=kept).status_int == 200
    signed_in.press("Sign out")
    assert http.get(f"{FLASK}/mine", headers=kept).status_int == 302


def test_a_sign_in_lasts_eight_hours(sso: SingleSignOn, signed_in: Browser) -> None:
    sso.clock.advance(hours=7, minutes=59)
    assert signed_in.open(f"{FLASK}/mine").status_int == 200
    assert signed_in.hops == [f"GET {FLASK}/mine"]
    sso.clock.advance(minutes=1)
    signed_in.open(f"{FLASK}/mine")
    assert len(signed_in.hops) > 1


def test_who_left_this_site_alone_can_come_back(sso: SingleSignOn, signed_in: Browser) -> None:
    leave_one_site(signed_in, "flask-shop")
    sso.clock.advance(seconds=2)
    signed_in.open(f"{FLASK}/mine")
    assert f"GET {FLASK}/callback" in " ".join(signed_in.hops)
    assert signed_in.open(f"{FLASK}/mine").status_int == 200
    assert signed_in.hops == [f"GET {FLASK}/mine"]


def test_forged_logout_tokens(sso: SingleSignOn, signed_in: Browser) -> None:
    forged_are_refused(sso, f"{FLASK}/backchannel-logout", "flask-shop")
    signed_in.open(f"{FLASK}/mine")
    assert signed_in.hops == [f"GET {FLASK}/mine"], "she is signed in as before"


def test_the_logout_token_of_another_site(sso: SingleSignOn, signed_in: Browser) -> None:
    anothers_is_refused(sso, signed_in, f"{FLASK}/backchannel-logout")
    signed_in.open(f"{FLASK}/mine")
    assert signed_in.hops == [f"GET {FLASK}/mine"], "she is signed in as before"


def test_the_site_check_sees_only_right_things(sso: SingleSignOn, shop: Site) -> None:
    said = what_the_site_check_says(sso, shop, sign_in="/mine", backchannel_logout="/backchannel-logout")
    assert set(said) == {"clock", "site_clock", "frontchannel_logout"}, said


@pytest.mark.parametrize("given", ["", "&iss=https://evil.example", f"&iss={PORTAL}&iss={PORTAL}"])
def test_an_answer_of_somebody_else(sso: SingleSignOn, shop: Site, given: str) -> None:
    assert ISSUER in webtest.TestApp(sso.world).get(f"{FLASK}/callback?code=x&state=y{given}", status=400).text


def test_a_portal_that_is_away(sso: SingleSignOn, browser: Browser, shop: Site) -> None:
    sso.world.take_down(PORTAL)
    browser.open(shop.url("/mine"))
    assert (browser.page.status_int, browser.page.headers["Retry-After"]) == (503, "5")


def test_an_id_token_that_is_not_right(sso: SingleSignOn, browser: Browser, shop: Site) -> None:
    with sso.faults.wrong_nonce():
        browser.open(shop.url("/mine"))
    assert browser.page.status_int == 400
    browser.see("You were not signed in: invalid_claim: Invalid claim: 'nonce'")


def test_trouble_with_the_state(sso: SingleSignOn, signed_in: Browser) -> None:
    signed_in.open(answer_at(sso, f"{FLASK}/callback"))
    assert signed_in.page.status_int == 400
    signed_in.see(STATE)


def test_trouble_with_the_secret(sso: SingleSignOn, browser: Browser, tmp_path: Path) -> None:
    browser.open(add_flask_site(sso, tmp_path, CLIENT_SECRET="another").url("/mine"))
    assert browser.page.status_int == 400
    browser.see(SECRET)


def test_trouble_with_the_issuer(sso: SingleSignOn, browser: Browser, tmp_path: Path) -> None:
    other = PORTAL.replace("portal", "Portal")
    browser.open(add_flask_site(sso, tmp_path, ISSUER=other).url("/mine"))
    assert browser.page.status_int == 400
    browser.see(ISSUER)
