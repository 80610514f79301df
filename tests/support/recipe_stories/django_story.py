"""The recipe for Django sites, in a process of its own: Django has its settings once in a process.

``tests/flows/test_recipe_django.py`` runs this.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.site import Site
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER
from tests.support.recipe_sites import (
    DJANGO,
    DJANGO_RECIPE,
    FLASK,
    add_django_site,
    add_flask_site,
    anothers_is_refused,
    answer_at,
    forged_are_refused,
    leave_one_site,
    proxy_that_ends_tls,
    set_cookies,
    what_the_site_check_says,
    write_django_project,
)
from tests.support.recipes import troubles_of

TRANSPORT, SECRET, STATE = troubles_of(DJANGO_RECIPE)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, typed as the recipe says."""
    folder = tmp_path_factory.mktemp("desk-project")
    write_django_project(folder)
    return folder


@pytest.fixture
def desk(sso: SingleSignOn, project: Path) -> Site:
    return add_django_site(sso, project)


@pytest.fixture
def browser(sso: SingleSignOn) -> Browser:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp")
    return browser


@pytest.fixture
def signed_in(browser: Browser, desk: Site) -> Browser:
    browser.open(desk.url("/mine?colour=red"))
    return browser


def test_one_sign_in_opens_four_sites_and_one_sign_out_closes_them(
    sso: SingleSignOn, desk: Site, tmp_path: Path
) -> None:
    add_flask_site(sso, tmp_path)
    browser = sso.browser()
    browser.open(f"{FLASK}/mine")
    browser.sign_in("zp")
    browser.see("Hello zp")
    for site in (DJANGO, PROJECT_CENTER, TALENT_CENTER):
        browser.open(f"{site}/mine")
        browser.see("zp")
        assert not any("/o/login/" in hop for hop in browser.hops), "nobody was asked again"
    browser.open(f"{DJANGO}/mine")
    browser.press("Sign out")
    told = {token.client_id: token.status for token in sso.effects.logout_tokens}
    assert told == {"flask-shop": 200, "django-desk": 200, "project-center": 200, "talent-center": 200}
    for site in (FLASK, DJANGO, PROJECT_CENTER, TALENT_CENTER):
        browser.open(f"{site}/mine")
        assert browser.is_sign_in_page, site


def test_who_signs_in_lands_where_she_was_going(signed_in: Browser) -> None:
    assert signed_in.url == f"{DJANGO}/mine?colour=red"
    signed_in.see("Hello zp")


def test_what_is_sent_to_the_portal(sso: SingleSignOn, signed_in: Browser) -> None:
    hops = [hop.url for hop in sso.journal.hops if hop.url.startswith(f"{PORTAL}/o/authorize/")]
    sent = parse_qs(urlsplit(hops[-1]).query)
    assert {"state", "nonce", "code_challenge"} <= set(sent)
    assert sent["code_challenge_method"] == ["S256"]


def test_the_cookies_are_for_this_site_and_for_no_script(sso: SingleSignOn, signed_in: Browser) -> None:
    cookies = [cookie for cookie in set_cookies(sso, DJANGO) if cookie.startswith("__Host-desk=")]
    assert cookies
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_the_session_is_another_one_after_the_sign_in(sso: SingleSignOn, signed_in: Browser) -> None:
    values = [cookie.partition(";")[0] for cookie in set_cookies(sso, DJANGO) if cookie.startswith("__Host-desk=")]
    assert len(set(values)) == 2


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"])
def test_nobody_is_sent_elsewhere(browser: Browser, desk: Site, elsewhere: str) -> None:
    browser.open(desk.url(f"/portal/sign-in?next={elsewhere}"))
    assert browser.url == f"{DJANGO}/"


def test_a_sign_in_lasts_eight_hours(sso: SingleSignOn, signed_in: Browser) -> None:
    sso.clock.advance(hours=7, minutes=59)
    assert signed_in.open(f"{DJANGO}/mine").status_int == 200
    assert signed_in.hops == [f"GET {DJANGO}/mine"]
    sso.clock.advance(minutes=2)
    signed_in.open(f"{DJANGO}/mine")
    assert len(signed_in.hops) > 1


