"""What each site may know and do, told in sentences; and how a person takes it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4.element import Tag

from sso_testkit import Browser, SingleSignOn
from sso_testkit.browser import Tab
from sso_testkit.clients import Device
from sso_testkit.clients.names import DEVICE_PAGE
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

SITES = f"{PORTAL}/account/sites"
Register = Callable[..., RelyingParty]


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    return make_sso({"sso.brand.time_zone": "UTC"})


def sentence(element: Tag) -> str:
    return " ".join(element.get_text().split())


def cards(tab: Tab) -> dict[str, Tag]:
    """Each site by its name."""
    tab.open(SITES)
    return {sentence(card.h3): card for card in tab.page.html.select(".devices > li")}


def line(card: Tag) -> str:
    """When it was let in, and so on."""
    return sentence(card.select(".device ~ p")[0])


def may(card: Tag) -> list[str]:
    return [sentence(item) for item in card.select(".may:not(.quiet) li")]


def let_in(site: RelyingParty, tab: Tab, *ticked: str, **changes: str | None) -> dict[str, Any]:
    """She agrees; answers the tokens."""
    tab.open(site.url(**changes))
    tab.agree(*ticked)
    return dict(site.redeem(site.answer(tab)["code"]).json)


def remove(tab: Tab, client_id: str) -> None:
    tab.open(f"{SITES}?remove={client_id}")
    tab.press("Remove access")


def csrf_of(browser: Browser) -> str:
    """The token of her forms, from a page that has one."""
    return str(browser.new_tab().open(f"{PORTAL}/o/logout/").html.select_one("input[name=csrf_token]")["value"])


def note(tab: Tab) -> str:
    return sentence(tab.page.html.select_one("[role=status]"))


def test_who_is_signed_out_signs_in_first_and_comes_back(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(SITES)
    assert browser.url == f"{PORTAL}/o/login/?next=/account/sites"
    browser.sign_in("zp", "penadmin")
    assert browser.url == SITES
    assert "No site knows you yet." in browser.text
    browser.open(f"{PORTAL}/")
    browser.click("Sites")
    assert browser.url == SITES
    answer = sso.browser().request("POST", SITES, [("remove", "shop")])
    assert answer.headers["Location"] == f"{PORTAL}/o/login/?next=/account/sites"


def test_a_card_reads_like_sentences(sso: SingleSignOn, browser: Browser, register: Register) -> None:
    shop = register("shop", consent="once", first_party=False)
    let_in(shop, browser)
    sso.clock.advance(minutes=65)
    card = cards(browser)["Site shop"]
    assert sentence(card.select_one(".device p")) == "shop.example.test · a site of another company"
    assert line(card) == (
        "Let in today, 08:00 · last used today, 08:00 · until you remove it · works only while you are signed in"
    )
    assert may(card) == [
        "Know that it is you when you come back",
        "See your profile, such as name, picture and birthday",
    ]
    assert [sentence(item) for item in card.select(".may.quiet li")] == ["See your e-mail address"]
    assert "You said no to the following; the site can ask you again:" in sentence(card)
    browser.language = "zh-CN"
    card = cards(browser)["Site shop"]
    assert line(card) == "授权时间：今天 08:00 · 上次使用：今天 08:00 · 直到你取消 · 只在你登录期间可用"
    assert sentence(card.select_one("a.button")) == "取消授权"


def test_what_works_while_she_is_away_is_told(browser: Browser, register: Register) -> None:
    scope = "openid profile email offline_access"
    grants = ["authorization_code", "refresh_token"]
    shop = register("shop", consent="once", scope=scope, grant_types=grants)
    let_in(shop, browser, "offline_access", scope=scope, prompt="consent")
    card = cards(browser)["Site shop"]
    assert line(card).endswith("also works while you are signed out")
    assert "Keep its access while you are signed out" in may(card)


def test_a_site_of_the_company_cannot_be_removed(browser: Browser, rp: RelyingParty) -> None:
    tokens = rp.redeem(rp.code(browser)).json
    card = cards(browser)["Site rp"]
    assert card.select_one("a.button") is None
    assert line(card) == "Used since just now · active now"
    assert "The company has connected them for everybody" in browser.text
    browser.open(f"{SITES}?remove=rp")
    assert browser.url == SITES
    csrf = csrf_of(browser)
    browser.request("POST", SITES, [("remove", "rp"), ("csrf_token", csrf)])
    assert rp.userinfo(tokens["access_token"]).status_int == 200


def test_removing_asks_once_and_says_what_will_happen(sso: SingleSignOn, browser: Browser, register: Register) -> None:
    shop = register("shop", consent="once")
    tokens = let_in(shop, browser, "email")
    cards(browser)
    browser.click("Remove access")
    assert browser.url == f"{SITES}?remove=shop"
    assert browser.page.html.h1.text == "Remove the access of Site shop?"
    for words in (
        "It loses its access at once. A service that checks its tokens by itself may notice up to 5 min later.",
        "You are signed out there on every device.",
        "What it has saved stays with it; ask there if you want it deleted.",
        "If you sign in there again, it asks you again.",
    ):
        assert words in browser.words
    assert shop.userinfo(tokens["access_token"]).status_int == 200, "a question changes nothing"
    browser.click("Keep it")
    assert "Site shop" in cards(browser)
    remove(browser, "shop")
    assert note(browser).startswith("Site shop has no access any more. If you want it back, sign in there and agree.")
    assert cards(browser) == {}
    assert shop.userinfo(tokens["access_token"]).status_int == 401
    assert shop.introspect(tokens["access_token"]).json == {"active": False}
    refused = shop.refresh(tokens["refresh_token"])
    assert refused.json["error"] == "invalid_grant"
    assert refused.json["error_description"] == "The refresh token was revoked: access removed."
    browser.open(shop.url(prompt="none"))
    assert shop.answer(browser)["error"] == "consent_required"
    browser.open(shop.url())
    assert "Site shop would like to" in browser.text, "she is asked anew"
    browser.agree()
    assert shop.redeem(shop.answer(browser)["code"]).status_int == 200


def test_a_jwt_is_inactive_at_once_too(browser: Browser, register: Register) -> None:
    shop = register("shop", consent="once", access_token_format="jwt")
    token = let_in(shop, browser)["access_token"]
    assert token.count(".") == 2
    assert shop.introspect(token).json["active"] is True
    remove(browser, "shop")
    assert shop.introspect(token).json == {"active": False}


def test_an_explicit_site_is_there_while_it_has_something(
    sso: SingleSignOn, browser: Browser, register: Register
) -> None:
    partner = register("partner", consent="explicit", first_party=False)
    tokens = let_in(partner, browser, "email")
    card = cards(browser)["Site partner"]
    assert "asks you each time" in line(card)
    assert may(card)[-1] == "See your e-mail address"
    remove(browser, "partner")
    assert partner.userinfo(tokens["access_token"]).status_int == 401
    assert cards(browser) == {}


def test_a_code_that_is_under_way_is_void(browser: Browser, register: Register) -> None:
    shop = register("shop", consent="once")
    browser.open(shop.url())
    browser.agree()
    code = shop.answer(browser)["code"]
    remove(browser, "shop")
    answer = shop.redeem(code)
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_grant")
    assert answer.json["error_description"] == "There is no such authorization code."


def test_a_device_that_was_let_in_and_has_not_come_yet(sso: SingleSignOn, browser: Browser) -> None:
    television, radio = Device(sso), Device(sso, "radio")
    for device in (television, radio):
        device.ask(scope="openid profile")
        browser.open(DEVICE_PAGE)
        browser.enter_device_code(device.codes["user_code"])
        browser.agree()
    token = radio.poll().json["access_token"]
    card = cards(browser)["Device radio"]
    assert "asks you each time" in line(card)
    remove(browser, "radio")
    assert radio.userinfo(token).status_int == 401
    csrf = csrf_of(browser)
    browser.request("POST", SITES, [("remove", "tv"), ("csrf_token", csrf)])
    assert television.poll().json["error"] == "access_denied"


def test_the_site_is_told_and_the_note_says_so(browser: Browser, register: Register) -> None:
    shop = register("shop", consent="once", backchannel_logout_uri="https://shop.example.test/bye")
    let_in(shop, browser)
    remove(browser, "shop")
    assert "1 of 1 sites have confirmed it." in note(browser)
    browser.click("See each site")
    assert "Site shop" in browser.text
    assert "Hello, 张鹏" in browser.open(f"{PORTAL}/").text, "she stays signed in at the portal"


def test_removing_holds_on_all_her_devices_and_for_her_alone(
    sso: SingleSignOn, browser: Browser, register: Register
) -> None:
    shop, cafe = register("shop", consent="once"), register("cafe", consent="once")
    first = let_in(shop, browser)["access_token"]
    kept = let_in(cafe, browser)["access_token"]
    phone, lins = sso.browser(), sso.browser()
    phone.open(shop.url())
    phone.sign_in("zp", "penadmin")
    second = shop.redeem(shop.answer(phone)["code"]).json["access_token"]
    lins.open(f"{PORTAL}/o/login/")
    lins.sign_in("lin", "lin-demo-password")
    hers = let_in(shop, lins)["access_token"]
    remove(phone, "shop")
    assert [shop.userinfo(token).status_int for token in (first, second, hers)] == [401, 401, 200]
    assert cafe.userinfo(kept).status_int == 200
    assert list(cards(browser)) == ["Site cafe"]
    assert list(cards(lins)) == ["Site shop"]


def test_the_last_use_is_noted_now_and_then(
    sso: SingleSignOn, browser: Browser, register: Register, rows: Callable[[str], list[Any]]
) -> None:
    shop = register("shop", consent="once")
    tokens = let_in(shop, browser)

    def writes(act: Callable[[], Any]) -> int:
        with sso.counting() as counted:
            assert act().status_int == 200
        return len([text for text in counted.statements if text.startswith("UPDATE families")])

    assert writes(lambda: shop.userinfo(tokens["access_token"])) == 0, "a use within the hour is not written"
    sso.clock.advance(minutes=55)
    renewed = shop.refresh(tokens["refresh_token"]).json
    assert rows("SELECT last_used_at - created_at FROM families WHERE client_id = 'shop'") == [(3300,)]
    sso.clock.advance(minutes=59)
    assert writes(lambda: shop.introspect(renewed["access_token"])) == 0
    renewed = shop.refresh(renewed["refresh_token"], scope="openid").json
    sso.clock.advance(minutes=59, seconds=59)
    assert writes(lambda: shop.userinfo(renewed["access_token"])) == 0
    browser.open(PORTAL)


def test_a_use_after_an_hour_is_written_once(
    make_sso: Callable[..., SingleSignOn],
) -> None:
    sso = make_sso({"sso.tokens.access_seconds": "36000", "sso.brand.time_zone": "UTC"})
    shop, browser = RelyingParty.register(sso, "shop", consent="once"), sso.browser()
    browser.open(shop.url())
    browser.sign_in("zp", "penadmin")
    browser.agree()
    token = shop.redeem(shop.answer(browser)["code"]).json["access_token"]
    for act, minutes in ((shop.userinfo, 60), (shop.introspect, 61)):
        sso.clock.advance(minutes=minutes)
        written = []
        for _ in range(2):
            with sso.counting() as counted:
                assert act(token).status_int == 200
            written.append(len([text for text in counted.statements if text.startswith("UPDATE families")]))
        assert written == [1, 0]
    sso.clock.advance(minutes=10)
    browser.open(SITES)
    browser.sign_in("zp", "penadmin")
    assert "last used 10 minutes ago" in line(cards(browser)["Site shop"])


def test_coming_back_to_a_site_is_a_use(sso: SingleSignOn, browser: Browser, register: Register) -> None:
    shop = register("shop", consent="once")
    let_in(shop, browser)
    sso.clock.advance(minutes=70)
    assert "last used today, 08:00" in line(cards(browser)["Site shop"])
    browser.open(shop.url())
    card = cards(browser)["Site shop"]
    assert line(card).startswith("Let in today, 08:00 · active now")


def test_the_page_costs_the_same_for_one_site_and_for_many(
    sso: SingleSignOn, browser: Browser, register: Register
) -> None:
    def cost() -> int:
        with sso.counting() as counted:
            browser.open(SITES)
        return len([statement for statement in counted.statements if "FROM versions" not in statement])

    let_in(register("site0", consent="once"), browser)
    browser.open(SITES)
    one = cost()
    for number in range(1, 12):
        site = register(f"site{number}", consent=("once", "explicit", "silent")[number % 3])
        if number % 3 == 2:
            site.redeem(site.code(browser))
        else:
            let_in(site, browser, "email")
    browser.open(SITES)
    assert len(browser.page.html.select(".devices > li")) == 12
    assert cost() == one <= 5


def test_a_search_from_ten_sites_on(browser: Browser, register: Register) -> None:
    for number in range(9):
        let_in(register(f"site{number}", consent="once"), browser)
    assert browser.open(SITES).html.select_one("input[type=search]") is None
    let_in(register("bookshop", consent="once"), browser)
    browser.open(SITES)
    browser.fill("Find a site", "BOOK")
    browser.press("Find")
    assert [sentence(name) for name in browser.page.html.select(".devices h3")] == ["Site bookshop"]
    browser.open(f"{SITES}?q=nothing")
    assert "No site has that in its name." in browser.text
    browser.click("Show all sites")
    assert len(browser.page.html.select(".devices > li")) == 10


def test_a_stale_page_asks_for_one_more_press(browser: Browser, register: Register) -> None:
    let_in(register("shop", consent="once"), browser)
    browser.open(f"{SITES}?remove=shop")
    browser.forget("__Host-sso_csrf")
    browser.press("Remove access")
    assert "Nothing is lost; press the button once more." in browser.text
    browser.press("Remove access")
    assert note(browser).startswith("Site shop has no access any more.")


def test_a_note_says_nothing_that_is_not_true(browser: Browser, register: Register) -> None:
    let_in(register("shop", consent="once"), browser)
    for name in ("shop", "nobody", "project-center"):
        browser.open(f"{SITES}?removed={name}")
        assert browser.page.html.select_one("[role=status]") is None
