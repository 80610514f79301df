"""Which forms are not kept: of scripts, of other sites, with files, too large, or not readable."""

from __future__ import annotations

from typing import Any

import pytest

from sso_client.parked_forms import MOST_OF_NOBODY
from sso_client.posted_form import LARGEST_BYTES, looks_secret
from tests.unit.sso_client.forms_site import Writer, make_forms_site
from tests.unit.sso_client.provider import MovableClock, ProviderAdapter
from tests.unit.sso_client.site_under_test import SITE

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


def part(name: str, value: str, more: str = "") -> str:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


@pytest.fixture
def writer(adapter: ProviderAdapter, clock: MovableClock) -> Writer:
    return Writer(make_forms_site(adapter, clock), adapter.provider)


def is_kept(writer: Writer, answer: Any) -> bool:
    if answer.status_int == 303:
        assert len(writer.cookies("_form_")) == 1
        return True
    assert answer.status_int == 401 and writer.cookies("_form_") == {}
    assert "This form could not be kept" in answer.text and "Sign in to do this" in answer.text
    return False


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "", "Origin": SITE, "Referer": ""}, True),
        ({"Sec-Fetch-Site": "", "Origin": ""}, True),
        ({"Sec-Fetch-Site": "", "Origin": "null"}, False),
        ({"Sec-Fetch-Site": "", "Referer": ""}, False),
        ({"Sec-Fetch-Site": "", "Referer": "https://evil.example/mine"}, False),
        ({"Sec-Fetch-Site": "", "Referer": "https://[evil"}, False),
        ({"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, False),
        ({"Sec-Fetch-Site": "", "Origin": SITE + ".evil.example"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": SITE}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Mode": "cors"}, False),
        ({"Sec-Fetch-Mode": "no-cors"}, False),
        ({"X-Requested-With": "XMLHttpRequest"}, False),
    ],
)
def test_only_a_form_of_our_own_pages_is_kept(writer: Writer, headers: dict[str, str], kept: bool) -> None:
    assert is_kept(writer, writer.post("/note", {"title": "A"}, **headers)) is kept


@pytest.mark.parametrize(
    ("kind", "body", "kept"),
    [
        (URLENCODED, b"", True),
        (URLENCODED, b"a=" + b"x" * (LARGEST_BYTES - 2), True),
        (URLENCODED, b"a=" + b"x" * (LARGEST_BYTES - 1), False),
        (URLENCODED, b"&".join([b"a=1"] * 200), True),
        (URLENCODED, b"&".join([b"a=1"] * 201), False),
        (URLENCODED, b"a=%ff", False),
        (URLENCODED, b"a=\xff", False),
        (URLENCODED, b"a=%00", False),
        (URLENCODED, b"%ed%a0%80=1", False),
        ("", b"a=1", False),
        ("text/plain", b"a=1", False),
        ("application/json", b"{}", False),
        ("application/x-www-form-urlencoded\xe9", b"a=1", False),
        (URLENCODED + "; charset=utf-8", b"a=1", True),
        (MULTIPART, (part("a", "1") + part("b", "文") + "--b--\r\n").encode(), True),
        (MULTIPART, (part("a", "1") + part("f", "", '; filename=""') + "--b--\r\n").encode(), True),
        (MULTIPART, (part("f", "data", '; filename="x.txt"') + "--b--\r\n").encode(), False),
        (MULTIPART, b"nothing of the kind", True),
        (MULTIPART + "; charset=gbk", (part("a", "1") + "--b--\r\n").encode(), False),
        ("multipart/form-data", b"no boundary", False),
        ("multipart/form-data; boundary=" + "b" * 300, b"x", False),
    ],
)
def test_only_text_of_sane_size_is_kept(writer: Writer, kind: str, body: bytes, kept: bool) -> None:
    # WebTest puts a content type of its own where there is none.
    headers = {"CONTENT_TYPE": kind, "HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_SEC_FETCH_MODE": "navigate"}
    request = writer.browser.RequestClass.blank("/note", environ={**writer.browser.extra_environ, **headers})
    request.method, request.body = "POST", body
    request.environ["CONTENT_TYPE"] = kind
    assert is_kept(writer, writer.browser.do_request(request, expect_errors=True)) is kept


def test_a_form_with_parts_comes_back_as_it_was(writer: Writer) -> None:
    body = part("a", "1") + part("b", "文") + part("f", "", '; filename=""') + part("a", "2") + "--b--\r\n"
    page = writer.finish_sign_in(writer.post("/note", body.encode(), **{"Content-Type": MULTIPART}))
    writer.send(page)
    assert writer.received == [("/note", [("a", "1"), ("b", "文"), ("f", ""), ("a", "2")])]


def test_the_largest_form_makes_the_whole_way(writer: Writer) -> None:
    text = "文" * 7000
    page = writer.park(fields=[("text", text)])
    assert writer.send(page).status_int == 200
    assert writer.received == [("/note", [("text", text)])]
    body = part("text", "<&>\x01" * 16_000) + "--b--\r\n"
    page = writer_signed_out(writer).finish_sign_in(writer.post("/note", body.encode(), **{"Content-Type": MULTIPART}))
    assert writer.send(page).status_int == 200
    assert writer.received[1][1] == [("text", "<&>\x01" * 16_000)]


def writer_signed_out(writer: Writer) -> Writer:
    for name in list(writer.cookies()):
        if name == "__Host-sso_project-center":
            writer.browser.cookiejar.clear("project.example.test", "/", name)
    return writer


def test_a_put_is_not_kept(writer: Writer) -> None:
    answer = writer.browser.put(
        "/mine", {"a": "1"}, headers={"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}, expect_errors=True
    )
    assert answer.status_int in (401, 404) and writer.cookies() == {}


def test_strangers_cannot_fill_the_store(writer: Writer, clock: MovableClock) -> None:
    for _ in range(MOST_OF_NOBODY):
        assert writer.post("/note", {"a": "1"}).status_int == 303
        writer.browser.reset()
    assert writer.post("/note", {"a": "1"}).status_int == 401
    clock.move(24 * 3600)
    assert writer.post("/note", {"a": "1"}).status_int == 303


def test_the_portal_may_be_away_meanwhile(writer: Writer, adapter: ProviderAdapter, clock: MovableClock) -> None:
    adapter.provider.fault["*"] = "refused"
    answer = writer.post("/note", {"title": "A"})
    assert answer.status_int == 503
    adapter.provider.fault.clear()
    page = writer.finish_sign_in(writer.get(answer.html.select_one("a.primary")["href"]))
    assert writer.send(page).status_int == 200 and len(writer.received) == 1


@pytest.mark.parametrize(
    "name", ["password", "user[password]", "Passwd", "csrf_token", "accessToken", "pin", "OTP", "密码"]
)
def test_names_that_look_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["title", "text", "topping", "spinning", "keyword", "monkey", "compass"])
def test_names_that_do_not(name: str) -> None:
    assert not looks_secret(name)
