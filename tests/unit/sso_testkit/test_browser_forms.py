"""Forms filled in by the words that people read, and what is said when something is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from sso_testkit import Browser, World
from sso_testkit.browser import NotSeen

A = "https://a.test"

PAGE = """<html><head><title>Title</title><style>p { color: red }</style></head><body><h1>A  good
<b>form</b></h1><!-- hidden --><script>var secret</script>
<form action="/search"><input name="q" aria-label="Search"><button>Go</button></form>
<form id="main" method="post" action="/sent">
<label for="name">User <em>name</em></label><input id="name" name="name" maxlength="5">
<label>Old name <input name="old" value="ann"></label>
<input name="hint" placeholder="A hint">
<span id="named">Named</span><textarea name="long" aria-labelledby="named"></textarea>
<label><input type="checkbox" name="remember" value="1"> Remember me</label>
<label><input type="checkbox" name="mail" value="1" checked> Mail me</label>
<label><input type="radio" name="size" value="s" checked> Small</label>
<label><input type="radio" name="size" value="l"> Large</label>
<label>Town <select name="town"><option value="1">Beijing</option><option value="2">Shanghai</option></select></label>
<label>Towns <select name="towns" multiple><option value="1">Beijing</option>
<option value="2">Shanghai</option></select></label>
<label>Fixed <input name="fixed" value="1" readonly></label>
<button name="decision" value="no">Decline</button> <button name="decision" value="yes">Save and sign in</button>
<button>Sign in</button> <input type="submit" value="Send it"> <button type="button">Show</button>
<button name="decision" value="else" formaction="/elsewhere">Else</button>
</form>
<label>Outside <input name="outside" form="main"></label>
<a href="/one">Sign in here</a> <a href="/two" aria-label="Picture"><img src="x"></a> <a href="/three">中文 Zeichen</a>
</body></html>"""


def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    start_response(
        "200 OK", [("Content-Type", f"text/{'html' if environ['PATH_INFO'] == '/' else 'plain'}; charset=utf-8")]
    )
    return [PAGE.encode() if environ["PATH_INFO"] == "/" else f"{environ['PATH_INFO']} {sent}".encode()]


@pytest.fixture
def browser() -> Browser:
    world = World()
    world.add(A, answer)
    browser = Browser(world, story=lambda: "once upon a time")
    browser.open(f"{A}/")
    return browser


def sent(browser: Browser) -> dict[str, list[str]]:
    return parse_qs(browser.text.partition(" ")[2])


@pytest.mark.parametrize(
    ("step", "field", "values"),
    [
        (lambda tab: tab.fill("User name", "zp"), "name", ["zp"]),
        (lambda tab: tab.fill("User name", "far too long"), "name", ["far t"]),
        (lambda tab: tab.fill("Old name", "bob"), "old", ["bob"]),
        (lambda tab: tab.fill("A hint", "x"), "hint", ["x"]),
        (lambda tab: tab.fill("Named", "x"), "long", ["x"]),
        (lambda tab: tab.fill("Outside", "x"), "outside", ["x"]),
        (lambda tab: tab.fill("Town", "Shanghai"), "town", ["2"]),
        (lambda tab: tab.fill("Towns", "Shanghai"), "towns", ["2"]),
        (lambda tab: tab.tick("Remember me"), "remember", ["1"]),
        (lambda tab: tab.tick("Remember"), "remember", ["1"]),
        (lambda tab: tab.untick("Mail me"), "mail", None),
        (lambda tab: tab.tick("Large"), "size", ["l"]),
    ],
)
def test_filling_in(browser: Browser, step: Callable[[Browser], None], field: str, values: list[str] | None) -> None:
    browser.press("Send it")
    assert sent(browser).get(field) != values, "not by itself"
    browser.back()
    step(browser)
    browser.press("Send it")
    assert sent(browser).get(field) == values


@pytest.mark.parametrize(
    ("label", "arrives"),
    [
        ("Decline", "decision=no"),
        ("Save", "decision=yes"),
        ("Else", "/elsewhere"),
        ("Go", "/search"),
        ("Sign in here", "/one"),
        ("Picture", "/two"),
        ("中文", "/three"),
    ],
)
def test_pressing(browser: Browser, label: str, arrives: str) -> None:
    browser.press(label)
    assert arrives in browser.text


def test_the_whole_label_counts_before_a_part_of_it(browser: Browser) -> None:
    browser.press("Sign in")
    assert browser.text.startswith("/sent") and "decision" not in browser.text


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (lambda tab: tab.fill("Pass", "x"), "there is no field 'Pass' .*there are: 'Search', 'User name', 'Old name'"),
        (lambda tab: tab.fill("name", "x"), "several could be the field 'name' .*'User name', 'Old name'"),
        (lambda tab: tab.fill("Remember me", "x"), "no field 'Remember me'"),
        (
            lambda tab: tab.tick("User name"),
            "no box 'User name' .*there are: 'Remember me', 'Mail me', 'Small', 'Large'",
        ),
        (lambda tab: tab.untick("Small"), "no box 'Small'"),
        (lambda tab: tab.fill("Fixed", "x"), "'Fixed' .* is not for people to change"),
        (lambda tab: tab.press("Show"), "'Show' .* sends nothing"),
        (lambda tab: tab.press("Leave"), "no button or link 'Leave' .*there are: 'Go', 'Decline'"),
        (lambda tab: tab.click("Decline"), "no link 'Decline' .*there are: 'Sign in here', 'Picture'"),
    ],
)
def test_what_is_not_there(browser: Browser, step: Callable[[Browser], None], said: str) -> None:
    with pytest.raises(AssertionError, match=f"(?s){said}"):
        step(browser)


def test_seeing(browser: Browser) -> None:
    browser.see("A good form")
    browser.see("  User\n name ")
    for unseen in ("color", "secret", "hidden", "Title", "a good form"):
        browser.see_not(unseen)
    with pytest.raises(NotSeen, match=r"'A good form' is written on https://a\.test/"):
        browser.see_not("A good form")


def test_what_is_not_seen_is_explained(browser: Browser) -> None:
    with pytest.raises(NotSeen) as unseen:
        browser.see("Goodbye")
    lines = str(unseen.value).splitlines()
    assert lines[:2] == ["'Goodbye' is not written on https://a.test/", "the page shown is 200 OK 'A good form'"]
    assert lines[2].startswith("it says: A good form Go User name Old name")
    assert lines[3:] == ["hops:", "GET https://a.test/", "once upon a time"]


def test_a_page_without_markup_has_words_and_nothing_to_press(browser: Browser) -> None:
    browser.open(f"{A}/plain")
    browser.see("/plain")
    for step in (browser.press, browser.click, browser.tick):
        with pytest.raises(NotSeen, match="there is no"):
            step("plain")
