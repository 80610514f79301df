"""Sites and portal agree on who is signed in: after a site's restart, in an outage, and while people are busy."""

from __future__ import annotations

from demo_sites.talent_center.app import make_app as make_talent_center
from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER


def enter_both(sso: SingleSignOn) -> Browser:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    browser.open(f"{TALENT_CENTER}/mine")
    return browser


def sign_out_at_portal(browser: Browser) -> None:
    tab = browser.new_tab()
    tab.open(f"{PORTAL}/o/logout/")
    tab.submit(tab.page.forms[0], "decision", "sign_out")


def restart_talent_center(sso: SingleSignOn) -> None:
    sso.add_site(TALENT_CENTER, make_talent_center, client={"client_id": "talent-center"})


def shows_mine(browser: Browser, site: str) -> bool:
    """Whether a site shows the person's own page without a visit to the portal."""
    tab = browser.new_tab()
    tab.open(f"{site}/mine")
    return tab.url == f"{site}/mine" and not any(PORTAL in hop for hop in tab.hops)


def test_a_site_that_was_down_asks_what_it_has_missed(sso: SingleSignOn) -> None:
    browser = enter_both(sso)
    stranger = enter_both(sso)
    sso.world.take_down(TALENT_CENTER)
    sign_out_at_portal(browser)
    sso.edit_client("talent-center", backchannel_logout_uri="")  # it has to find out by itself
    sso.clock.advance(hours=1)
    restart_talent_center(sso)
    sso.world.bring_up(TALENT_CENTER)
    assert not shows_mine(browser, TALENT_CENTER)
    assert shows_mine(stranger, TALENT_CENTER)


def test_a_site_goes_on_without_the_portal_and_catches_up(sso: SingleSignOn) -> None:
    browser = enter_both(sso)
    sso.world.take_down(TALENT_CENTER)
    sign_out_at_portal(browser)
    sso.edit_client("talent-center", backchannel_logout_uri="")
    sso.world.take_down(PORTAL)
    restart_talent_center(sso)
    assert shows_mine(browser, TALENT_CENTER), "a site must not fall with the portal"
    sso.world.bring_up(PORTAL)
    sso.clock.advance(seconds=5)
    assert not shows_mine(browser, TALENT_CENTER)


def test_who_is_busy_at_one_site_stays_signed_in_everywhere(sso: SingleSignOn) -> None:
    browser, idle = enter_both(sso), enter_both(sso)
    for _ in range(5 * 6):
        sso.clock.advance(minutes=10)
        assert shows_mine(browser, PROJECT_CENTER)
    sso.portal.end_expired_sessions()
    assert "Sign out" in browser.new_tab().open(f"{PORTAL}/").text
    assert shows_mine(browser, TALENT_CENTER)
    assert not shows_mine(idle, TALENT_CENTER), "two hours without use end the portal's session"


def test_without_reports_use_of_a_site_is_unknown_to_the_portal(sso: SingleSignOn) -> None:
    browser = enter_both(sso)
    sso.clock.advance(hours=3)
    assert "Sign out" not in browser.new_tab().open(f"{PORTAL}/").text
