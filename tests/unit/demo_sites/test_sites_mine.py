"""The pages of somebody who has signed in."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

BOTH = pytest.mark.parametrize("name", ["project_center", "talent_center"])


def text(page):
    return " ".join(page.html.main.get_text(" ").split())


@BOTH
@pytest.mark.parametrize("username", ["zp", "lin", "admin", "somebody-else"])
def test_my_page_names_the_person_and_is_never_empty(signed_in, name, username):
    page = signed_in(name, username).get("/mine")
    assert page.html.main.find(string=username)
    assert bool(page.html.main.find(class_="empty")) == (username not in ("zp", "lin"))
    assert page.headers["Cache-Control"] == "no-store"
    assert len(page.html.find_all("h1")) == 1


def test_my_projects_are_mine_and_so_are_the_tasks(signed_in):
    page = signed_in("project_center", "zp").get("/mine").html
    assert [key.get_text() for key in page.select(".card .key")] == ["PC-121", "PC-104", "PC-101", "PC-089"]
    tasks = [task.get_text() for task in page.select(".todo .text")]
    assert tasks == ["Sign out lost devices from the office", "Connect the expense site"]


def test_the_private_part_of_a_profile_is_on_my_page_only(signed_in):
    browser = signed_in("talent_center", "lin", email="lin@example.test")
    assert "10933" in browser.get("/mine") and "lin@example.test" in text(browser.get("/mine"))
    assert "10933" not in browser.get("/people/lin")


@BOTH
def test_a_person_of_whom_nothing_but_the_subject_is_known_has_a_page_too(signed_in, name):
    assert "subject-of-somebody" in text(signed_in(name).get("/mine"))


@BOTH
def test_what_the_portal_tells_is_text_and_never_markup(signed_in, name):
    page = signed_in(name, "zp", name="<b>x</b><script>alert(1)</script>").get("/mine")
    assert not [script for script in page.html.find_all("script") if script.get_text() or not script.get("src")]
    assert not page.html.find("b")


@BOTH
@pytest.mark.parametrize(("language", "question"), [("en", "How did I get in?"), ("zh-CN", "我是怎么进来的？")])
def test_the_story_is_told_without_a_secret(signed_in, name, language, question):
    page = signed_in(name, "zp").get("/", headers={"Accept-Language": language})
    story = page.html.find("details", class_="story")
    assert story.summary.get_text() == question
    assert len(story.select("ol > li")) == 2
    assert "zp" in story.get_text()
    assert "9" in story.find(class_="verdict").get_text()
    assert "token-that-no-page-may-show" not in page.text


@BOTH
def test_a_stranger_is_told_no_story(site, name):
    assert site(name).get("/").html.find("details") is None


@BOTH
def test_who_is_signed_in_is_not_told_that_she_declined(signed_in, name):
    assert signed_in(name, "zp").get("/?sign_in=declined").html.find(class_="notice") is None


@BOTH
def test_signing_out_ends_the_session_here_and_goes_on_to_the_portal(signed_in, name):
    browser = signed_in(name, "zp")
    form = next(form for form in browser.get("/").forms.values() if form.action == "/sign-out")
    answer = form.submit()
    assert urlsplit(answer.location).netloc == "portal.example.test"
    assert urlsplit(browser.get("/mine", status=303).location).path == "/o/authorize/"
