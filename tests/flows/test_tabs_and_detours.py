"""Several things going on at once, and every detour in one journey."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER

Register = Callable[..., RelyingParty]


def test_every_detour_in_one_journey_ends_at_the_asked_page(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine?tab=open")
    browser.click("中文")
    browser.sign_in("zp", "wrong")
    sso.clock.advance(hours=1)
    browser.click("English")
    browser.click("Dark")
    browser.forget("__Host-sso_csrf")
    browser.sign_in("zp", "penadmin")
    sso.start_portal()
    browser.sign_in("zp", "")
    browser.reload()
    browser.sign_in("zp", "wrong again")
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine?tab=open"
    assert "zp" in browser.text


def test_interleaved_sign_ins_of_different_people_end_where_they_began(sso: SingleSignOn) -> None:
    first = sso.browser()
    second, third = first.new_tab(), first.new_tab()
    first.open(f"{PROJECT_CENTER}/mine")
    second.open(f"{TALENT_CENTER}/mine")
    third.open(f"{PROJECT_CENTER}/mine?third")
    second.sign_in("zp", "wrong")
    first.sign_in("zp", "penadmin")
    assert first.url == f"{PROJECT_CENTER}/mine"
    second.sign_in("lin", "lin-demo-password")
    assert second.url == f"{TALENT_CENTER}/mine"
    assert "lin" in second.text
    third.sign_in("lin", "lin-demo-password")
    assert third.url == f"{PROJECT_CENTER}/mine?third"


def test_one_page_opened_in_two_tabs_is_signed_in_to_twice(sso: SingleSignOn, register: Register) -> None:
    shop = register("shop", consent="explicit")
    first = sso.browser()
    second = first.new_tab()
    first.open(shop.url(state="first"))
    second.open(shop.url(state="second"))
    second.sign_in("zp", "penadmin")
    first.sign_in("zp", "penadmin")
    second.agree()
    first.agree("email")
    for tab, state, scope in ((first, "first", "openid profile email"), (second, "second", "openid profile")):
        answer = shop.answer(tab)
        assert answer["state"] == state
        assert shop.redeem(answer["code"]).json["scope"] == scope


def test_going_back_step_by_step_leads_forward_again(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/")
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "wrong")
    browser.sign_in("zp", "penadmin")
    browser.back()
    assert browser.url == f"{PROJECT_CENTER}/mine", "the sign-in page of a signed-in person leads on"


def test_the_address_of_the_callback_opened_again(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine?a=b")
    browser.sign_in("zp", "penadmin")
    callback = next(hop for hop in browser.hops if "/sso/callback" in hop).partition(" ")[2]
    browser.open(callback)
    assert browser.url == f"{PROJECT_CENTER}/mine?a=b"
    browser.open(f"{TALENT_CENTER}/mine")
    assert browser.url == f"{TALENT_CENTER}/mine"


def test_the_callback_of_another_browser_signs_nobody_in(sso: SingleSignOn) -> None:
    hers, his = sso.browser(), sso.browser()
    hers.open(f"{PROJECT_CENTER}/mine")
    form = hers.page.forms[0]
    form["username"], form["password"] = "lin", "lin-demo-password"
    sent = hers.request("POST", f"{PORTAL}/o/login/", form.submit_fields())
    callback = hers.request("GET", sent.headers["Location"], None).headers["Location"]
    assert callback.startswith(f"{PROJECT_CENTER}/sso/callback?")
    his.open(callback)
    assert his.page.status_int == 400
    his.open(f"{PROJECT_CENTER}/")
    assert "林晓" not in his.text
    hers.open(callback)
    assert hers.url == f"{PROJECT_CENTER}/mine", "what he did took nothing from her"


def test_the_same_form_sent_twice_in_one_moment(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    form = browser.page.forms[0]
    form["username"], form["password"] = "zp", "penadmin"
    fields = form.submit_fields()
    answers = [browser.request("POST", f"{PORTAL}/o/login/", fields) for _ in range(2)]
    assert [answer.status_int for answer in answers] == [303, 303]
    browser.open(answers[1].headers["Location"])
    assert browser.url == f"{PROJECT_CENTER}/mine"
    browser.open(answers[0].headers["Location"])
    assert "code=" in "".join(browser.hops)
    browser.open(f"{PROJECT_CENTER}/mine")
    assert browser.url == f"{PROJECT_CENTER}/mine"


def test_the_language_that_a_site_asks_for_can_be_left_on_the_way(sso: SingleSignOn, rp: RelyingParty) -> None:
    browser = sso.browser("en")
    browser.open(rp.url(ui_locales="zh-CN", state="kept"))
    place = browser.page.forms[0]["next"].value
    assert '<html lang="zh-CN"' in browser.text
    browser.click("English")
    assert '<html lang="en"' in browser.text
    assert browser.page.forms[0]["next"].value == place
    browser.sign_in("zp", "wrong")
    assert "The user name or password is not right." in browser.text
    browser.sign_in("zp", "penadmin")
    assert rp.answer(browser)["state"] == "kept"


@pytest.mark.parametrize("letter", ["s", "é", "&"])
@pytest.mark.parametrize("length", [500, 1300, 7000, 7900])
def test_a_long_state_is_brought_back_or_refused_but_never_lost(
    sso: SingleSignOn, register: Register, letter: str, length: int
) -> None:
    shop = register("shop", consent="explicit")
    browser = sso.browser()
    state = letter * length
    browser.open(shop.url(state=state, prompt="login"))
    if browser.page.status_int == 414:
        assert letter != "s", "what fits into the settings' limit is answered"
        return
    if browser.url.startswith(f"{PORTAL}/o/login/"):
        browser.click("中文")
        browser.sign_in("zp", "penadmin")
        browser.click("English")
        browser.agree()
        assert "code" in shop.answer(browser)
    else:
        assert shop.answer(browser)["error"] == "invalid_request"
        assert length > 1000, "the length that real sites use is let through"
    assert shop.answer(browser)["state"] == state


def test_a_lock_keeps_the_place(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine?kept")
    for _ in range(5):
        browser.sign_in("zp", "wrong")
    assert browser.page.status_int == 429
    assert "to continue to <strong>Project Center</strong>" in browser.text
    assert browser.page.forms[0]["username"].value == "zp"
    sso.clock.advance(int(browser.page.headers["Retry-After"]))
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine?kept"
