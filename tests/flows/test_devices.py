"""Where a person is signed in, told in sentences; and how she signs out there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4.element import Tag

from sso_testkit import Browser, SingleSignOn
from sso_testkit.browser import Tab
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

DEVICES = f"{PORTAL}/account/devices"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)
PLACES = {
    "sso.places.networks": "10.1.0.0/16=Beijing office; 10.2.0.0/16=Shanghai office",
    "sso.brand.time_zone": "UTC",
}

Enter = Callable[..., Browser]


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    return make_sso(PLACES)


@pytest.fixture
def enter(sso: SingleSignOn) -> Enter:
    """Signs zp in in a browser of her own."""

    def sign_in(user_agent: str, address: str = "10.1.2.3", *, remember_me: bool = False, who: str = "zp") -> Browser:
        browser = sso.browser()
        browser.user_agent, browser.address = user_agent, address
        browser.open(f"{PORTAL}/o/login/")
        browser.sign_in(who, {"zp": "penadmin", "lin": "lin-demo-password"}[who], remember_me=remember_me)
        return browser

    return sign_in


@pytest.fixture
def laptop(enter: Enter) -> Browser:
    return enter(FIREFOX)


@pytest.fixture
def phone(enter: Enter) -> Browser:
    return enter(CHROME, "10.2.0.9", remember_me=True)


def sentence(element: Tag) -> str:
    return " ".join(element.get_text().split())


def cards(tab: Tab) -> dict[str, Tag]:
    """Each device by its name."""
    tab.open(DEVICES)
    return {sentence(card.h2): card for card in tab.page.html.select(".devices > li")}


def press(tab: Tab, **fields: str) -> Any:
    """Press the button of the form with these hidden fields."""
    for form in tab.page.forms.values():
        if all(name in form.fields and form[name].value == value for name, value in fields.items()):
            return tab.submit(form)
    raise AssertionError(f"there is no form with {fields}")


def sid_of(tab: Tab, device: str) -> str:
    return str(cards(tab)[device].select_one("input[name=sid]")["value"])


def is_signed_in(browser: Browser) -> bool:
    return "Hello, 张鹏" in browser.new_tab().open(f"{PORTAL}/").text


def note(tab: Tab) -> str:
    return sentence(tab.page.html.select_one("[role=status]"))


def test_who_is_signed_out_signs_in_first_and_comes_back(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(DEVICES)
    assert browser.url == f"{PORTAL}/o/login/?next=/account/devices"
    browser.sign_in("zp", "penadmin")
    assert browser.url == DEVICES
    answer = sso.browser().request("POST", DEVICES, [("end", "others")])
    assert answer.headers["Location"] == f"{PORTAL}/o/login/?next=/account/devices"


def test_a_device_reads_like_a_sentence(sso: SingleSignOn, laptop: Browser, phone: Browser) -> None:
    told = cards(laptop)
    assert list(told) == ["Firefox on Windows", "Chrome on Android"], "this device comes first"
    lines = [sentence(line) for line in told["Firefox on Windows"].select("p")]
    assert lines[0] == "Beijing office 10.1.2.3 · this device · active now"
    assert lines[1] == "Signed in just now · not remembered · until today, 20:00 at the latest"
    lines = [sentence(line) for line in told["Chrome on Android"].select("p")]
    assert lines[0] == "Shanghai office 10.2.0.9 · active now"
    assert lines[1] == "Signed in just now · remembered · until 14 Feb 2027 08:00 at the latest"
    began = told["Chrome on Android"].select("time")[0]
    assert (began["datetime"], began["title"]) == ("2027-01-15T08:00:00+00:00", "15 Jan 2027 08:00:00")


def test_times_pass(sso: SingleSignOn, laptop: Browser, phone: Browser) -> None:
    def used(tab: Tab) -> str:
        return sentence(cards(tab)["Firefox on Windows"].select_one("p")).rpartition(" · ")[2]

    for minutes, words in ((1, "active now"), (4, "last used 5 minutes ago"), (60, "last used today, 08:00")):
        sso.clock.advance(minutes=minutes)
        assert used(phone) == words
    sso.clock.advance(minutes=55)
    assert list(cards(phone)) == ["Chrome on Android"], "the other one was not used for two hours"
    assert "last used" not in phone.text
    sso.clock.advance(days=1)
    over = sentence(phone.open(DEVICES).html.select_one(".ended li"))
    assert over == (
        "Firefox on Windows · Beijing office 10.1.2.3 · yesterday, 10:00 · it was not used for a while, or its time "
        "was over"
    )


def test_it_reads_as_well_in_chinese(sso: SingleSignOn, laptop: Browser, phone: Browser) -> None:
    sso.clock.advance(minutes=5)
    phone.language = "zh-CN"
    told = cards(phone)
    assert list(told) == ["Android 上的 Chrome", "Windows 上的 Firefox"]
    assert sentence(told["Windows 上的 Firefox"].select_one("p")) == "Beijing office 10.1.2.3 · 上次使用：5 分钟前"
    assert "这台设备 · 正在使用" in sentence(told["Android 上的 Chrome"])


def test_sites_stand_under_the_device_they_were_opened_on(
    sso: SingleSignOn, laptop: Browser, phone: Browser, register: Callable[..., RelyingParty]
) -> None:
    shop, blog = register("shop"), register("blog")
    shop.redeem(shop.code(laptop))
    sso.clock.advance(minutes=7)
    blog.redeem(blog.code(laptop))
    shop.redeem(shop.code(phone))
    told = cards(laptop)
    assert [sentence(part) for part in told["Firefox on Windows"].select(".told strong, .told .quiet")] == [
        "Site blog",
        "active now",
        "Site shop",
        "last used 7 minutes ago",
    ]
    assert [sentence(site) for site in told["Chrome on Android"].select(".told strong")] == ["Site shop"]


def test_signing_out_on_another_device(
    laptop: Browser, phone: Browser, rp: RelyingParty, register: Callable[..., RelyingParty]
) -> None:
    tokens = rp.redeem(rp.code(phone)).json
    cards(laptop)
    press(laptop, end="device", sid=sid_of(laptop, "Chrome on Android"))
    assert laptop.url.startswith(f"{DEVICES}?done=")
    assert note(laptop) == "Signed out on Chrome on Android. See each site"
    assert not is_signed_in(phone)
    assert is_signed_in(laptop)
    assert rp.userinfo(tokens["access_token"]).status_int == 401
    assert sentence(laptop.page.html.select_one(".ended li")) == (
        "Chrome on Android · Shanghai office 10.2.0.9 · just now · you signed out from another device"
    )
    laptop.click("See each site")
    assert "You are signed out there." in laptop.text
    assert "Site rp" in laptop.text
    laptop.click("Back to your devices")
    assert laptop.url == DEVICES


def test_the_note_tells_how_sites_took_it(
    laptop: Browser, phone: Browser, register: Callable[..., RelyingParty]
) -> None:
    # The first one's site answers whatever it is asked; the second one's is not there.
    for site, host in (("shop", "shop"), ("deaf", "nowhere")):
        client = register(site, backchannel_logout_uri=f"https://{host}.example.test/bye")
        client.redeem(client.code(phone))
    press(laptop, end="device", sid=sid_of(laptop, "Chrome on Android"))
    assert note(laptop) == "Signed out on Chrome on Android. 1 of 2 sites have confirmed it. See each site"
    laptop.click("See each site")
    assert [sentence(state) for state in laptop.page.html.select(".told .state")] == [
        "Will be signed out as soon as it answers",
        "Signed out",
    ]


def test_signing_out_of_one_site_on_one_device(
    laptop: Browser, phone: Browser, rp: RelyingParty, register: Callable[..., RelyingParty]
) -> None:
    shop = register("shop")
    elsewhere = shop.redeem(shop.code(laptop)).json["access_token"]
    ended = shop.redeem(shop.code(phone)).json["access_token"]
    other = rp.redeem(rp.code(phone)).json["access_token"]
    sid = sid_of(laptop, "Chrome on Android")
    press(laptop, end="site", sid=sid, client_id="shop")
    assert note(laptop).startswith("Signed out of Site shop on Chrome on Android.")
    told = cards(laptop)["Chrome on Android"]
    assert [sentence(site) for site in told.select(".told strong")] == ["Site rp"]
    assert is_signed_in(phone)
    assert [shop.userinfo(ended).status_int, shop.userinfo(elsewhere).status_int] == [401, 200]
    assert rp.userinfo(other).status_int == 200


def test_signing_out_on_all_other_devices_asks_once(
    sso: SingleSignOn, laptop: Browser, phone: Browser, enter: Enter
) -> None:
    tablet, hers = enter(SAFARI), enter(FIREFOX, who="lin")
    laptop.open(DEVICES)
    laptop.click("Sign out on all other devices")
    assert laptop.page.html.h1.text == "Sign out on all other devices?"
    assert {sentence(line.strong) for line in laptop.page.html.select(".ended li")} == {
        "Chrome on Android",
        "Safari on iPhone",
    }
    assert is_signed_in(tablet)
    press(laptop, end="others")
    assert note(laptop) == "Signed out on 2 other devices."
    assert list(cards(laptop)) == ["Firefox on Windows"]
    assert [is_signed_in(browser) for browser in (laptop, phone, tablet)] == [True, False, False]
    assert "Hello, 林晓" in hers.open(f"{PORTAL}/").text
    assert "Sign out on all other devices" not in laptop.open(DEVICES).text
    laptop.open(f"{DEVICES}?end=others")
    assert laptop.url == DEVICES


def test_more_devices_than_receipts_in_an_address(laptop: Browser, enter: Enter) -> None:
    for _ in range(7):
        enter(CHROME)
    laptop.open(f"{DEVICES}?end=others")
    press(laptop, end="others")
    assert note(laptop) == "Signed out on 7 other devices."
    assert len(laptop.page.html.select(".ended li")) == 7


def test_signing_out_here_is_signing_out(laptop: Browser, phone: Browser, rp: RelyingParty) -> None:
    rp.redeem(rp.code(laptop))
    sid = sid_of(laptop, "Firefox on Windows")
    press(laptop, end="device", sid=sid)
    assert laptop.url.startswith(f"{PORTAL}/o/logout/?receipt=")
    assert "You are signed out." in laptop.text
    assert not any(cookie.name == "__Host-sso_session" for cookie in laptop.jar)
    assert list(cards(phone)) == ["Chrome on Android"]
    assert "you signed out" in sentence(phone.page.html.select_one(".ended"))


def test_what_is_over_already_changes_nothing(laptop: Browser, phone: Browser) -> None:
    sid, tab = sid_of(laptop, "Chrome on Android"), laptop.new_tab()
    tab.open(DEVICES)
    press(laptop, end="device", sid=sid)
    press(tab, end="device", sid=sid)
    assert note(tab) == "That was signed out already; nothing has changed."
    assert is_signed_in(laptop)


@pytest.mark.parametrize("question", [False, True])
def test_a_stale_page_asks_for_one_more_press(laptop: Browser, phone: Browser, question: bool) -> None:
    laptop.open(f"{DEVICES}?end=others" if question else DEVICES)
    sid = "" if question else str(laptop.page.html.select(".devices > li")[1].select_one("input[name=sid]")["value"])
    fields = {"end": "others"} if question else {"end": "device", "sid": sid}
    laptop.forget("__Host-sso_csrf")
    press(laptop, **fields)
    assert "Nothing is lost; press the button once more." in laptop.text
    assert is_signed_in(phone)
    press(laptop, **fields)
    assert not is_signed_in(phone)


def test_the_reason_of_an_administrator_is_told(sso: SingleSignOn, laptop: Browser, phone: Browser) -> None:
    sid = sid_of(laptop, "Chrome on Android")
    with sso.portal.transaction() as unit:
        unit.sign_outs.end(sid, "ended_by_administrator")
    laptop.open(DEVICES)
    assert sentence(laptop.page.html.select_one(".ended li")).endswith("an administrator ended it")
    sso.clock.advance(days=31)
    laptop.open(PORTAL)
    browser = sso.browser()
    browser.open(DEVICES)
    browser.sign_in("zp", "penadmin")
    assert "an administrator ended it" not in browser.text


def test_the_page_costs_the_same_for_one_device_and_for_many(
    sso: SingleSignOn, laptop: Browser, enter: Enter, register: Callable[..., RelyingParty]
) -> None:
    def cost() -> int:
        with sso.counting() as counted:
            laptop.open(DEVICES)
        return len([statement for statement in counted.statements if "FROM versions" not in statement])

    laptop.open(DEVICES)
    one = cost()
    shop, blog = register("shop"), register("blog")
    for browser in [laptop, *(enter(CHROME) for _ in range(6))]:
        shop.redeem(shop.code(browser))
        blog.redeem(blog.code(browser))
    # Clients are read again after a change.
    laptop.open(DEVICES)
    assert len(laptop.page.html.select(".devices > li")) == 7
    assert cost() == one <= 6


def test_very_many_devices_are_told_by_their_number(sso: SingleSignOn, laptop: Browser) -> None:
    with sso.portal.transaction() as unit:
        user = unit.users.by_username("zp")
        for _ in range(60):
            unit.sessions.begin(user, remember_me=False, address="", user_agent="", old_cookie=None)
    laptop.open(DEVICES)
    assert len(laptop.page.html.select(".devices > li")) == 50
    assert sentence(laptop.page.html.select_one(".devices > li h2")) == "Firefox on Windows"
    assert "11 more are not shown here." in laptop.text
    assert "unknown address" in laptop.text


def test_the_menu_leads_there(laptop: Browser) -> None:
    laptop.open(f"{PORTAL}/")
    laptop.click("Devices")
    assert laptop.url == DEVICES
    assert laptop.page.html.select_one("details.menu a[href='/account/devices']")
