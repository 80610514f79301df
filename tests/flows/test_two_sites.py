"""One sign-in, two sites."""

from __future__ import annotations

from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER


def test_the_second_site_is_entered_without_a_page(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    assert browser.url.startswith(f"{PORTAL}/o/login/?next=/o/authorize/%3F")
    assert "to continue to <strong>Project Center</strong>" in browser.text
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"
    assert "zp" in browser.text

    browser.open(f"{TALENT_CENTER}/mine")
    assert browser.url == f"{TALENT_CENTER}/mine"
    assert "zp" in browser.text
    assert not any("/o/login/" in hop for hop in browser.hops)
    assert not any(hop.startswith("POST") for hop in browser.hops)


def test_the_asked_page_is_reached_with_its_query(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine?tab=open&name=%E9%A1%B9%E7%9B%AE")
    browser.sign_in("lin", "lin-demo-password")
    assert browser.url == f"{PROJECT_CENTER}/mine?tab=open&name=%E9%A1%B9%E7%9B%AE"


def test_public_pages_ask_nobody(sso: SingleSignOn) -> None:
    browser = sso.browser()
    for site in (PROJECT_CENTER, TALENT_CENTER):
        browser.open(f"{site}/")
        assert browser.url == f"{site}/"
        assert browser.page.status_int == 200


def test_after_signing_out_the_next_visit_asks_again(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    form = next(form for form in browser.page.forms.values() if form.action.endswith("/sign-out"))
    browser.submit(form)
    assert browser.url == f"{PROJECT_CENTER}/"
    browser.open(f"{PROJECT_CENTER}/mine")
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    browser.open(f"{TALENT_CENTER}/mine")
    assert browser.url.startswith(f"{PORTAL}/o/login/")


def test_another_browser_is_another_person(sso: SingleSignOn) -> None:
    hers, his = sso.browser(), sso.browser()
    hers.open(f"{PROJECT_CENTER}/mine")
    hers.sign_in("lin", "lin-demo-password")
    his.open(f"{PROJECT_CENTER}/mine")
    assert his.url.startswith(f"{PORTAL}/o/login/")
    his.sign_in("zp", "penadmin")
    hers.reload()
    assert "lin" in hers.text
    assert "zp" in his.text


def test_the_site_keeps_a_person_after_her_access_token_expired(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin", remember_me=True)
    sso.clock.advance(hours=2)
    browser.open(f"{PROJECT_CENTER}/mine")
    assert browser.url == f"{PROJECT_CENTER}/mine"
    assert "zp" in browser.text


def test_a_portal_that_is_down_gives_a_page_with_a_way_on(sso: SingleSignOn) -> None:
    browser = sso.browser()
    sso.world.take_down(PORTAL)
    browser.open(f"{PROJECT_CENTER}/mine")
    assert browser.page.status_int == 503
    assert "Retry-After" in browser.page.headers
    assert "Traceback" not in browser.text
    sso.world.bring_up(PORTAL)
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PROJECT_CENTER}/mine"


def test_a_disabled_person_is_out(sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    with sso.portal.transaction() as unit:
        person = unit.users.by_username("zp")
        unit.users.set_enabled(person, False)
        unit.sign_outs.end_all_of(person, "ended_by_administrator")
    browser.open(f"{PROJECT_CENTER}/mine")
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    assert "The user name or password is not right." in browser.text


def test_the_launcher_lists_the_sites_and_leads_into_them(sso: SingleSignOn) -> None:
    browser = sso.browser("zh-CN")
    browser.open(f"{PORTAL}/")
    browser.click("登录")
    browser.sign_in("zp", "penadmin")
    assert browser.url == f"{PORTAL}/"
    assert "项目中心" in browser.text
    browser.click("人才中心")
    assert browser.url == f"{TALENT_CENTER}/"


def test_the_launcher_has_a_search_when_there_are_many_sites(sso: SingleSignOn) -> None:
    for number in range(9):
        uri = f"https://site{number}.example.test/"
        sso.add_client(f"site{number}", client_name=f"Site {number}", client_uri=uri, redirect_uris=[uri])
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    form = next(form for form in browser.page.forms.values() if "q" in form.fields)
    form["q"] = "Talent"
    browser.submit(form)
    assert "Talent Center" in browser.text
    assert "Site 3" not in browser.text
    form["q"] = "nothing of the kind"
    browser.submit(form)
    assert "No site has that in its name." in browser.text
