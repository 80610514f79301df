"""Pushed requests in a hostile world: strange pushes, foreign references, fifty browsers at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from sso_testkit.together import together

THREADS = 50
PREFIX = "urn:ietf:params:oauth:request_uri:"
OVER = "This sign-in is over"

WRONG: dict[str, tuple[dict[str, str | None], int, str]] = {
    "a reference inside": ({"request_uri": "https://rp.example.test/r"}, 400, "invalid_request"),
    "a pushed reference inside": ({"request_uri": f"{PREFIX}x"}, 400, "invalid_request"),
    "no object": ({"request": "x"}, 400, "invalid_request_object"),
    "unregistered redirect URI": ({"redirect_uri": "https://evil.example.test/"}, 400, "invalid_request"),
    "strange redirect URI": ({"redirect_uri": "javascript:alert(1)"}, 400, "invalid_request"),
    "no response type": ({"response_type": None}, 400, "invalid_request"),
    "unknown response type": ({"response_type": "blood"}, 400, "unsupported_response_type"),
    "unregistered response type": ({"response_type": "token"}, 400, "unauthorized_client"),
    "unknown scope": ({"scope": "openid everything"}, 400, "invalid_scope"),
    "no challenge": ({"code_challenge": None, "code_challenge_method": None}, 400, "invalid_request"),
    "plain challenge": ({"code_challenge_method": "plain"}, 400, "invalid_request"),
    "unknown prompt": ({"prompt": "none login"}, 400, "invalid_request"),
    "unknown response mode": ({"response_mode": "pigeon"}, 400, "invalid_request"),
    "strange max_age": ({"max_age": "-1"}, 400, "invalid_request"),
    "strange claims": ({"claims": "["}, 400, "invalid_request"),
    "strange hint": ({"id_token_hint": "x"}, 400, "invalid_request"),
    "registration": ({"registration": "{}"}, 400, "registration_not_supported"),
    "wrong secret": ({"client_secret": "wrong"}, 401, "invalid_client"),
    "no secret": ({"client_secret": None}, 401, "invalid_client"),
    "unknown client": ({"client_id": "nobody"}, 401, "invalid_client"),
    "no client": ({"client_id": None}, 401, "invalid_client"),
}


@pytest.mark.parametrize(("changes", "status", "error"), WRONG.values(), ids=WRONG)
def test_what_is_not_taken(shared_rp: RelyingParty, changes: dict[str, str | None], status: int, error: str) -> None:
    answer = shared_rp.push(**changes)
    assert (answer.status_int, answer.json["error"]) == (status, error)
    assert set(answer.json) == {"error", "error_description", "trace_id"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"state=a&state=b", "application/x-www-form-urlencoded", 400),
        (b"state=%ff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % number for number in range(200)), "application/x-www-form-urlencoded", 400),
        (b"state=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 400),
        (b"", "application/x-www-form-urlencoded", 401),
        (b"\x00\xff", "application/x-www-form-urlencoded", 401),
    ],
)
def test_strange_bodies(shared_sso: SingleSignOn, body: bytes, kind: str, status: int) -> None:
    http = webtest.TestApp(shared_sso.world)
    answer = http.post(f"{PORTAL}/o/par/", body, headers={"Content-Type": kind}, status="*")
    assert (answer.status_int, "error" in answer.json) == (status, True)


def test_other_methods_and_parameters_in_the_address(shared_sso: SingleSignOn) -> None:
    http = webtest.TestApp(shared_sso.world)
    answer = http.get(f"{PORTAL}/o/par/", status=405)
    assert (answer.json["error"], answer.headers["Allow"]) == ("invalid_request", "POST, OPTIONS")
    assert http.post(f"{PORTAL}/o/par/?client_id=rp", status=400).json["error"] == "invalid_request"


def test_our_own_marker_cannot_be_pushed(rp: RelyingParty, sso: SingleSignOn, browser: Browser) -> None:
    reference = rp.push(prompt="login", interaction="x").json["request_uri"]
    browser.open(rp.pushed_url(reference, interaction="x"))
    assert "Confirm it is you" in browser.text


def test_a_long_request_is_pushed_where_none_could_be_brought(rp: RelyingParty, sso: SingleSignOn) -> None:
    browser = sso.browser()
    browser.open(rp.pushed_url(rp.push(state="x" * 20_000).json["request_uri"]))
    browser.sign_in("zp", "penadmin")
    assert len(rp.answer(browser)["state"]) == 20_000


def test_references_that_lead_nowhere_look_alike(
    rp: RelyingParty, register: Callable[..., RelyingParty], sso: SingleSignOn, browser: Browser
) -> None:
    other, used, late = register("other"), rp.push().json["request_uri"], rp.push().json["request_uri"]
    browser.open(rp.pushed_url(used))
    foreign = other.push().json["request_uri"]
    sso.clock.advance(90)
    browser.open(rp.pushed_url(late))
    expected = browser.page.status_int, told(browser)
    for reference in (used, foreign, f"{PREFIX}unknown", PREFIX, f"{PREFIX}\u200b", f"{PREFIX}{'x' * 3000}"):
        browser.open(rp.pushed_url(reference))
        assert (browser.page.status_int, told(browser)) == expected == (400, expected[1]), reference
    assert not any(hop.endswith(other.redirect_uri) for hop in browser.hops)


def told(browser: Browser) -> str:
    """What the page says to the person."""
    main = browser.page.html.find("main")
    for code in main.find_all("code"):
        code.decompose()
    assert OVER in main.get_text()
    return str(main.get_text())


def test_a_foreign_reference_is_left_for_its_owner(
    rp: RelyingParty, register: Callable[..., RelyingParty], browser: Browser
) -> None:
    other = register("other")
    reference = other.push().json["request_uri"]
    browser.open(rp.pushed_url(reference))
    assert OVER in browser.text
    browser.open(other.pushed_url(reference))
    assert "code" in other.answer(browser)


def test_unknown_and_doubled_clients(rp: RelyingParty, browser: Browser) -> None:
    reference = rp.push().json["request_uri"]
    for query in (f"request_uri={reference}", f"client_id=nobody&request_uri={reference}"):
        browser.open(f"{PORTAL}/o/authorize/?{query}")
        assert (browser.page.status_int, "not known here" in browser.text) == (400, True)
    browser.open(f"{rp.pushed_url(reference)}&client_id=rp")
    assert browser.page.status_int == 400
    browser.open(f"{rp.pushed_url(reference)}&request_uri={reference}")
    assert rp.answer(browser)["error"] == "invalid_request"
    browser.open(rp.pushed_url(reference, request="x"))
    assert rp.answer(browser)["error"] == "invalid_request_object"
    browser.open(rp.pushed_url(reference))
    assert "code" in rp.answer(browser), "nothing of this has used it up"


def test_a_client_that_was_changed_meanwhile_is_held_to_what_it_is_now(
    rp: RelyingParty, sso: SingleSignOn, browser: Browser
) -> None:
    narrowed, moved = rp.push().json["request_uri"], rp.push().json["request_uri"]
    sso.edit_client("rp", scope="openid")
    browser.open(rp.pushed_url(narrowed))
    assert rp.answer(browser)["error"] == "invalid_scope"
    sso.edit_client("rp", scope="openid profile email", redirect_uris=["https://elsewhere.example.test/"])
    browser.open(rp.pushed_url(moved))
    assert (browser.page.status_int, "The way back is not known" in browser.text) == (400, True)


@pytest.mark.parametrize("carrier", ["request", "request_uri"])
def test_an_address_that_is_too_long_is_told_so_whatever_it_carries(sso: SingleSignOn, carrier: str) -> None:
    http = webtest.TestApp(sso.world)
    for path in ("/o/authorize/?client_id=rp&", "/o/login/?next=/o/authorize/%3Fclient_id=rp%26", "/?client_id=rp&"):
        assert http.get(f"{PORTAL}{path}{carrier}={'x' * 17_000}", status="*").status_int == 414
        assert http.get(f"{PORTAL}{path}{carrier}=%ff%00..", status="*").status_int < 500


@pytest.fixture
def wide_sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    """A world with many connections."""
    return make_sso({"sso.storage.pool_size": "30"})


def test_of_fifty_browsers_exactly_one_gets_a_code(wide_sso: SingleSignOn) -> None:
    rp = RelyingParty.register(wide_sso)
    browser = wide_sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.jar if "portal" in cookie.domain)
    url = rp.pushed_url(rp.push().json["request_uri"])

    def arrive(_number: int) -> webtest.TestResponse:
        return rp.http().get(url, headers={"Cookie": cookies}, status="*")

    answers = together(THREADS, arrive)
    assert sorted(answer.status_int for answer in answers) == [303] + [400] * (THREADS - 1)
    assert all(OVER in answer.text for answer in answers if answer.status_int == 400)
    with wide_sso.portal.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM codes").scalar_one() == 1
