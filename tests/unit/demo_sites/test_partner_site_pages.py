"""The partner site by itself: its pages, the steps, and an open_api that answers well, badly or not at all."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.unit.demo_sites.conftest import TOKEN
from tests.unit.demo_sites.partner_world import LESSON, PartnerWorld


@pytest.fixture
def world() -> PartnerWorld:
    return PartnerWorld()


def states(world: PartnerWorld, path: str) -> list[str]:
    return [step["class"][0] for step in world.browser.get(path).html.select(".steps > li")]


@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        ("/", "Certificates for what you know already", "学会了，就有证书"),
        ("/connect", "Sign in with One Pass, in four steps", "用一号通登录，一共四步"),
    ],
)
def test_anyone_reads_the_public_pages(world: PartnerWorld, path: str, english: str, chinese: str) -> None:
    for language, heading in (("en", english), ("zh-CN", chinese)):
        page = world.browser.get(path, headers={"Accept-Language": language})
        assert [each.get_text() for each in page.html.find_all("h1")] == [heading]
        assert not page.html.find_all(["script", "style"]) and not page.html.find_all(style=True)
        assert "unsafe" not in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/nowhere", "/connect/nowhere", "/%ff", "/?q=%ff"])
def test_an_address_that_leads_nowhere_has_a_way_on(world: PartnerWorld, path: str) -> None:
    assert world.browser.get(path, status=404).html.main.find("a", class_="button")


@pytest.mark.parametrize("path", ["/mine", "/connect/call"])
def test_what_is_hers_asks_to_sign_in(world: PartnerWorld, path: str) -> None:
    target = urlsplit(world.browser.get(path, status=303).location)
    assert (target.netloc, target.path) == ("portal.example.test", "/o/authorize/")
    assert parse_qs(target.query)["scope"] == ["openid profile email learning.read videos.read"]


def test_before_the_first_step_the_page_tells_what_will_be_asked(world: PartnerWorld) -> None:
    assert states(world, "/connect") == ["next", "waiting", "waiting", "waiting"]
    told = world.words("/connect")
    assert "https://partner.example.test/sso/callback" in told and "partner-site" in told
    assert "你的邮箱、你学完的课程、你看过的视频" in world.words("/connect", language="zh")


def test_the_way_to_the_portal_comes_back_to_the_steps(world: PartnerWorld) -> None:
    link = world.browser.get("/connect").html.main.find("a", class_="button")["href"]
    assert urlsplit(link).path == "/sso/sign-in" and parse_qs(urlsplit(link).query)["next"] == ["/connect"]


def test_after_the_third_step_nothing_has_been_asked_of_the_api(world: PartnerWorld) -> None:
    world.come_in()
    assert states(world, "/connect") == ["done", "done", "done", "next"]
    assert world.api.asked == []
    assert states(world, "/connect/call") == ["done"] * 4
    assert world.api.asked == ["/lessons", "/videos"]


def test_no_page_shows_a_secret(world: PartnerWorld) -> None:
    world.come_in()
    for path in ("/connect", "/connect/call", "/mine"):
        page = world.browser.get(path).text
        assert TOKEN not in page and "a-secret-that-no-page-may-show" not in page
    assert f"secret, {len(TOKEN)} characters" in world.words("/connect/call")


def test_her_lessons_count_and_no_video_is_an_empty_shelf(world: PartnerWorld) -> None:
    world.come_in(email="zp@example.test")
    told = world.words("/mine")
    for words in ("1 of 3 lessons", "Fire safety", "25 minutes", "1 Sep 2026", "95 of 100", "zp@example.test"):
        assert words in told
    assert "No video yet." in told
    assert "消防与疏散 安全 · 25 分钟 · 2026年9月1日 · 得 95 分（满分 100）" in world.words("/mine", language="zh")


def test_a_certificate_is_complete_with_enough_lessons(world: PartnerWorld) -> None:
    world.come_in()
    world.api.answers["/lessons"] = (200, {"lessons": [LESSON] * 6})
    told = world.words("/mine")
    assert told.count("Complete") == 2 and "6 of 8 lessons" in told


@pytest.mark.parametrize(
    ("scope", "asked", "missing"),
    [
        ("openid profile", [], ["lessons", "videos"]),
        ("openid profile learning.read", ["/lessons"], ["videos"]),
        ("openid profile videos.read", ["/videos"], ["lessons"]),
    ],
)
def test_what_she_has_not_allowed_is_not_asked_for(
    world: PartnerWorld, scope: str, asked: list[str], missing: list[str]
) -> None:
    world.come_in(scope)
    told = world.words("/mine")
    assert world.api.asked == asked
    assert [name for name in ("lessons", "videos") if f"You have not shared your {name}." in told] == missing


def test_what_the_api_refuses_is_told_as_not_shared(world: PartnerWorld) -> None:
    world.come_in()
    world.api.answers["/videos"] = (403, {"status": 403})
    assert "You have not shared your videos." in world.words("/mine")


@pytest.mark.parametrize(
    "answer",
    [
        (0, None),
        (500, {}),
        (503, {}),
        (302, {}),
        (200, b"<html>"),
        (200, []),
        (200, {}),
        (200, {"lessons": {}}),
        (200, b'{"lessons": NaN}'),
        (200, b"[" * 100_000),
        (200, {"lessons": [{**LESSON, "topic": "x" * 600_000}]}),
    ],
    ids=str,
)
def test_an_api_that_answers_badly_takes_one_shelf_away(world: PartnerWorld, answer: tuple[int, Any]) -> None:
    world.come_in()
    world.api.answers["/lessons"] = answer
    for path in ("/mine", "/connect/call"):
        told = world.words(path)
        assert told.count("does not answer at the moment") == 1
    assert "No video yet." in world.words("/mine")


@pytest.mark.parametrize(
    "changes",
    [
        {"minutes": "<b>"},
        {"minutes": -1},
        {"minutes": True},
        {"minutes": 10**30},
        {"score": 101},
        {"score": [1]},
        {"finished_at": "yesterday"},
        {"finished_at": 12},
        {"topic": None, "topic_en": {}},
        {"title_en": "<script>alert(1)</script>"},
        {"title_en": "x" * 10_000},
        {"title_en": ""},
    ],
    ids=str,
)
def test_an_entry_that_is_odd_breaks_nothing(world: PartnerWorld, changes: dict[str, Any]) -> None:
    world.come_in()
    world.api.answers["/lessons"] = (200, {"lessons": [{**LESSON, **changes}, "no entry", None, {"minutes": 3}]})
    page = world.browser.get("/mine")
    assert len(page.html.select("section[aria-labelledby=lessons] li")) == 1
    assert not [script for script in page.html.find_all("script") if script.get_text()]
    assert "x" * 201 not in page.text


def test_a_key_that_opens_nothing_ends_the_connection(world: PartnerWorld) -> None:
    world.come_in()
    world.api.answers["/lessons"] = (401, {})
    page = world.browser.get("/mine", status=403)
    assert page.html.h1.get_text() == "We are no longer connected"
    assert page.html.select("header details") == []
    assert urlsplit(page.html.main.find("a", class_="button")["href"]).path == "/connect"
    assert states(world, "/connect")[0] == "next"


def test_what_ended_at_the_portal_is_said_and_not_asked(world: PartnerWorld) -> None:
    world.come_in()
    kit = world.app.registry["sso_client.kit"]
    kit.sessions._endings.of_subject("subject-of-zp", 2**40)
    for path in ("/mine", "/connect/call"):
        assert "You removed our access at One Pass" in world.words(path, 403)
    assert "你在一号通取消了我们的授权" in world.words("/mine", 403, "zh-CN")
    assert world.api.asked == []


def test_what_is_to_be_chosen_anew_goes_to_the_portal_although_she_is_in(world: PartnerWorld) -> None:
    world.come_in()
    target = urlsplit(world.browser.get("/connect/again", status=303).location)
    assert (target.netloc, target.path) == ("portal.example.test", "/o/authorize/")


@pytest.mark.parametrize("path", ["/", "/connect", "/connect/call", "/connect/again", "/mine"])
def test_other_methods_lead_nowhere(world: PartnerWorld, path: str) -> None:
    world.come_in()
    for method in ("POST", "PUT", "DELETE"):
        assert world.browser.request(path, method=method, status="*").status_int == 404
