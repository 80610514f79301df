"""The frame on the portal's signed-out page (Front-Channel Logout 1.0): it ends what it names, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.unit.sso_client.provider import ISSUER, Provider
from tests.unit.sso_client.site_under_test import Person

PATH = "/sso/frontchannel-logout"
COOKIE = "__Host-sso_project-center"


@pytest.fixture
def people(site: Callable[..., Any], provider: Provider) -> dict[str, Person]:
    app = site()
    people = {}
    for sid in ("s-1", "s-2"):
        provider.claims["sid"] = sid
        people[sid] = Person(app, provider)
        people[sid].sign_in()
    return people


def living(people: dict[str, Person]) -> list[str]:
    return [sid for sid, person in people.items() if person.get("/mine").status_int == 200]


def frame(person: Person, query: str, **options: Any) -> Any:
    answer = person.get(f"{PATH}?{query}", **options)
    assert answer.headers["Cache-Control"] == "no-store" and answer.content_type == "text/html"
    assert answer.headers["Content-Security-Policy"] == f"default-src 'none'; frame-ancestors {ISSUER}"
    assert "X-Frame-Options" not in answer.headers
    return answer


def test_without_a_cookie_the_named_session_ends(people: dict[str, Person], provider: Provider) -> None:
    stranger = Person(people["s-1"].browser.app, provider)
    answer = frame(stranger, f"iss={quote(ISSUER)}&sid=s-1")
    assert answer.status_int == 200 and "Set-Cookie" not in answer.headers
    assert living(people) == ["s-2"]


def test_the_cookie_of_the_session_goes_with_it(people: dict[str, Person]) -> None:
    answer = frame(people["s-1"], f"sid=s-1&iss={quote(ISSUER)}&more=1")
    assert answer.headers["Set-Cookie"].startswith(f"{COOKIE}=; Max-Age=0")
    assert people["s-1"].cookies() == {} and living(people) == ["s-2"]


def test_the_cookie_of_another_session_stays(people: dict[str, Person]) -> None:
    assert "Set-Cookie" not in frame(people["s-2"], f"iss={quote(ISSUER)}&sid=s-1").headers
    assert living(people) == ["s-2"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sid=s-1",
        f"iss={ISSUER}",
        f"iss={ISSUER}/&sid=s-1",
        "iss=https://evil.example&sid=s-1",
        f"iss={ISSUER}&sid=",
        f"iss={ISSUER}&sid=s-3",
        f"iss={ISSUER}&sid=s-1&sid=s-2",
        f"iss={ISSUER}&iss={ISSUER}&sid=s-1",
        f"iss={ISSUER}&sid=%ff",
        f"iss={ISSUER}&sid=s-1%00",
        f"iss={ISSUER}&sid=" + "x" * 5000,
        f"iss={ISSUER}&sid=s-1" + "&a=1" * 60,
        "sid=%25&iss=%",
    ],
)
def test_whatever_else_is_asked_ends_nothing(people: dict[str, Person], query: str) -> None:
    answer = frame(people["s-1"], query)
    assert answer.status_int == (200 if query.endswith("s-3") else 400)
    assert living(people) == ["s-1", "s-2"]


def test_sessions_without_a_name_cannot_be_named(site: Callable[..., Any], provider: Provider) -> None:
    person = Person(site(), provider)
    person.sign_in()
    frame(person, f"iss={ISSUER}&sid=")
    assert person.get("/mine").status_int == 200
