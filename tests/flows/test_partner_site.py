"""A site of another company: she chooses what it may see, it works with what it has, and she takes it back."""

from __future__ import annotations

import json
import re
from functools import partial
from urllib.parse import urlsplit

import pytest

from demo_sites.partner_site.nightly import report
from sso_client import Kit, read_settings
from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL
from tests.support.platform import OPEN_API, PARTNER_SITE, Platform, add_platform

CONNECT = f"{PARTNER_SITE}/connect"
MINE = f"{PARTNER_SITE}/mine"
SECRETS = ("code", "state", "nonce", "code_challenge", "code_verifier", "access_token", "refresh_token", "id_token")
ALL = ("email", "learning.read", "videos.read")


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


@pytest.fixture
def zp(platform: Platform) -> Browser:
    """A browser in which zp stands at the consent page."""
    browser = platform.sso.browser()
    browser.open(f"{PARTNER_SITE}/")
    browser.click("Sign in with One Pass")
    browser.click("Go to One Pass")
    browser.sign_in("zp", "penadmin")
    return browser


def states(browser: Browser) -> list[str]:
    """Which of the four steps are done, now or later."""
    return [str(step["class"][0]) for step in browser.page.html.select(".steps > li")]


def shelf(browser: Browser, name: str) -> str:
    """What a shelf on the page of certificates says."""
    return " ".join(browser.page.html.find("section", {"aria-labelledby": name}).get_text(" ").split())


def asked(platform: Platform) -> list[str]:
    """What has been asked of open_api."""
    return [urlsplit(hop.url).path for hop in platform.sso.journal.hops if hop.url.startswith(OPEN_API)]


def last_token(platform: Platform) -> str:
    """The key that the site has sent to open_api last."""
    hop = [hop for hop in platform.sso.journal.hops if hop.url.startswith(f"{OPEN_API}/videos")][-1]
    return hop.request_headers["Authorization"].removeprefix("Bearer ")


def read_tokens(body: bytes) -> list[str]:
    """Every token in an answer of the token endpoint."""
    try:
        told = json.loads(body)
    except ValueError:
        return []
    return [told[name] for name in SECRETS if name in told] if isinstance(told, dict) else []


def remove_access(browser: Browser) -> None:
    tab = browser.new_tab()
    tab.open(f"{PORTAL}/account/sites?remove=partner-site")
    tab.press("Remove access")


def test_the_four_steps_as_they_happen(platform: Platform) -> None:
    browser = platform.sso.browser()
    browser.open(f"{PARTNER_SITE}/")
    browser.click("Sign in with One Pass")
    assert states(browser) == ["next", "waiting", "waiting", "waiting"]
    browser.see("the lessons you have finished, the videos you have watched")
    browser.click("Go to One Pass")
    browser.sign_in("zp", "penadmin")
    browser.see("Northlight Academy would like to")
    browser.agree(*ALL)
    assert browser.url == CONNECT
    assert states(browser) == ["done", "done", "done", "next"]
    browser.see_not("You kept to yourself")
    assert asked(platform) == [], "the API was asked too early"
    browser.click("Ask the open API")
    assert states(browser) == ["done"] * 4
    told = browser.page.html.select(".steps > li")[3].get_text(" ")
    assert f"{OPEN_API}/lessons" in told and f"{OPEN_API}/videos" in told and "200" in told
    browser.click("My certificates")
    assert "Spotting phishing mail" in shelf(browser, "lessons") and "Single sign-on in five minutes" in shelf(
        browser, "videos"
    )
    browser.see("zp")
    browser.see("When a certificate is complete we write to zp@")


def test_no_secret_of_the_four_steps_stands_on_a_page(platform: Platform, zp: Browser) -> None:
    zp.agree(*ALL)
    zp.click("Ask the open API")
    page, secrets = zp.text, set()
    for hop in platform.sso.journal.hops:
        secrets |= {value for name, value in hop.form if name in SECRETS}
        secrets |= {hop.request_headers.get("Authorization", "").partition(" ")[2]}
    secrets |= {value for hop in platform.sso.journal.hops for value in read_tokens(hop.body)}
    assert len(secrets - {""}) > 6
    assert [secret for secret in secrets - {""} if secret in page] == []


def test_two_of_three_are_enough(platform: Platform, zp: Browser) -> None:
    zp.agree("email", "learning.read")
    zp.see("You kept to yourself:")
    zp.see("the videos you have watched")
    zp.click("Ask the open API")
    zp.see("You have not shared your videos.")
    zp.click("My certificates")
    assert "Spotting phishing mail" in shelf(zp, "lessons")
    assert shelf(zp, "videos").startswith("Videos you have watched You have not shared your videos. That is fine")
    assert asked(platform) == ["/lessons", "/lessons"]


def test_what_was_declined_can_be_allowed_later(zp: Browser) -> None:
    zp.agree("email", "learning.read")
    zp.click("Change what I share")
    zp.see("Northlight Academy would like to")
    zp.agree(*ALL)
    assert zp.url == CONNECT
    zp.see_not("You kept to yourself")
    zp.open(MINE)
    assert "Single sign-on in five minutes" in shelf(zp, "videos")


def test_who_ticks_nothing_is_in_all_the_same(platform: Platform, zp: Browser) -> None:
    zp.agree()
    zp.click("Ask the open API")
    assert states(zp) == ["done"] * 4
    zp.click("My certificates")
    zp.see("Signed in as")
    zp.see("zp")
    zp.see("You have not shared your e-mail address")
    zp.see("We cannot count your lessons")
    for name in ("lessons", "videos"):
        assert "You have not shared your" in shelf(zp, name)
    assert asked(platform) == []


