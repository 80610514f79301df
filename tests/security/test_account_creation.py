"""Creating an account under attack: listing names, forged forms, hostile input, being sent elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from sso_testkit.together import together
from tests.flows.test_newcomers import ANA, CREATE

SLOW = {"sso.sign_up.address_free_tries": "5", "sso.sign_up.address_lock_tries": "8"}


@pytest.fixture
def open_sso(make_sso: Callable[..., SingleSignOn]) -> Iterator[SingleSignOn]:
    """A portal at which newcomers may create accounts, slowed early."""
    yield make_sso({"sso.sign_up.enabled": "true", **SLOW})


@pytest.fixture
def stranger(open_sso: SingleSignOn) -> Browser:
    """A browser with the page open."""
    browser = open_sso.browser()
    browser.open(CREATE)
    return browser


def send(browser: Browser, fields: dict[str, str], *, csrf: str | None = None) -> webtest.TestResponse:
    """One submission, whatever the page said; not followed."""
    token = browser.page.forms[0]["csrf_token"].value if csrf is None else csrf
    return browser.request("POST", CREATE, [("csrf_token", token), *fields.items()])


def people(sso: SingleSignOn) -> set[str]:
    with sso.portal.transaction() as unit:
        return {user.username for user in unit.users.all()}


def test_names_cannot_be_listed_quickly(open_sso: SingleSignOn, stranger: Browser) -> None:
    statuses = [send(stranger, {**ANA, "username": "zp"}).status_int for _ in range(8)]
    assert statuses == [200] * 6 + [429] * 2
    refused = send(stranger, {**ANA, "username": "somebody"})
    assert "There were too many tries." in refused.text
    assert int(refused.headers["Retry-After"]) == 2
    assert "taken" not in refused.text
    assert refused.forms[0]["username"].value == "somebody"
    assert people(open_sso) == {"zp", "lin"}
    for pause in (2, 4):
        open_sso.clock.advance(pause)
        assert send(stranger, {**ANA, "username": "zp"}).status_int == 200
    assert int(send(stranger, {**ANA, "username": "zp"}).headers["Retry-After"]) == 900


def test_the_sign_in_page_goes_on_meanwhile(stranger: Browser) -> None:
    for _ in range(8):
        send(stranger, {**ANA, "username": "zp"})
    stranger.open(f"{PORTAL}/o/login/?next=/healthz")
    stranger.sign_in("zp", "penadmin")
    assert stranger.url == f"{PORTAL}/healthz"


def test_a_forged_form_makes_nobody(open_sso: SingleSignOn, stranger: Browser) -> None:
    other = open_sso.browser()
    other.open(CREATE)
    foreign = other.page.forms[0]["csrf_token"].value
    for token in ("", "x", foreign, "é"):
        answer = send(stranger, ANA, csrf=token)
        assert answer.status_int == 200
        assert not any("sso_session=" in header for header in answer.headers.getall("Set-Cookie"))
    answer = webtest.TestApp(open_sso.world).post(CREATE, {**ANA, "csrf_token": "x"})
    assert answer.status_int == 200
    assert people(open_sso) == {"zp", "lin"}


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/ok\r\nX-Evil: 1",
        "/\t/evil.example",
        "\x00",
        "/" + "x" * 9000,
    ],
)
def test_nobody_is_sent_elsewhere(stranger: Browser, target: str) -> None:
    page = stranger.open(f"{CREATE}?next={quote(target)}")
    assert page.forms[0]["next"].value == "/"
    answer = send(stranger, {**ANA, "next": target})
    assert answer.status_int == 303
    assert answer.headers["Location"] == f"{PORTAL}/"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"username=%ff&name=%ff&email=%ff&password=%ff",
        b"username=a%00b&name=a%00&email=a%00@b.test&password=aaaaaaaaa%00",
        b"username=a&username=b&password=1&password=2&next=/&next=//evil.example",
        b"username=" + b"x" * 9_000,
        b"&".join(b"a%d=1" % number for number in range(101)),
        b"username=%ED%A0%80&password=12345678",
    ],
    ids=range(8),
)
def test_hostile_forms_are_answered_and_make_nobody(open_sso: SingleSignOn, stranger: Browser, body: bytes) -> None:
    token = stranger.page.forms[0]["csrf_token"].value.encode()
    jar = webtest.TestApp(open_sso.world, cookiejar=stranger.jar)
    for sent in (body, b"csrf_token=" + token + b"&" + body):
        answer = jar.post(CREATE, sent, headers={"Content-Type": "application/x-www-form-urlencoded"}, status="*")
        assert answer.status_int in {200, 400}
    assert people(open_sso) == {"zp", "lin"}


@pytest.mark.parametrize("field", ["username", "name", "email"])
def test_what_was_typed_is_shown_as_text_and_not_too_much_of_it(stranger: Browser, field: str) -> None:
    page = send(stranger, {**ANA, "password": "", field: '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text
    assert page.forms[0][field].value == '"><script>alert(1)</script>'
    page = send(stranger, {**ANA, "password": "", field: "x" * 9_000})
    assert len(page.text) < 9_000


def test_the_password_never_comes_back(stranger: Browser) -> None:
    for fields in ({**ANA, "username": "zp"}, {**ANA, "email": ""}):
        assert ANA["password"] not in send(stranger, fields).text


def test_a_planted_session_does_not_become_hers(open_sso: SingleSignOn, stranger: Browser) -> None:
    attacker = open_sso.browser()
    attacker.open(f"{PORTAL}/o/login/")
    attacker.sign_in("zp", "penadmin")
    planted = attacker.cookies()["portal.example.test __Host-sso_session"]
    for cookie in attacker.jar:
        if "session" in cookie.name:
            stranger.jar.set_cookie(cookie)
    assert send(stranger, ANA).status_int == 303
    assert stranger.cookies()["portal.example.test __Host-sso_session"] != planted
    assert "安娜" not in attacker.open(f"{PORTAL}/").text


def test_the_cookie_is_new_and_flagged(stranger: Browser) -> None:
    answer = send(stranger, ANA)
    (header,) = [header for header in answer.headers.getall("Set-Cookie") if "sso_session" in header]
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in header.split(";")}
    assert "max-age" not in header.lower()


def test_five_at_once_are_one_person(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso({"sso.sign_up.enabled": "true", "sso.storage.pool_size": "30"})
    browsers = [sso.browser() for _ in range(5)]
    for browser in browsers:
        browser.open(f"{PROJECT_CENTER}/mine")
        browser.click("Create an account")
    answers = together(5, lambda number: send(browsers[number], ANA))
    assert [answer.status_int for answer in answers] == [303] * 5
    assert people(sso) == {"zp", "lin", "ana"}
