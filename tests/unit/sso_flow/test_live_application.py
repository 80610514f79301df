"""The layer around an application of the demo: what it tells, and that the application is otherwise what it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from webtest import TestApp

from sso_flow.journal import PERSON, Hop
from sso_flow.live.application import RecordedApplication
from sso_flow.live.browsers import COOKIE, browser_of, new_number
from sso_flow.live.serving import note_call

SITE, PORTAL = "http://site.test:9001", "http://portal.test:9000"
PAGE = {"Accept": "text/html,*/*;q=0.8"}
Told = list[tuple[str, Hop]]


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answers with what was posted; /go leads to the portal, /json is JSON, everything else is a page."""
    posted = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["PATH_INFO"] == "/go":
        start_response(
            "303 See Other", [("Location", f"{PORTAL}/o/authorize/?client_id=1"), ("Set-Cookie", "a=secret")]
        )
        return [b""]
    kind = "application/json" if environ["PATH_INFO"] == "/json" else "text/html; charset=utf-8"
    start_response("200 OK", [("Content-Type", kind)])
    return [b"<h1>Echo</h1>", posted]


@pytest.fixture
def told() -> Told:
    """Everything that was told."""
    return []


@pytest.fixture
def site(told: Told) -> TestApp:
    """A recorded site, asked under a name that is not its own."""
    recorded = RecordedApplication(echo, SITE, lambda browser, hop: told.append((browser, hop)), portal=PORTAL)
    return TestApp(recorded, extra_environ={"HTTP_HOST": "elsewhere.test"})


def test_a_flow_begins_where_a_site_sends_people_to_the_portal(site: TestApp, told: Told) -> None:
    site.get("/", headers=PAGE)
    assert (told, COOKIE in site.cookies) == ([], False)
    answer = site.get("/go?x=%E4%B8%AD", headers=PAGE)
    assert f"{COOKIE}={site.cookies[COOKIE]}; Path=/; HttpOnly; SameSite=Lax" in answer.headers.getall("Set-Cookie")
    site.get("/done", headers=PAGE)
    assert [browser for browser, _ in told] == [browser_of(site.cookies[COOKIE])] * 2
    assert [hop.url for _, hop in told] == [f"{SITE}/go?x=%E4%B8%AD", f"{SITE}/done"]
    assert [hop.actor for _, hop in told] == [PERSON] * 2
    assert told[0][1].number < told[1][1].number


def test_what_is_kept_is_little_and_no_secret(site: TestApp, told: Told) -> None:
    headers = PAGE | {"Referer": f"{SITE}/", "X-Private": "yes", "Cookie": f"{COOKIE}={new_number()}; b=private"}
    posted = {"username": "zp", "password": "penadmin"}
    answer = site.post("/form", posted, headers=headers)
    assert answer.body == b"<h1>Echo</h1>" + urlencode(posted).encode()
    site.get("/go", headers=headers)
    (_, form), (_, went) = told
    assert form.form == (("username", "zp"), ("password", "•" * 8))
    assert (form.body, form.status) == (b"<h1>Echo</h1>", 200)
    assert form.request_headers == {"Referer": f"{SITE}/"}
    assert ("Set-Cookie", "a=••••••") in went.response_headers


def test_calls_that_are_made_meanwhile_belong_to_the_browser(told: Told) -> None:
    call = Hop(1, 0, "site.test:9001", "GET", f"{PORTAL}/o/userinfo/", {}, (), 200, (), b"", 0.0)

    def calling(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        note_call(call)
        return echo(environ, start_response)

    recorded = RecordedApplication(calling, SITE, lambda browser, hop: told.append((browser, hop)), portal=PORTAL)
    TestApp(recorded).get("/", headers=PAGE)
    assert told == []
    TestApp(recorded).get("/go", headers=PAGE)
    assert told[1] == (told[0][0], call)


def test_a_notice_of_a_sign_out_is_the_portals_and_nobodys_browser(site: TestApp, told: Told) -> None:
    answer = site.post("/sso/backchannel-logout", {"logout_token": "a.b.c"})
    assert answer.body.endswith(b"logout_token=a.b.c")
    ((browser, hop),) = told
    assert (browser, hop.actor, hop.url) == ("", "portal.test:9000", f"{SITE}/sso/backchannel-logout")
    assert COOKIE not in site.cookies


def test_what_a_page_fetches_by_itself_is_no_part_of_it(site: TestApp, told: Told) -> None:
    cookie = {"Cookie": f"{COOKIE}={new_number()}"}
    site.get("/json", headers=cookie | {"Accept": "application/json"})
    site.get("/style.css", headers=cookie | {"Accept": "text/css,*/*;q=0.1"})
    assert told == []


@pytest.mark.parametrize("cookie", ["", "x", "a" * 44, "../../etc", "é" * 43, "a" * 42 + '"'])
def test_a_cookie_that_is_none_of_ours_is_replaced(site: TestApp, told: Told, cookie: str) -> None:
    header = f"{COOKIE}={cookie}".encode().decode("latin-1")
    answer = site.get("/go", headers=PAGE | {"Cookie": header})
    assert told[0][0] == browser_of(site.cookies[COOKIE])
    assert len(answer.headers.getall("Set-Cookie")) == 2


@pytest.mark.parametrize(
    ("body", "kind", "length"),
    [
        (b"\xff\xfe=%ff&password=%00", "application/x-www-form-urlencoded", ""),
        (b"a=1&" * 300, "application/x-www-form-urlencoded", ""),
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", ""),
        (b"a=1", "application/x-www-form-urlencoded", "many"),
        (b"a=1", "application/x-www-form-urlencoded", "1" * 5000),
        (b"a=1", "application/x-www-form-urlencoded; charset=utf-7", ""),
        (b"a=1", "multipart/form-data", ""),
    ],
)
def test_whatever_is_posted_reaches_the_application_as_it_was(told: Told, body: bytes, kind: str, length: str) -> None:
    seen: list[bytes] = []

    def reading(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.append(environ["wsgi.input"].read(len(body)))
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b""]

    recorded = RecordedApplication(reading, SITE, lambda browser, hop: told.append((browser, hop)), portal=PORTAL)
    headers = PAGE | {"Content-Type": kind, "Cookie": f"{COOKIE}={new_number()}"}
    more = {"CONTENT_LENGTH": length} if length else {}
    TestApp(recorded, lint=False).post("/%FF/%2e", body, headers=headers, extra_environ=more)
    assert seen == [body]
    assert len(told) == 1
    assert len(told[0][1].form) <= 64


def test_an_application_that_fails_fails_as_before() -> None:
    def failing(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        TestApp(RecordedApplication(failing, SITE, lambda browser, hop: None, portal=PORTAL)).get("/", headers=PAGE)