def test_who_declines_can_still_look_around(zp: Browser) -> None:
    zp.refuse()
    assert zp.url == f"{PARTNER_SITE}/?sign_in=declined"
    zp.see("You chose not to share. You can still look around.")
    zp.see("Our certificates")
    zp.click("Sign in with One Pass")
    assert states(zp)[0] == "next"


def test_who_declines_to_share_more_keeps_what_she_has(zp: Browser) -> None:
    zp.agree("learning.read")
    zp.click("Change what I share")
    zp.refuse()
    zp.open(MINE)
    assert "Spotting phishing mail" in shelf(zp, "lessons")


def test_what_she_takes_back_stops_at_once(platform: Platform, zp: Browser) -> None:
    zp.agree(*ALL)
    zp.open(MINE)
    token = last_token(platform)
    assert platform.call(f"{OPEN_API}/lessons", token=token).status_int == 200
    remove_access(zp)
    assert platform.call(f"{OPEN_API}/lessons", token=token).status_int == 401
    zp.open(MINE)
    assert zp.page.status_int == 403
    zp.see("We are no longer connected")
    zp.see("You removed our access at One Pass")
    zp.see_not("Spotting phishing mail")
    platform.sso.clock.advance(seconds=2)  # nobody is as fast as the notice of the portal
    zp.click("Connect again")
    assert states(zp) == ["next", "waiting", "waiting", "waiting"]
    zp.click("Go to One Pass")
    zp.agree(*ALL)
    zp.open(MINE)
    assert "Spotting phishing mail" in shelf(zp, "lessons")


def test_a_site_that_was_not_told_notices_at_the_next_call(platform: Platform, zp: Browser) -> None:
    zp.agree(*ALL)
    zp.open(MINE)
    with platform.sso.faults.logout_endpoint_down("partner-site"):
        remove_access(zp)
        zp.open(f"{CONNECT}/call")
    assert zp.page.status_int == 403
    zp.see("We are no longer connected")
    assert zp.page.html.select("header details") == [], "the corner still names her"
    zp.open(MINE)
    zp.see("We are no longer connected")


def test_signing_out_here_is_no_broken_connection(zp: Browser) -> None:
    zp.agree(*ALL)
    zp.open(MINE)
    zp.press("Sign out")
    zp.open(MINE)
    assert zp.url.startswith(f"{PORTAL}/o/login/")


def test_an_expired_key_is_renewed_unseen(platform: Platform, zp: Browser) -> None:
    zp.agree(*ALL)
    zp.open(MINE)
    before = last_token(platform)
    platform.sso.clock.advance(minutes=75)
    zp.reload()
    assert "Spotting phishing mail" in shelf(zp, "lessons")
    assert last_token(platform) != before


def test_the_portal_is_down_before_the_first_step(platform: Platform) -> None:
    browser = platform.sso.browser()
    platform.sso.world.take_down(PORTAL)
    browser.open(CONNECT)
    browser.click("Go to One Pass")
    assert browser.page.status_int == 503
    browser.open(f"{PARTNER_SITE}/")
    browser.see("Our certificates")


def test_the_portal_is_down_when_the_key_has_run_out(platform: Platform, zp: Browser) -> None:
    zp.agree(*ALL)
    zp.open(MINE)
    platform.sso.clock.advance(minutes=75)
    platform.sso.world.take_down(PORTAL)
    zp.reload()
    assert zp.page.status_int == 200
    assert "does not answer at the moment" in shelf(zp, "lessons")
    platform.sso.world.bring_up(PORTAL)
    zp.click("Try again")
    assert "Spotting phishing mail" in shelf(zp, "lessons")


def test_the_api_is_down(platform: Platform, zp: Browser) -> None:
    zp.agree(*ALL)
    platform.sso.world.take_down(OPEN_API)
    zp.click("Ask the open API")
    assert states(zp) == ["done"] * 4
    zp.see("Your company’s open API does not answer at the moment. Nothing is lost.")
    platform.sso.world.bring_up(OPEN_API)
    zp.click("Try again")
    zp.see_not("does not answer")


def test_who_has_learnt_nothing_yet_is_told_so(platform: Platform) -> None:
    platform.sso.add_person("newcomer")
    browser = platform.sso.browser(language="zh-CN")
    browser.open(CONNECT)
    browser.click("前往一号通")
    browser.sign_in("newcomer")
    browser.agree(*ALL)
    browser.open(MINE)
    browser.see("还没有课程。")
    browser.see("还没有视频。")
    browser.see("已完成 0 / 3 门课程")


def test_the_nightly_job_gets_numbers_and_no_names(platform: Platform) -> None:
    site = platform.sso.sites["partner-site"]
    told = {**site.settings, "sso.store": ":memory:"}
    text = report(told, http=partial(platform.sso.world.http, "partner.example.test"), clock=platform.sso.clock)
    assert "people have finished something." in text
    assert re.search(r"^ +\d+ +\d+  First aid$", text, re.MULTILINE)
    assert not re.search(r"\b(zp|lin|chen|wang)\b", text)


def test_the_nightly_key_opens_nothing_of_a_person(platform: Platform) -> None:
    site = platform.sso.sites["partner-site"]
    kit = Kit(read_settings({**site.settings, "sso.store": ":memory:"}), http=platform.sso.world.http)
    with kit.own_api("learning.statistics") as api:
        assert api.get(f"{OPEN_API}/statistics").status_code == 200
        assert api.get(f"{OPEN_API}/lessons").status_code == 403
    with kit.own_api("learning.read") as api:
        assert api.get(f"{OPEN_API}/lessons").status_code == 403
    kit.close()
