"""The choice of language: the person's own, then the browser's, then English."""

from __future__ import annotations

from datetime import date

import pytest

from demo_sites.common.language import say_date


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("de", "en"),
        ("zh", "zh-CN"),
        ("zh-CN", "zh-CN"),
        ("zh-TW,zh;q=0.8", "zh-CN"),
        ("zh-Hans-CN", "zh-CN"),
        ("en;q=0.4,zh;q=0.9", "zh-CN"),
        ("en-US,zh;q=0.9", "en"),
        ("***;;;=", "en"),
    ],
)
def test_the_browser_is_asked(site, accept, language):
    assert site("project_center").get("/", headers={"Accept-Language": accept}).html.html["lang"] == language


@pytest.mark.parametrize("name", ["project_center", "talent_center"])
def test_the_switch_comes_back_to_the_same_page_and_is_remembered(site, name):
    browser = site(name)
    link = browser.get("/?q=a%26b&sign_in=declined").html.find("a", hreflang="zh-CN")["href"]
    answer = browser.get(link, status=303)
    assert answer.location == "https://site.example.test/?q=a%26b&sign_in=declined"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{name}_language=zh_CN;")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "secure" in cookie
    assert answer.follow(headers={"Accept-Language": "en"}).html.html["lang"] == "zh-CN"
    assert browser.get("/?lang=en").follow().html.html["lang"] == "en"


@pytest.mark.parametrize("path", ["//elsewhere.example/", "///elsewhere.example/x", "/\\elsewhere.example/"])
def test_the_switch_never_leaves_the_site(site, path):
    # WebTest would read a leading "//" as a host name, a browser sends it as a path.
    answer = site("project_center").get("/?lang=en", extra_environ={"PATH_INFO": path}, status=303)
    assert answer.location.startswith("https://site.example.test/")
    assert not answer.location.startswith("https://site.example.test//")


def test_an_unknown_language_changes_nothing(site):
    answer = site("talent_center").get("/?lang=xx")
    assert answer.html.html["lang"] == "en"
    assert "Set-Cookie" not in answer.headers


def test_a_cookie_that_is_garbage_is_ignored(site):
    browser = site("talent_center")
    browser.set_cookie("talent_center_language", "..%2F..%2Fetc")
    assert browser.get("/").html.html["lang"] == "en"


def test_dates_are_written_as_people_write_them():
    assert say_date(date(2026, 11, 8), "en") == "8 Nov 2026"
    assert say_date(date(2026, 11, 8), "zh_CN") == "2026年11月8日"
