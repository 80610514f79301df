"""Hostile requests to the three APIs: refused with a problem body, never a 5xx, and nothing changes."""

from __future__ import annotations

from typing import Any

import pytest
import webtest

from sso_testkit import SingleSignOn
from tests.support.platform import OPEN_API, PROJECT_API, USER_API, Platform, add_platform

APIS = (USER_API, PROJECT_API, OPEN_API)
ALL = "projects.read projects.write profile"


@pytest.fixture
def platform(sso: SingleSignOn) -> Platform:
    return add_platform(sso)


def refused(answer: Any, *statuses: int) -> None:
    """It is a problem with one of these statuses that tells nothing of the inside."""
    assert answer.status_int in statuses, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == answer.status_int
    assert "Traceback" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def post(platform: Platform, token: str, body: bytes, kind: str = "application/json", **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {token}", "Content-Type": kind, **headers}
    http = webtest.TestApp(platform.sso.world)
    return http.request(f"{PROJECT_API}/projects", method="POST", body=body, headers=sent, status="*")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'"title"', "application/json", 400),
        (b'{"title": "a", "title": "b"}', "application/json", 400),
        (b'{"title": NaN}', "application/json", 400),
        (b'{"title": "\xff\xfe"}', "application/json", 400),
        (b"[" * 10_000, "application/json", 400),
        (b'{"title": ' + b"9" * 10_000 + b"}", "application/json", 400),
        (b'{"title": "' + b"x" * 20_000 + b'"}', "application/json", 413),
        (b"title=x", "application/x-www-form-urlencoded", 415),
        (b'{"title": "x"}', "text/plain", 415),
        (b'{"title": "x"}', "", 415),
        (b"<title>x</title>", "application/xml", 415),
        (b'{"title": "a\\u0000b"}', "application/json", 422),
        (b'{"title": "\\ud800"}', "application/json", 422),
        (b'{"title": {"$ne": ""}}', "application/json", 422),
        (b'{"title": "x", "__proto__": {}}', "application/json", 422),
        (b'{"title": "x", "version": 9, "owner": "lin"}', "application/json", 422),
    ],
)
def test_a_bad_body_creates_nothing(platform: Platform, body: bytes, kind: str, status: int) -> None:
    token = platform.token("zp", PROJECT_API, ALL)
    before = platform.call(f"{PROJECT_API}/projects", token=token).json["projects"]
    refused(post(platform, token, body, kind), status)
    assert platform.call(f"{PROJECT_API}/projects", token=token).json["projects"] == before


@pytest.mark.parametrize(
    "query",
    [
        *(f"limit={limit}" for limit in ("0", "101", "-1", "x", "1e3", "", "1&limit=2", "%D9%A3", "%00")),
        *(f"after={after}" for after in ("-1", "x", "9" * 16)),
        *(f"q={words}" for words in ("a&q=b", "x" * 81, "%FF")),
    ],
)
def test_a_bad_query_is_refused(platform: Platform, query: str) -> None:
    if query.startswith("q"):
        answer = platform.call(f"{USER_API}/users?{query}", token=platform.token("zp", USER_API, "people.read"))
    else:
        answer = platform.call(f"{OPEN_API}/catalogue?{query}")
    refused(answer, 400)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/nowhere", (404,)),
        ("/%FF", (400, 404)),
        ("/me/../users", (400, 404)),
        ("//me", (400, 404)),
        ("/projects/0x1", (404,)),
        ("/projects/99999999999999999999", (404,)),
        ("/users/" + "x" * 4000, (404, 401)),
    ],
)
def test_addresses_that_lead_nowhere(platform: Platform, api: str, path: str, statuses: tuple[int, ...]) -> None:
    refused(platform.call(f"{api}{path}"), *statuses)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer"),
        ("Authorization", "Bearer a b"),
        ("Authorization", "Bearer a, Bearer b"),
        ("Authorization", "Bearer " + "x" * 9000),
        ("Authorization", "Bearer ../../etc/passwd"),
        ("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ6cCJ9."),
        ("Authorization", "Basic enA6cGVuYWRtaW4="),
        ("Authorization", "DPoP " + "a" * 43),
    ],
)
def test_tokens_that_are_none(platform: Platform, api: str, name: str, value: str) -> None:
    http = webtest.TestApp(platform.sso.world)
    refused(http.get(f"{api}/me", headers={name: value}, status="*"), 400, 401)


@pytest.mark.parametrize("api", APIS)
def test_a_token_in_the_address_is_refused_even_when_it_is_good(platform: Platform, api: str) -> None:
    token = platform.token("zp", api, "")
    refused(platform.call(f"{api}/me?access_token={token}"), 400)


def test_the_id_of_another_person_cannot_be_slipped_in(platform: Platform) -> None:
    token = platform.token("lin", USER_API, "profile.write")
    for body in ({"id": "zp"}, {"username": "zp"}, {"sub": "zp"}):
        refused(platform.call(f"{USER_API}/me", "PATCH", token=token, body=body), 422)


def test_only_listed_origins_may_read(sso: SingleSignOn) -> None:
    app = "https://app.example.test"
    platform = add_platform(sso, user_api={"guard.origins": app})
    token = platform.token("zp", USER_API, "profile")
    known = platform.call(f"{USER_API}/me", token=token, Origin=app)
    other = platform.call(f"{USER_API}/me", token=token, Origin="https://evil.example.test")
    assert known.headers["Access-Control-Allow-Origin"] == app
    assert "Access-Control-Allow-Origin" not in other.headers
    asked = platform.call(f"{USER_API}/me", "OPTIONS", Origin=app, Access_Control_Request_Method="PATCH")
    assert "PATCH" in asked.headers["Access-Control-Allow-Methods"]


def test_a_disabled_person_is_out_within_the_stated_seconds(platform: Platform) -> None:
    token = platform.token("lin", USER_API, "profile")
    assert platform.call(f"{USER_API}/me", token=token).status_int == 200
    with platform.sso.portal.transaction() as unit:
        person = unit.users.by_username("lin")
        assert person is not None
        unit.users.set_enabled(person, False)
    platform.sso.clock.advance(seconds=11)
    refused(platform.call(f"{USER_API}/me", token=token), 401)


def test_the_portal_being_away_is_never_an_open_door(platform: Platform) -> None:
    tokens = {api: platform.token("zp", api, "") for api in (USER_API, OPEN_API)}
    platform.sso.world.take_down("https://portal.example.test")
    for api, token in tokens.items():
        answer = platform.call(f"{api}/me", token=token)
        refused(answer, 503)
        assert int(answer.headers["Retry-After"]) > 0
