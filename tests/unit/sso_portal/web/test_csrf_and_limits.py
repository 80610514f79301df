"""Forms that are not ours, requests that are too large, addresses in other alphabets."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn

PORTAL = "https://portal.example.test"


def call(sso: SingleSignOn, **environ: Any) -> tuple[int, dict[str, str], bytes]:
    """A request as a server would hand it over, without a client that tidies it up."""
    answer: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> None:
        answer["status"], answer["headers"] = int(status.split()[0]), dict(headers)

    whole = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "portal.example.test",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "portal.example.test",
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(b""),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **environ,
    }
    body = b"".join(sso.portal_app(whole, start_response))
    return answer["status"], answer["headers"], body


@pytest.mark.parametrize(
    ("length", "status"),
    [("65537", 413), ("-1", 400), ("abc", 400), ("1e3", 400), ("²", 400), ("9" * 5000, 413), ("", 400)],
    ids=["too large", "negative", "letters", "exponent", "superscript", "endless", "none"],
)
def test_the_length_of_a_body(sso: SingleSignOn, length: str, status: int) -> None:
    got, headers, _ = call(
        sso,
        REQUEST_METHOD="POST",
        PATH_INFO="/o/token/",
        CONTENT_LENGTH=length,
        CONTENT_TYPE="text/plain",
    )
    assert got == status
    assert headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(("length", "status"), [(16_384, 200), (16_385, 414), (1_000_000, 414)])
def test_the_length_of_a_query(sso: SingleSignOn, length: int, status: int) -> None:
    assert call(sso, QUERY_STRING="q" * length)[0] == status


def test_limits_are_settings(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.web.max_query_bytes": "100", "sso.web.max_body_bytes": "10"})
    assert call(sso, QUERY_STRING="q" * 101)[0] == 414
    post = {"REQUEST_METHOD": "POST", "PATH_INFO": "/o/token/", "wsgi.input": io.BytesIO(b"x" * 11)}
    assert call(sso, **post, CONTENT_LENGTH="11")[0] == 413
    status, _, body = call(sso, **post, CONTENT_LENGTH="10", CONTENT_TYPE="application/x-www-form-urlencoded")
    assert (status, b"grant_type is missing" in body) == (400, True)


class Untouched(io.RawIOBase):
    """A body that nobody may read."""

    def readinto(self, _buffer: Any) -> int:
        raise AssertionError("a body that was refused is read")


@pytest.mark.parametrize("length", ["65537", "-1", "9" * 5000])
@pytest.mark.parametrize("path", ["/o/login/", "/o/authorize/", "/o/token/", "/nowhere"])
def test_a_body_that_is_refused_is_not_read(sso: SingleSignOn, path: str, length: str) -> None:
    post = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    status, _, _ = call(sso, **post, **{"CONTENT_LENGTH": length, "wsgi.input": Untouched()})
    assert status == (400 if length == "-1" else 413)


@pytest.mark.parametrize("path", ["/o/login/", "/o/token/", "/o/authorize/", "/o/logout/"])
def test_a_body_that_breaks_off_is_the_senders_fault(sso: SingleSignOn, path: str) -> None:
    post = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    status, headers, body = call(sso, **post, **{"CONTENT_LENGTH": "30", "wsgi.input": io.BytesIO(b"a=1")})
    assert status == 400
    assert headers["X-Request-Id"].encode() in body


def test_a_page_does_not_repeat_an_address_that_is_too_long_to_come_back_by(sso: SingleSignOn) -> None:
    for query, status in (("q" * 20_000, 414), ("q" * 16_000, 200)):
        got, _, body = call(sso, QUERY_STRING=query)
        assert got == status
        assert len(body) < 10_000
        assert b"next=%2F" in body


@pytest.mark.parametrize("path", ["/\xff", "/static/x/\xff", "/o/login/\xff", "/\x00", "/o/authorize/\xc0\xaf"])
def test_paths_that_are_no_text(sso: SingleSignOn, path: str) -> None:
    status, headers, _ = call(sso, PATH_INFO=path)
    assert status in {400, 404}
    assert headers["Content-Security-Policy"]
    assert headers["X-Request-Id"]


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "portal.css/", "", "__init__.py", "nothing.css"])
def test_static_files_are_those_of_one_folder(sso: SingleSignOn, name: str) -> None:
    assert call(sso, PATH_INFO=f"/static/hash/{name}")[0] == 404


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("/%E4%B8%AD", "/%E4%B8%AD"),
        ("/?q=%E9%A1%B9", "/?q=%E9%A1%B9"),
        ("//evil.test/", "/"),
        ("https://evil.test/", "/"),
        ("/%5Cevil.test", "/"),
        ("/%0d%0aSet-Cookie:x=1", "/"),
        ("", "/"),
    ],
)
def test_a_choice_leads_back_to_a_page_of_ours(sso: SingleSignOn, target: str, where: str) -> None:
    status, headers, body = call(sso, PATH_INFO="/preferences", QUERY_STRING=f"theme=dark&next={target}")
    assert (status, headers["Location"], body) == (303, f"{PORTAL}{where}", b"")
    assert "sso_theme=dark" in headers["Set-Cookie"]


@pytest.mark.parametrize("query", ["theme=purple", "locale=fr", "locale=zh-CN", "theme=", "theme=dark%00"])
def test_a_choice_that_does_not_exist_is_not_kept(sso: SingleSignOn, query: str) -> None:
    status, headers, _ = call(sso, PATH_INFO="/preferences", QUERY_STRING=query)
    assert status == 303
    assert "Set-Cookie" not in headers


def test_an_unreadable_id_token_hint_is_no_hint(sso: SingleSignOn) -> None:
    hint = "eyJhbGciOiJIUzI1NiIsImNyaXQiOjF9.e30.AA"
    assert call(sso, PATH_INFO="/o/logout/", QUERY_STRING=f"id_token_hint={hint}")[0] == 200


def page_with_form(http: webtest.TestApp) -> tuple[str, str]:
    """The token in the form and the one in the cookie."""
    page = http.get("/o/login/")
    return str(page.forms[0]["csrf_token"].value), http.cookies["__Host-sso_csrf"]


@pytest.fixture
def http(sso: SingleSignOn) -> webtest.TestApp:
    """A browser that shows the sign-in page only."""
    return webtest.TestApp(sso.world, extra_environ={"HTTP_HOST": "portal.example.test", "wsgi.url_scheme": "https"})


def test_a_browser_has_one_token_for_all_its_forms(http: webtest.TestApp) -> None:
    in_form, in_cookie = page_with_form(http)
    assert in_form == in_cookie
    assert page_with_form(http) == (in_form, in_cookie)
    assert len(in_form) == 43


def test_two_browsers_have_two_tokens(sso: SingleSignOn, http: webtest.TestApp) -> None:
    other = webtest.TestApp(sso.world, extra_environ=http.extra_environ)
    assert page_with_form(http)[0] != page_with_form(other)[0]


@pytest.mark.parametrize("change", ["other", "short", "empty", "missing", "twice", "surrogate", "no cookie"])
def test_a_form_without_the_right_token_signs_nobody_in(http: webtest.TestApp, change: str) -> None:
    token, _ = page_with_form(http)
    fields = [("username", "zp"), ("password", "penadmin"), ("next", "/"), ("csrf_token", token)]
    if change == "other":
        fields[-1] = ("csrf_token", "A" * 43)
    elif change == "short":
        fields[-1] = ("csrf_token", token[:-1])
    elif change == "empty":
        fields[-1] = ("csrf_token", "")
    elif change == "missing":
        fields.pop()
    elif change == "twice":
        fields.insert(0, ("csrf_token", "wrong"))
    elif change == "surrogate":
        fields[-1] = ("csrf_token", "中" * 43)
    else:
        http.reset()
    page = http.post("/o/login/", fields)
    assert page.status_int == 200
    assert "open for a while" in page.text
    assert page.forms[0]["username"].value == "zp"
    assert "penadmin" not in page.text
    assert "__Host-sso_session" not in http.cookies


def test_the_right_token_signs_in(http: webtest.TestApp) -> None:
    token, _ = page_with_form(http)
    answer = http.post("/o/login/", {"username": "zp", "password": "penadmin", "next": "/", "csrf_token": token})
    assert (answer.status_int, answer.headers["Location"]) == (303, f"{PORTAL}/")


@pytest.mark.parametrize("cookie", ["", "x" * 501, "ä"])
def test_a_strange_token_cookie_is_replaced(sso: SingleSignOn, cookie: str) -> None:
    _, headers, _ = call(sso, PATH_INFO="/o/login/", HTTP_COOKIE=f"__Host-sso_csrf={cookie}")
    assert headers["Set-Cookie"].startswith("__Host-sso_csrf=")
    for flag in ("HttpOnly", "SameSite=Lax", "secure", "Path=/"):
        assert flag.lower() in headers["Set-Cookie"].lower()
    assert "domain" not in headers["Set-Cookie"].lower()
