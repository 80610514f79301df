"""Signing out: here at once, then at the portal, only by the person's own will."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from sso_client.hashing import hashed
from tests.unit.sso_client.provider import MovableClock, Provider
from tests.unit.sso_client.site_under_test import Person


def csrf_token(person: Person) -> str:
    kit = person.browser.app.registry["sso_client.kit"]
    session = kit.sessions.find(person.cookies()["__Host-sso_project-center"])
    assert session.id_hash == hashed(person.cookies()["__Host-sso_project-center"])
    return str(session.csrf_token)


def post(person: Person, **fields: str) -> Any:
    return person.browser.post("/sign-out", fields, expect_errors=True)


def test_signing_out_here_and_at_the_portal(person: Person, provider: Provider) -> None:
    person.sign_in()
    session_id = person.cookies()["__Host-sso_project-center"]
    answer = post(person, csrf_token=csrf_token(person))
    assert answer.status_int == 303 and answer.location.startswith(provider.issuer + "/logout?")
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    assert query["client_id"] == "project-center"
    assert query["post_logout_redirect_uri"] == "https://project.example.test/"
    assert query["id_token_hint"].count(".") == 2
    assert person.cookies() == {} and person.get("/").text.startswith("public None")
    person.browser.set_cookie("__Host-sso_project-center", session_id)
    assert person.get("/").text.startswith("public None")


def test_a_stale_token_shows_the_button_once_more(person: Person) -> None:
    person.sign_in()
    for fields in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": "中"}):
        answer = post(person, **fields)
        assert answer.status_int == 403 and "press the button once more" in answer.text
        assert person.get("/mine").status_int == 200
    assert answer.form.submit().location.startswith(person.provider.issuer + "/logout?")
    assert person.get("/mine").status_int == 303


def test_a_form_that_cannot_be_read_is_a_stale_one(person: Person) -> None:
    person.sign_in()
    for body, kind in ((b"csrf_token=%ff", "application/x-www-form-urlencoded"), (b"{}", "application/json")):
        answer = person.browser.post("/sign-out", body, content_type=kind, expect_errors=True)
        assert answer.status_int == 403


def test_signing_out_when_nobody_is_signed_in(person: Person, provider: Provider) -> None:
    assert post(person).location == person.base + "/"
    assert not provider.calls


def test_get_does_not_sign_out(person: Person) -> None:
    person.sign_in()
    assert person.get("/sign-out").status_int == 404
    assert person.get("/mine").status_int == 200


def test_the_portal_is_down(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    clock.move(31)
    provider.fault = {"*": "refused"}
    answer = post(person, csrf_token=csrf_token(person))
    assert answer.status_int == 503 and "You are signed out of this site only" in answer.text
    assert person.cookies() == {} and person.get("/").text.startswith("public None")


def test_a_portal_without_sign_out(person: Person, provider: Provider) -> None:
    provider.metadata_changes = {"end_session_endpoint": None}
    person.sign_in()
    assert post(person, csrf_token=csrf_token(person)).location == person.base + "/"


def test_an_end_session_endpoint_with_a_query_keeps_it(person: Person, provider: Provider) -> None:
    provider.metadata_changes = {"end_session_endpoint": provider.issuer + "/logout?tenant=1"}
    person.sign_in()
    assert "/logout?tenant=1&client_id=" in post(person, csrf_token=csrf_token(person)).location
