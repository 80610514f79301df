"""Each field of each form that people fill in, bad in each way: the page says what is wrong, and nothing happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copytree
from urllib.parse import quote, urlencode

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import Device
from sso_testkit.clients.names import DEVICE_PAGE
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

LONG = "x" * 9_000
LOGIN, CREATE, LOGOUT = f"{PORTAL}/o/login/", f"{PORTAL}/account/create", f"{PORTAL}/o/logout/"
HOW = ("missing", "empty", "too long", "not UTF-8", "NUL", "in the address")


@pytest.fixture(scope="module")
def sso(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SingleSignOn]:
    """One world for the tables: what is refused changes nothing."""
    folder = tmp_path_factory.mktemp("people") / "world"
    copytree(template, folder)
    high = {f"sso.sign_in.{of}_free_failures": "200" for of in ("account", "address")}
    higher = {f"sso.sign_in.{of}_lock_failures": "201" for of in ("account", "address")}
    tries = {"sso.sign_up.address_free_tries": "200", "sso.sign_up.address_lock_tries": "201"}
    world = SingleSignOn(folder, settings={"sso.sign_up.enabled": "true", **high, **higher, **tries})
    yield world
    world.close()


def spoiled(good: Mapping[str, str], name: str, how: str) -> tuple[str, str]:
    """Body and query of a form with one bad field."""
    rest = urlencode({known: value for known, value in good.items() if known != name})
    if how == "in the address":
        return rest, f"{name}={quote(good[name])}"
    ending = {
        "missing": "",
        "empty": f"&{name}=",
        "too long": f"&{name}={LONG}",
        "not UTF-8": f"&{name}=%FF%FE",
        "NUL": f"&{name}=%00",
    }[how]
    return rest + ending, ""


def send(browser: Browser, address: str, body: str, query: str) -> webtest.TestResponse:
    """What a browser with these cookies would be answered."""
    return browser.http.post(f"{address}?{query}" if query else address, body, status="*")


def form_of(browser: Browser, address: str) -> dict[str, str]:
    browser.open(address)
    return {"csrf_token": browser.page.forms[0]["csrf_token"].value, "next": "/"}


MISSING, STALE = "Type your user name and your password.", "open for a while"
WRONG = "The user name or password is not right."


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("name", "otherwise", "long"),
    [("username", MISSING, WRONG), ("password", MISSING, WRONG), ("csrf_token", STALE, STALE)],
)
def test_the_sign_in_form(sso: SingleSignOn, name: str, otherwise: str, long: str, how: str) -> None:
    browser = sso.browser()
    good = {**form_of(browser, LOGIN), "username": "zp", "password": "penadmin"}
    answer = send(browser, LOGIN, *spoiled(good, name, how))
    assert answer.status_int == 200
    assert (long if how == "too long" else otherwise) in answer.text
    assert "penadmin" not in answer.text
    assert "__Host-sso_session" not in " ".join(browser.cookies())
    assert send(browser, LOGIN, urlencode(good), "").status_int == 303


@pytest.mark.parametrize("how", [*HOW, "twice"])
@pytest.mark.parametrize("name", ["next", "prompt", "remember_me", "of_somebody_else"])
def test_what_only_says_how_to_go_on_keeps_nobody_out(sso: SingleSignOn, name: str, how: str) -> None:
    browser = sso.browser()
    good = {**form_of(browser, LOGIN), "username": "zp", "password": "penadmin", "prompt": "login", "remember_me": "on"}
    good["of_somebody_else"] = "x"
    body, query = (f"{urlencode(good)}&{name}=//evil.example", "") if how == "twice" else spoiled(good, name, how)
    answer = send(browser, LOGIN, body, query)
    assert (answer.status_int, answer.headers["Location"]) == (303, f"{PORTAL}/")


NEWCOMER = {"username": "ana", "name": "Ana", "email": "ana@example.test", "password": "long enough for it"}
WORDS = {
    "username": ("Choose a user name.", "Letters, digits, dots, hyphens and underscores only"),
    "name": ("Type your name.", "too long or has characters"),
    "email": ("Type your e-mail address.", "This is not an e-mail address."),
    "password": ("Choose a password.", "A password has 8 to 1024 characters."),
    "csrf_token": (STALE, STALE),
}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("name", WORDS)
def test_the_form_of_a_newcomer(sso: SingleSignOn, name: str, how: str) -> None:
    browser = sso.browser()
    good = {**form_of(browser, CREATE), **NEWCOMER}
    answer = send(browser, CREATE, *spoiled(good, name, how))
    assert answer.status_int == 200
    assert WORDS[name][how == "too long"] in answer.text
    assert NEWCOMER["password"] not in answer.text
    with sso.portal.transaction() as unit:
        assert {user.username for user in unit.users.all()} == {"zp", "lin"}


@pytest.fixture
def signed_in(sso: SingleSignOn) -> Browser:
    browser = sso.browser()
    browser.open(LOGIN)
    browser.sign_in("zp", "penadmin")
    return browser


@pytest.fixture(scope="module")
def tv(sso: SingleSignOn) -> Device:
    return Device(sso)


@pytest.mark.parametrize("how", [*HOW, "twice"])
@pytest.mark.parametrize("name", ["user_code", "decision", "csrf_token"])
def test_the_form_about_a_device(tv: Device, signed_in: Browser, name: str, how: str) -> None:
    tv.ask()
    signed_in.open(tv.codes["verification_uri_complete"])
    good = {str(field): str(value) for field, value in signed_in.page.forms[0].submit_fields()} | {"decision": "allow"}
    body, query = (f"{name}=x&{urlencode(good)}", "") if how == "twice" else spoiled(good, name, how)
    answer = send(signed_in, DEVICE_PAGE, body, query)
    declined = name == "decision" and how in {"too long", "twice"}
    if name == "user_code":
        assert "A code has eight letters" in answer.text
    elif name == "csrf_token" or declined:
        assert (answer.status_int == 303) is declined
    else:
        # Without an answer it is the form that asks for the code, whose token is another one.
        assert answer.status_int == 200
        assert STALE in answer.text
    assert tv.poll().json["error"] == ("access_denied" if declined else "authorization_pending")


@pytest.mark.parametrize("how", [*HOW, "twice"])
@pytest.mark.parametrize("name", ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "csrf_token"])
def test_a_wish_to_sign_out(sso: SingleSignOn, signed_in: Browser, name: str, how: str) -> None:
    """RP-Initiated Logout 1.0, section 2 has no error codes: what cannot be believed is left aside."""
    bye = "https://leaving.example.test/bye"
    with sso.portal.transaction() as unit:
        known = unit.clients.find("leaving")
    if known is None:
        RelyingParty.register(sso, "leaving", post_logout_redirect_uris=[bye])
    good = {"client_id": "leaving", "post_logout_redirect_uri": bye, "state": "s", "id_token_hint": "e30.e30.e30"}
    signed_in.open(LOGOUT)
    good |= {"csrf_token": signed_in.page.forms[0]["csrf_token"].value, "decision": "sign_out"}
    body, query = (f"{name}=x&{urlencode(good)}", "") if how == "twice" else spoiled(good, name, how)
    answer = send(signed_in, LOGOUT, body, query)
    if name == "csrf_token":
        assert answer.status_int == 200
        assert STALE in answer.text
        assert "张鹏" in signed_in.open(f"{PORTAL}/").text
        return
    assert answer.status_int == 303
    unbelievable = name in {"client_id", "post_logout_redirect_uri"}
    target = answer.headers["Location"]
    assert target.startswith(f"{PORTAL}/o/logout/" if unbelievable else bye)
