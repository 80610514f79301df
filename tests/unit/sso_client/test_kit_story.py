"""The story of a sign-in: complete, in order, without a single secret."""

from __future__ import annotations

import requests
from pyramid.request import Request
from pyramid.threadlocal import RequestContext

from sso_client import Step, Story, shown_length, tell_call
from sso_client.request_sso import SiteSignIn
from tests.unit.sso_client.provider import MovableClock, Provider
from tests.unit.sso_client.site_under_test import Person


def told(person: Person) -> SiteSignIn:
    request = Request.blank("/", base_url=person.base)
    request.registry = person.browser.app.registry
    with RequestContext(request):
        request.cookies.update(person.cookies())
        return SiteSignIn(request)


def test_the_steps_in_order_and_their_facts(person: Person, provider: Provider, clock: MovableClock) -> None:
    location = person.leave()
    clock.move(7)
    person.come_back(location)
    sso = told(person)
    assert [step.kind for step in sso.story] == ["redirect", "returned", "exchange", "checks", "claims"]
    facts = {step.kind: dict(step.facts) for step in sso.story}
    assert facts["redirect"]["Address"] == "https://portal.example.test/authorize"
    assert facts["redirect"]["state"] == "43 characters" and facts["redirect"]["code_challenge"] == "43 characters"
    assert facts["redirect"]["scope"] == "openid profile"
    assert facts["returned"]["code"] == "32 characters" and facts["returned"]["iss"] == provider.issuer
    assert facts["returned"]["Seconds at the portal"] == "7" and sso.seconds_at_portal == 7
    assert facts["exchange"]["access_token"] == "43 characters"
    assert set(facts["checks"]) == {"signature", "iss", "aud", "exp", "iat", "nonce", "at_hash"}
    assert facts["claims"] == {"sub": "u-1", "preferred_username": "zp", "name": "张平", "email": "zp@x.test"}


def test_no_secret_is_told(person: Person, provider: Provider) -> None:
    location = person.leave()
    callback = provider.authorize(location)
    person.return_to(callback)
    text = repr(told(person).story)
    for part in (callback + "&" + location).replace("?", "&").split("&"):
        name, _, value = part.partition("=")
        if name in ("code", "state", "nonce", "code_challenge"):
            assert value not in text
    for token in (*provider.access_tokens, *provider._refresh_tokens):
        assert token not in text


def test_silent_is_told_by_the_time_of_the_password(person: Person, provider: Provider, clock: MovableClock) -> None:
    person.sign_in()
    assert told(person).silent is True
    fresh = Person(person.browser.app, provider)
    location = fresh.leave()
    clock.move(20)
    fresh.come_back(location)
    assert told(fresh).silent is False
    provider.id_token_changes = {"auth_time": None}
    other = Person(person.browser.app, provider)
    other.sign_in()
    assert told(other).silent is None


def test_nobody_has_no_story(person: Person) -> None:
    sso = told(person)
    assert (sso.story, sso.silent, sso.seconds_at_portal, sso.csrf_token) == ((), None, 0, "")
    assert sso.sign_in_url("/mine?a=1") == "/sso/sign-in?next=%2Fmine%3Fa%3D1"
    assert sso.sign_in_url("//evil") == "/sso/sign-in?next=%2F"


def test_a_story_survives_the_store() -> None:
    story = Story((Step("claims", "Title", (("a", "b"), ("c", "d"))),), 3, None)
    assert Story.from_json(story.to_json()) == story


def test_a_length_can_be_read_back() -> None:
    assert shown_length("43 characters") == 43
    assert shown_length("zp") is None


def test_a_call_is_told_without_its_token_and_its_query() -> None:
    answer = requests.Response()
    answer.status_code = 200
    answer.request = requests.Request("GET", "https://api.example.test/me?code=secret-too").prepare()
    answer.request.headers["Authorization"] = "Bearer the-token-itself"
    step = tell_call(answer)
    assert step.kind == "call"
    assert step.facts == (
        ("Address", "https://api.example.test/me"),
        ("access_token", "16 characters"),
        ("Status", "200"),
    )


def test_why_a_session_is_over_is_known_to_the_site(person: Person) -> None:
    assert told(person).ended_because == ""
    person.sign_in()
    sso = told(person)
    assert sso.ended_because == "" and sso.session is not None
    sso.kit.sessions.end(sso.session.id_hash)
    assert told(person).ended_because == "signed_out_here"
