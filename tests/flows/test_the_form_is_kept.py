"""Somebody writes a note, goes home, and sends it the next morning: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

from webtest.forms import Form

from sso_testkit import Browser, SingleSignOn
from sso_testkit.browser import Tab
from sso_testkit.sso import PORTAL, PROJECT_CENTER

PROJECT = f"{PROJECT_CENTER}/projects/PC-104"


def form_with(tab: Tab, field: str) -> Form:
    return next(form for form in tab.page.forms.values() if field in form.fields)


def write(tab: Tab, title: str, text: str = "第一行\r\n第二行 <b>") -> Form:
    tab.open(PROJECT)
    form = form_with(tab, "title")
    form["title"], form["text"] = title, text
    return form


def sign_in_at(sso: SingleSignOn, username: str = "zp", password: str = "penadmin") -> Browser:
    browser = sso.browser()
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in(username, password)
    return browser


def notes(sso: SingleSignOn) -> list[str]:
    reader = sso.browser()
    reader.open(PROJECT)
    return [str(heading.get_text()) for heading in reader.page.html.select(".note-list h3")]


def send(tab: Tab) -> Any:
    return tab.submit(form_with(tab, "sso_parked"))


def test_a_note_begun_in_the_evening_is_sent_in_the_morning(sso: SingleSignOn) -> None:
    browser = sign_in_at(sso)
    form = write(browser, "Expense site")
    sso.clock.advance(hours=9)
    browser.submit(form)
    assert browser.url.startswith(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    assert browser.url.startswith(f"{PROJECT_CENTER}/sso/parked/")
    assert browser.page.html.h1.get_text() == "Your form is kept"
    assert "Expense site" in browser.text and "第二行 &lt;b&gt;" in browser.text
    assert browser.page.html.select_one(".place a")["href"] == "/projects/PC-104"
    assert notes(sso) == []

    send(browser)
    assert browser.url == PROJECT
    assert notes(sso) == ["Expense site"]
    (text,) = browser.page.html.select(".note-list .text")
    assert text.get_text().splitlines() == ["第一行", "第二行 <b>"]
    browser.back()
    assert browser.page.status_int == 409 and "This form has been sent already" in browser.text
    browser.click("Back to the page")
    assert browser.url == PROJECT
    assert notes(sso) == ["Expense site"]


def test_a_session_at_the_portal_makes_it_one_step(sso: SingleSignOn) -> None:
    browser = sso.browser("zh-CN")
    browser.open(f"{PROJECT_CENTER}/mine")
    browser.sign_in("zp", "penadmin", remember_me=True)
    form = write(browser, "报销站点")
    sso.clock.advance(hours=9)
    browser.submit(form)
    assert browser.page.html.h1.get_text() == "你填写的表单还在"
    send(browser)
    assert notes(sso) == ["报销站点"]


def test_only_the_one_who_wrote_it_gets_it(sso: SingleSignOn) -> None:
    browser = sign_in_at(sso)
    form = write(browser, "Between us")
    sso.clock.advance(hours=9)
    browser.submit(form)
    browser.sign_in("lin", "lin-demo-password")
    assert browser.page.status_int == 403 and "Somebody else began this form" in browser.text
    assert "Between us" not in browser.text
    browser.click("Home page")
    assert "林晓" in browser.text
    assert notes(sso) == []


def test_a_double_click_sends_once(sso: SingleSignOn) -> None:
    browser = sign_in_at(sso)
    form = write(browser, "Only once")
    sso.clock.advance(hours=9)
    browser.submit(form)
    browser.sign_in("zp", "penadmin")
    kept = form_with(browser, "sso_parked")
    together, answers = Barrier(8), []

    def press() -> None:
        fields = kept.submit_fields()
        headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Origin": "null"}
        together.wait()
        answers.append(browser.request("POST", PROJECT, fields, headers).status_int)

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, *[409] * 7]
    assert notes(sso) == ["Only once"]


def test_two_tabs_find_two_forms(sso: SingleSignOn) -> None:
    browser = sign_in_at(sso)
    other = browser.new_tab()
    first, second = write(browser, "First"), write(other, "Second")
    sso.clock.advance(hours=9)
    browser.submit(first)
    other.submit(second)
    browser.sign_in("zp", "penadmin")
    other.reload()
    assert "First" in browser.text and "Second" in other.text
    send(other)
    send(browser)
    assert notes(sso) == ["Second"], "the first tab's page was made for the session before"
    assert browser.page.html.h1.get_text() == "Your form is kept"
    send(browser)
    assert notes(sso) == ["First", "Second"]


def test_the_same_page_in_a_second_tab_sends_nothing_more(sso: SingleSignOn) -> None:
    browser = sign_in_at(sso)
    form = write(browser, "Twice looked at")
    sso.clock.advance(hours=9)
    browser.submit(form)
    browser.sign_in("zp", "penadmin")
    other = browser.new_tab()
    other.open(browser.url)
    send(browser)
    send(other)
    assert other.page.status_int == 409
    assert notes(sso) == ["Twice looked at"]


def test_what_is_not_sent_is_gone(sso: SingleSignOn) -> None:
    browser = sign_in_at(sso)
    form = write(browser, "Better not")
    sso.clock.advance(hours=9)
    browser.submit(form)
    browser.sign_in("zp", "penadmin")
    kept = browser.url
    browser.submit(list(browser.page.forms.values())[1])
    assert browser.url == PROJECT
    browser.open(kept)
    assert browser.page.status_int == 404
    assert notes(sso) == []


def test_a_note_that_the_site_does_not_take_stays_kept(sso: SingleSignOn) -> None:
    browser = sign_in_at(sso)
    form = write(browser, "   ", "There is a text and no title")
    sso.clock.advance(hours=9)
    browser.submit(form)
    browser.sign_in("zp", "penadmin")
    send(browser)
    assert browser.page.status_int == 400 and "There is a text and no title" in browser.text
    again = form_with(browser, "title")
    again["title"] = "Now it has one"
    browser.submit(again)
    assert notes(sso) == ["Now it has one"]


def test_a_note_can_be_deleted_by_its_author_only(sso: SingleSignOn) -> None:
    browser, reader = sign_in_at(sso), sign_in_at(sso, "lin", "lin-demo-password")
    browser.submit(write(browser, "Mine"))
    reader.open(PROJECT)
    assert not [form for form in reader.page.forms.values() if "/notes/" in form.action]
    browser.submit(next(form for form in browser.page.forms.values() if "/notes/" in form.action))
    assert notes(sso) == []
