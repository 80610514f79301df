"""What a page learns of the end of its session, and how it puts it off."""

from __future__ import annotations

from typing import Any

import pytest

from sso_client.request_sso import KIT
from tests.unit.sso_client.forms_site import Writer, make_forms_site
from tests.unit.sso_client.provider import MovableClock, ProviderAdapter


@pytest.fixture
def writer(adapter: ProviderAdapter, clock: MovableClock) -> Writer:
    return Writer(make_forms_site(adapter, clock), adapter.provider)


@pytest.fixture
def watched(adapter: ProviderAdapter, clock: MovableClock) -> Writer:
    """A site whose portal ends sessions that nobody uses for half an hour."""
    provider = adapter.provider
    provider.offer_session_activity()
    provider.id_token_changes = {"sid": "s-1"}
    provider.lifetimes["s-1"] = {"idle_expires_at": clock.now() + 1800, "expires_at": clock.now() + 36_000}
    writer = Writer(make_forms_site(adapter, clock), provider)
    writer.sign_in()
    clock.move(120)
    writer.get("/mine")
    return writer


def stay(writer: Writer, token: str, site: str = "same-origin") -> Any:
    headers = {"Sec-Fetch-Site": site} if site else {}
    return writer.browser.post("/sso/session", {"csrf_token": token}, headers=headers, expect_errors=True)


def token_of(writer: Writer) -> str:
    (cookie,) = [value for name, value in writer.cookies().items() if name.endswith("project-center")]
    session = writer.registry[KIT].sessions.find(cookie)
    return str(session.csrf_token)


def test_nobody_has_no_end(writer: Writer) -> None:
    answer = writer.get("/sso/session")
    assert answer.json == {"signed_in": False, "ends_in": None, "can_stay": False}
    assert answer.headers["Cache-Control"] == "no-store" and answer.content_type == "application/json"
    assert stay(writer, "").json["signed_in"] is False


def test_a_session_of_the_site_counts_down(writer: Writer, clock: MovableClock) -> None:
    writer.sign_in()
    clock.move(100)
    assert writer.get("/sso/session").json == {"signed_in": True, "ends_in": 8 * 3600 - 100, "can_stay": False}
    clock.move(8 * 3600 - 100)
    assert writer.get("/sso/session").json["signed_in"] is False


def test_the_portal_s_session_may_end_earlier(watched: Writer, clock: MovableClock) -> None:
    assert watched.get("/sso/session").json == {"signed_in": True, "ends_in": 1680, "can_stay": True}
    watched.provider.lifetimes["s-1"] = {"idle_expires_at": clock.now() + 1800, "expires_at": clock.now() + 60}
    stay(watched, token_of(watched))
    assert watched.get("/sso/session").json == {"signed_in": True, "ends_in": 60, "can_stay": False}


def test_asking_is_no_use_of_the_session(watched: Writer, clock: MovableClock) -> None:
    told = len(watched.provider.activity)
    for _ in range(4):
        clock.move(130)
        watched.get("/sso/session")
        watched.get("/sso/idle.js")
    assert len(watched.provider.activity) == told
    watched.get("/mine")
    assert watched.provider.activity[told:] == [{"s-1": clock.now()}]


def test_staying_tells_the_portal_at_once(watched: Writer, clock: MovableClock) -> None:
    clock.move(1600)
    watched.provider.lifetimes["s-1"] = {"idle_expires_at": clock.now() + 1800, "expires_at": clock.now() + 30_000}
    assert stay(watched, token_of(watched)).json == {"signed_in": True, "ends_in": 1800, "can_stay": True}
    assert watched.provider.activity[-1] == {"s-1": clock.now()}
    assert stay(watched, token_of(watched)).json["ends_in"] == 1800


def test_who_was_signed_out_elsewhere_learns_it_when_she_wants_to_stay(watched: Writer) -> None:
    watched.provider.lifetimes["s-1"] = None
    assert stay(watched, token_of(watched)).json == {"signed_in": False, "ends_in": None, "can_stay": False}


@pytest.mark.parametrize("site", ["", "cross-site", "same-site", "none"])
def test_only_our_own_pages_can_stay(watched: Writer, site: str) -> None:
    told = len(watched.provider.activity)
    assert stay(watched, token_of(watched), site).status_int == 403
    assert len(watched.provider.activity) == told


@pytest.mark.parametrize("body", [b"", b"csrf_token=wrong", b"csrf_token=%ff", b"\xff", b"csrf_token=" + b"x" * 99_999])
def test_only_with_the_token(watched: Writer, body: bytes) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = watched.browser.post("/sso/session", body, headers=headers, expect_errors=True)
    assert answer.status_int == 403


def test_a_portal_that_does_not_answer_does_not_hurt(watched: Writer) -> None:
    watched.provider.fault["*"] = "timeout"
    assert stay(watched, token_of(watched)).json["signed_in"] is True


def test_the_script_and_its_look(writer: Writer) -> None:
    script, style = writer.get("/sso/idle.js"), writer.get("/sso/idle.css")
    assert (script.content_type, style.content_type) == ("text/javascript", "text/css")
    assert "alertdialog" in script.text and ".sso-idle" in style.text
    assert "innerHTML" not in script.text and ".style" not in script.text
