"""A form that meets no living session is kept, shown after the sign-in, and sent once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.unit.sso_client.forms_site import Writer, make_forms_site
from tests.unit.sso_client.provider import MovableClock, Provider, ProviderAdapter
from tests.unit.sso_client.site_under_test import SITE

FORM = [
    ("csrf_token", "of-yesterday"),
    ("title", "第一条"),
    ("tag", "a"),
    ("text", "one\r\n two  & <b>three</b> \"four\" 'five'"),
    ("tag", "b"),
    ("empty", ""),
    ("tag", "a"),
]


@pytest.fixture
def writer(adapter: ProviderAdapter, clock: MovableClock) -> Writer:
    return Writer(make_forms_site(adapter, clock), adapter.provider)


def shown(page: Any) -> dict[str, str]:
    return {term.get_text(): term.find_next("dd").get_text() for term in page.html.select("dl.fields dt")}


def test_the_view_gets_the_fields_in_their_order_with_the_token_of_the_new_session(writer: Writer) -> None:
    page = writer.park("/note?a=1&a=2", FORM)
    assert page.status_int == 200 and page.headers["Cache-Control"] == "no-store"
    assert page.html.h1.get_text() == "Your form is kept"
    assert writer.received == []
    assert writer.send(page).text == "saved True"
    (path, fields) = writer.received[0]
    assert path == "/note?a=1&a=2"
    assert fields[1:] == FORM[1:]
    assert fields[0][0] == "csrf_token" and fields[0][1] not in ("", "of-yesterday")


def test_the_page_says_where_it_was_and_what_is_in_it_and_no_secret(writer: Writer) -> None:
    secrets = [("Password", "hunter2"), ("api-token", "tok-1"), ("pin", "1234"), ("new_pwd", "hunter3")]
    page = writer.park(fields=[*FORM, *secrets, ("long", "x" * 300), ("topping", "cheese")])
    assert page.html.select_one(".place a")["href"] == "/mine?tab=2"
    fields = shown(page)
    assert list(fields) == ["title", "tag", "text", "empty", "long", "topping"]
    assert fields["text"].split() == FORM[3][1].split()
    assert fields["long"] == "x" * 200 + "…" and fields["empty"] == "left empty"
    visible = page.html.main.get_text(" ")
    assert not [value for _, value in secrets if value in visible]
    assert page.html.find("b") is None


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_page_is_written_in_both_languages(writer: Writer, language: str) -> None:
    page = writer.park()
    again = writer.get(urlsplit(page.request.url).path, headers={"Accept-Language": language})
    titles = {"en": "Your form is kept", "zh-CN": "你填写的表单还在"}
    assert again.html.h1.get_text() == titles[language] and again.html.html["lang"] == language
    buttons = [button.get_text() for button in again.html.find_all("button")]
    assert buttons == {"en": ["Send it now", "Do not send"], "zh-CN": ["现在提交", "不提交"]}[language]


def test_a_double_click_sends_once(writer: Writer) -> None:
    page = writer.park()
    assert writer.send(page).status_int == 200
    second = writer.send(page)
    assert second.status_int == 409 and "This form has been sent already" in second.text
    assert second.html.select_one("a.primary")["href"] == "/mine?tab=2"
    assert len(writer.received) == 1
    assert writer.get(urlsplit(page.request.url).path).status_int == 409, "the back button says the same"


def test_what_is_not_to_be_sent_is_thrown_away(writer: Writer) -> None:
    page = writer.park()
    answer = writer.press(page, 1)
    assert answer.status_int == 303 and answer.location == SITE + "/mine?tab=2"
    assert writer.cookies("_form_") == {}
    assert writer.get(urlsplit(page.request.url).path).status_int == 404
    assert writer.send(page).status_int == 404
    assert writer.received == []


def test_throwing_away_needs_the_token(writer: Writer) -> None:
    page = writer.park()
    path = urlsplit(page.request.url).path
    assert writer.post(path, {"csrf_token": "wrong"}).status_int == 403
    assert writer.post(path, b"csrf_token=%ff").status_int == 403
    assert writer.get(path).status_int == 200


@pytest.mark.parametrize(("fault", "status"), [("invalid", 422), ("refused", 400)])
def test_what_the_site_does_not_take_stays_kept(writer: Writer, fault: str, status: int) -> None:
    page = writer.park()
    writer.registry["fault"] = fault
    assert writer.send(page).status_int == status
    writer.registry["fault"] = ""
    assert writer.send(page).status_int == 200
    assert len(writer.received) == 1


def test_a_form_is_kept_when_the_site_breaks_over_it(writer: Writer) -> None:
    page = writer.park()
    writer.registry["fault"] = "crash"
    with pytest.raises(RuntimeError):
        writer.send(page)
    writer.registry["fault"] = ""
    assert writer.send(page).status_int == 200


def test_only_the_person_whose_session_it_was_gets_it_back(
    writer: Writer, provider: Provider, clock: MovableClock
) -> None:
    writer.sign_in()
    clock.move(8 * 3600)
    answer = writer.post("/note", FORM)
    provider.claims = {"sub": "u-2", "preferred_username": "lin"}
    page = writer.finish_sign_in(answer)
    assert page.status_int == 403 and "Somebody else began this form" in page.text
    assert "第一条" not in page.text
    ticket = urlsplit(page.request.url).path.rpartition("/")[2]
    assert writer.post("/note", {"sso_parked": ticket, "title": "forged"}).status_int == 403
    assert writer.received == []

    clock.move(8 * 3600)
    provider.claims = {"sub": "u-1", "preferred_username": "zp"}
    page = writer.finish_sign_in(writer.get(urlsplit(page.request.url).path))
    assert page.status_int == 200 and writer.send(page).status_int == 200
    assert [value for _, value in writer.received[0][1]][1] == "第一条"


def test_a_form_of_nobody_belongs_to_the_first_who_signs_in(
    writer: Writer, provider: Provider, clock: MovableClock
) -> None:
    page = writer.park()
    clock.move(8 * 3600)
    provider.claims = {"sub": "u-2", "preferred_username": "lin"}
    path = urlsplit(page.request.url).path
    assert writer.finish_sign_in(writer.get(path)).status_int == 403


def test_another_browser_finds_nothing(writer: Writer, provider: Provider) -> None:
    page = writer.park()
    path = urlsplit(page.request.url).path
    other = Writer(writer.browser.app, provider)
    found = other.finish_sign_in(other.get(path))
    assert found.status_int == 404 and "There is no form here any more" in found.text
    assert other.send(page).status_int == 404
    assert writer.received == []


def test_a_form_is_kept_for_a_day(writer: Writer, clock: MovableClock) -> None:
    page = writer.park()
    clock.move(24 * 3600)
    writer.sign_in()
    assert writer.get(urlsplit(page.request.url).path).status_int == 404
    assert writer.send(page).status_int == 404


@pytest.mark.parametrize("form_id", ["x", "-" * 22, "x" * 4000, "a%0d%0ab", "..%2f", "' OR 1=1 --"])
def test_an_unknown_form_is_a_page_and_never_a_failure(writer: Writer, form_id: str) -> None:
    writer.sign_in()
    path = "/sso/parked/" + quote(form_id, safe="%")
    assert writer.get(path).status_int in (404, 400)
    assert writer.post(path, {}).status_int in (404, 400)


def test_who_lets_the_page_lie_signs_in_again_and_finds_the_form_there(writer: Writer, clock: MovableClock) -> None:
    page = writer.park(fields=FORM)
    clock.move(8 * 3600)
    again = writer.finish_sign_in(writer.send(page))
    assert urlsplit(again.request.url).path == urlsplit(page.request.url).path, "it was not kept a second time"
    assert writer.send(again).text == "saved True"
    assert len(writer.cookies("_form_")) == 1 and len(writer.received) == 1


def test_several_forms_wait_side_by_side_and_the_oldest_of_too_many_goes(writer: Writer, clock: MovableClock) -> None:
    answers = []
    for number in range(7):
        answers.append(writer.post("/note", {"title": f"form {number}"}))
        clock.move(1)
    assert len(writer.cookies("_form_")) == 5
    pages = [writer.finish_sign_in(answers[-1])]
    for answer in answers[:-1]:
        state = dict(parse_qsl(urlsplit(answer.location).query))["state"]
        assert state
        back = writer.come_back(answer.location)
        pages.append(writer.get(back.location.removeprefix(SITE)))
    assert [page.status_int for page in pages] == [200, 404, 404, 200, 200, 200, 200]
    assert shown(pages[0]) == {"title": "form 6"} and shown(pages[3]) == {"title": "form 2"}
    writer.send(pages[3])
    writer.send(pages[0])
    assert [fields for _, fields in writer.received] == [[("title", "form 2")], [("title", "form 6")]]


def test_a_session_that_ends_in_the_middle_of_a_view_keeps_the_form_too(
    adapter: ProviderAdapter, clock: MovableClock, provider: Provider
) -> None:
    writer = Writer(make_forms_site(adapter, clock), provider)
    writer.sign_in()
    clock.move(3600)
    provider.forget_refresh_tokens()
    page = writer.finish_sign_in(writer.post("/api", FORM))
    assert page.html.h1.get_text() == "Your form is kept" and shown(page)["title"] == "第一条"


def test_neither_the_store_nor_the_browser_alone_can_read_it(
    adapter: ProviderAdapter, clock: MovableClock, provider: Provider, tmp_path: Any
) -> None:
    writer = Writer(make_forms_site(adapter, clock, store=str(tmp_path / "site.sqlite3")), provider)
    answer = writer.post("/note", {"title": "a-very-secret-title"})
    (value,) = writer.cookies("_form_").values()
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert b"a-very-secret-title" not in content and value.encode() not in content
    (cookie,) = [line for line in answer.headers.getall("Set-Cookie") if "_form_" in line]
    assert "HttpOnly" in cookie and "secure" in cookie and "SameSite=Lax" in cookie and "Max-Age=86400" in cookie
    assert cookie.startswith("__Host-") and len(value) == 43


def test_a_page_that_was_made_for_an_earlier_session_is_made_anew(writer: Writer, provider: Provider) -> None:
    page = writer.park(fields=FORM)
    stale = page.forms[0]
    stale["csrf_token"] = "of-the-session-before"
    answer = writer.send(page)
    assert answer.status_int == 303 and answer.location == page.request.url
    assert writer.received == []
    assert writer.send(writer.get(urlsplit(answer.location).path)).text == "saved True"
