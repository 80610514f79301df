"""Notes on the projects of the project center, and the contract at the talent center."""

from __future__ import annotations

import pytest

from demo_sites.project_center.notes import LONGEST_TEXT, Draft, Notes, notes_path, read_draft
from sso_client import SystemClock

PAGE = "/projects/PC-118"


@pytest.fixture(autouse=True)
def no_notes(site):
    notes = site("project_center").app.registry["demo.notes"]
    yield
    for note in notes.of_project("PC-118"):
        notes.remove(note.id, "PC-118", note.subject)


def write(browser, title="A title", text="A text"):
    form = next(form for form in browser.get(PAGE).forms.values() if "title" in form.fields)
    form["title"], form["text"] = title, text
    return form.submit(expect_errors=True)


def test_a_note_is_shown_at_once_with_its_author_and_day(signed_in, site):
    answer = write(signed_in("project_center", "zp", name="张鹏"), "<i>One</i>", "two\r\nlines")
    assert answer.status_int == 303 and answer.location.endswith(f"{PAGE}#notes")
    page = site("project_center").get(PAGE).html
    assert page.select_one(".note-list h3").get_text() == "<i>One</i>"
    assert "张鹏" in page.select_one(".note-list .by").get_text()
    assert page.select_one(".note-list time")["datetime"]


@pytest.mark.parametrize(("language", "empty"), [("en", "Nobody has noted"), ("zh-CN", "还没有人")])
def test_who_is_signed_out_sees_the_empty_list_and_a_way_in(site, language, empty):
    section = site("project_center").get(PAGE, headers={"Accept-Language": language}).html.select_one(".notes")
    assert empty in section.select_one(".none").get_text()
    assert section.form is None
    assert section.select_one("a.button")["href"].startswith("/sso/sign-in?next=")


@pytest.mark.parametrize(
    ("title", "text", "wrong"),
    [(" ", "kept", "title"), ("kept", "", "text"), ("x" * 81, "kept", "title"), ("kept", "x" * 2001, "text")],
)
def test_what_is_missing_is_named_and_the_rest_is_kept(signed_in, title, text, wrong):
    page = write(signed_in("project_center", "zp"), title, text)
    assert page.status_int == 400
    assert [field["name"] for field in page.html.select("[aria-invalid]")] == [wrong]
    assert page.html.find(id=f"{wrong}-problem").get_text()
    assert "kept" in page.html.select_one(".notes > form").decode()
    assert page.html.select_one(".none")


def test_a_form_of_an_earlier_session_is_shown_again(signed_in):
    browser = signed_in("project_center", "zp")
    page = browser.post(PAGE, {"csrf_token": "old", "title": "kept", "text": "kept too"}, expect_errors=True)
    assert page.status_int == 403
    assert page.html.find(role="alert") and page.html.find("input", {"name": "title"})["value"] == "kept"


@pytest.mark.parametrize("body", [b"", b"title=%ff&text=%00", b"\xff\xfe", b"title=a&title=b&csrf_token"])
def test_anything_may_be_posted(signed_in, body):
    browser = signed_in("project_center", "zp")
    assert browser.post(PAGE, body, expect_errors=True).status_int in (400, 403)
    assert browser.post(f"{PAGE}/notes/1", body, expect_errors=True).status_int == 403


def test_a_note_is_deleted_by_its_author_only(signed_in):
    browser = signed_in("project_center", "zp", sub="author")
    write(browser, "Mine")
    other = signed_in("project_center", "lin", sub="reader")
    path = next(form.action for form in browser.get(PAGE).forms.values() if "/notes/" in form.action)
    token = next(form for form in other.get(PAGE).forms.values() if "title" in form.fields)["csrf_token"].value
    assert not [form for form in other.get(PAGE).forms.values() if "/notes/" in form.action]
    assert other.post(path, {"csrf_token": token}, expect_errors=True).status_int == 404
    assert "Mine" in other.get(PAGE)
    form = next(form for form in browser.get(PAGE).forms.values() if "/notes/" in form.action)
    assert form.submit().status_int == 303
    assert "Mine" not in other.get(PAGE)


def test_an_unknown_project_has_no_notes(signed_in):
    browser = signed_in("project_center", "zp")
    assert browser.post("/projects/PC-000", {}, expect_errors=True).status_int == 404
    assert browser.post("/projects/PC-000/notes/1", {}, expect_errors=True).status_int == 404
    assert browser.post(f"{PAGE}/notes/{'9' * 40}", {}, expect_errors=True).status_int == 404


def test_notes_outlive_the_process(tmp_path):
    path = notes_path(str(tmp_path / "project-center.sqlite3"))
    assert path.endswith("project-center.notes.sqlite3")
    Notes(path).add("P", "somebody", "Some Body", Draft("a", "b"), 1_800_000_000)
    (note,) = Notes(path).of_project("P")
    assert (note.title, note.author, note.day.isoformat()) == ("a", "Some Body", "2027-01-15")
    assert Notes(path).remove(note.id, "Q", "somebody") is False


def test_a_line_break_counts_as_one_character():
    assert read_draft({"title": "t", "text": "\r\n" * (LONGEST_TEXT - 1) + "x"}).is_good
    assert not read_draft({"title": "t", "text": "x" * (LONGEST_TEXT + 1)}).is_good


@pytest.mark.parametrize(("username", "salary"), [("zp", "¥31,500"), ("lin", "¥28,000"), ("chen", ""), ("nobody", "")])
@pytest.mark.parametrize(("language", "heading"), [("en", "Your contract"), ("zh-CN", "我的合同")])
def test_a_contract_is_seen_after_a_fresh_sign_in(signed_in, username, salary, language, heading):
    browser = signed_in("talent_center", username, auth_time=SystemClock().now())
    page = browser.get("/mine/contract", headers={"Accept-Language": language})
    assert page.html.h1.get_text() == heading
    assert (salary in page) if salary else page.html.find(class_="empty")
    assert page.html.find("a", href="/mine", class_=lambda found: found in (None, "button"))


def test_an_older_sign_in_has_to_be_made_again(signed_in):
    browser = signed_in("talent_center", "zp", auth_time=SystemClock().now() - 301)
    location = browser.get("/mine/contract", status=303).location
    assert "max_age=300" in location
    assert browser.get("/mine").html.find("a", href="/mine/contract")