def test_who_left_this_site_alone_can_come_back(sso: SingleSignOn, signed_in: Browser) -> None:
    leave_one_site(signed_in, "django-desk")
    sso.clock.advance(seconds=2)
    signed_in.open(f"{DJANGO}/mine")
    assert f"GET {DJANGO}/portal/callback" in " ".join(signed_in.hops)
    signed_in.open(f"{DJANGO}/mine")
    assert signed_in.hops == [f"GET {DJANGO}/mine"]


def test_forged_logout_tokens(sso: SingleSignOn, signed_in: Browser) -> None:
    forged_are_refused(sso, f"{DJANGO}/portal/backchannel-logout", "django-desk")
    signed_in.open(f"{DJANGO}/mine")
    assert signed_in.hops == [f"GET {DJANGO}/mine"], "she is signed in as before"


def test_the_logout_token_of_another_site(sso: SingleSignOn, signed_in: Browser) -> None:
    anothers_is_refused(sso, signed_in, f"{DJANGO}/portal/backchannel-logout")
    signed_in.open(f"{DJANGO}/mine")
    assert signed_in.hops == [f"GET {DJANGO}/mine"], "she is signed in as before"


def test_the_site_check_sees_only_right_things(sso: SingleSignOn, desk: Site) -> None:
    said = what_the_site_check_says(sso, desk, sign_in="/mine", backchannel_logout="/portal/backchannel-logout")
    assert set(said) == {"clock", "site_clock", "frontchannel_logout"}, said


def test_an_answer_of_somebody_else(sso: SingleSignOn, desk: Site) -> None:
    browser = sso.browser()
    browser.open(desk.url("/mine"))
    state = parse_qs(urlsplit(next(hop for hop in browser.hops if "/o/authorize/" in hop)[4:]).query)["state"][0]
    browser.open(f"{DJANGO}/portal/callback?code=x&state={state}&iss=https://evil.example")
    browser.see("the answer does not come from our portal")


def test_an_account_that_is_closed_here(signed_in: Browser) -> None:
    from django.contrib.auth import get_user_model

    get_user_model().objects.update(is_active=False)
    try:
        signed_in.open(f"{DJANGO}/mine")
    finally:
        get_user_model().objects.update(is_active=True)
    assert signed_in.page.status_int == 403
    signed_in.see("This account is closed here.")


def test_an_id_token_that_is_not_right(sso: SingleSignOn, browser: Browser, desk: Site) -> None:
    with sso.faults.wrong_nonce():
        browser.open(desk.url("/mine"))
    browser.see("You were not signed in: The nonce is that of another sign-in")


def test_a_portal_that_is_away(sso: SingleSignOn, browser: Browser, desk: Site) -> None:
    browser.open(desk.url("/"))
    with sso.faults.token_endpoint_down():
        browser.open(desk.url("/mine"))
    assert browser.page.status_int == 503


def test_trouble_with_plain_http(sso: SingleSignOn, browser: Browser, project: Path) -> None:
    desk = add_django_site(sso, project, proxy_that_ends_tls)
    browser.open(desk.url("/mine"))
    browser.see(TRANSPORT)
    from django.test import override_settings

    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        browser.open(desk.url("/mine"))
    browser.see("Hello zp")


def test_trouble_with_the_secret(sso: SingleSignOn, browser: Browser, desk: Site) -> None:
    browser.open(desk.url("/"))
    from django.conf import settings

    with patch.dict(settings.PORTAL, secret="another"):
        browser.open(desk.url("/mine"))
    browser.see(SECRET)


def test_trouble_with_the_state(sso: SingleSignOn, signed_in: Browser) -> None:
    signed_in.open(answer_at(sso, f"{DJANGO}/portal/callback"))
    assert signed_in.page.status_int == 400
    signed_in.see(STATE)
