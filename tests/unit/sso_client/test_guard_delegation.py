"""An API that calls the next one for the same person (RFC 8693)."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sso_client.guard import Access, Refused
from tests.unit.sso_client.guarded_api import AskedProvider, GuardedApi
from tests.unit.sso_client.provider import MovableClock


@pytest.fixture
def access(api: GuardedApi, asked: AskedProvider) -> Access:
    return api.guard.check({"HTTP_AUTHORIZATION": f"Bearer {asked.access_token()}"})


def test_the_token_is_exchanged(api: GuardedApi, asked: AskedProvider, access: Access) -> None:
    token = api.guard.on_behalf_of(access, audience="project_api", scope="projects.read")
    assert token == "exchanged-1"
    assert asked.exchanges == [
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": access.token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": "project_api",
            "scope": "projects.read",
        }
    ]


def test_addresses_are_resources(api: GuardedApi, asked: AskedProvider, access: Access) -> None:
    api.guard.on_behalf_of(access, audience="https://project.example.test/")
    assert asked.exchanges[0]["resource"] == "https://project.example.test/"
    assert not {"audience", "scope"} & set(asked.exchanges[0])


def test_it_is_kept_until_shortly_before_it_ends(
    api: GuardedApi, asked: AskedProvider, access: Access, clock: MovableClock
) -> None:
    def token(**more: Any) -> str:
        return api.guard.on_behalf_of(access, **{"audience": "project_api", **more})

    assert [token(), token(), token(scope="a"), token(audience="open_api")] == [
        "exchanged-1",
        "exchanged-1",
        "exchanged-2",
        "exchanged-3",
    ]
    clock.move(269)
    assert token() == "exchanged-1"
    clock.move(1)
    assert token() == "exchanged-4"


def test_another_persons_token_is_another_one(api: GuardedApi, asked: AskedProvider, access: Access) -> None:
    other = api.guard.check({"HTTP_AUTHORIZATION": f"Bearer {asked.access_token(sub='u-2')}"})
    tokens = {api.guard.on_behalf_of(one, audience="project_api") for one in (access, other)}
    assert len(tokens) == 2


@pytest.mark.parametrize("lifetime", [30, 0, None, "x", True])
def test_what_lives_too_short_is_not_kept(api: GuardedApi, asked: AskedProvider, access: Access, lifetime: Any) -> None:
    asked.exchange_answer = (200, {"expires_in": lifetime})
    assert api.guard.on_behalf_of(access, audience="project_api") == "exchanged-1"
    assert api.guard.on_behalf_of(access, audience="project_api") == "exchanged-2"


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ((400, {"error": "invalid_request"}), 401, "invalid_token"),
        ((400, {"error": "invalid_grant"}), 401, "invalid_token"),
        ((400, {"error": "invalid_scope"}), 403, "insufficient_scope"),
        ((400, {"error": "invalid_target"}), 503, ""),
        ((401, {"error": "invalid_client"}), 503, ""),
        ((500, {}), 503, ""),
        ((400, {"error": "x\ny"}), 503, ""),
        ((200, {"access_token": ""}), 503, ""),
        ((200, {"access_token": 7}), 503, ""),
        ((200, {"token_type": "DPoP"}), 503, ""),
        ((200, {"token_type": None}), 503, ""),
    ],
)
def test_what_the_portal_refuses(
    api: GuardedApi,
    asked: AskedProvider,
    access: Access,
    answer: tuple[int, dict[str, Any]],
    status: int,
    error: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked.exchange_answer = answer
    with pytest.raises(Refused) as refused:
        api.guard.on_behalf_of(access, audience="project_api", scope="a")
    assert (refused.value.status, refused.value.error) == (status, error)
    assert access.token not in caplog.text and access.token not in str(refused.value)


def test_a_portal_that_is_away(api: GuardedApi, asked: AskedProvider, access: Access) -> None:
    asked.fault["*"] = "refused"
    with pytest.raises(Refused) as refused:
        api.guard.on_behalf_of(access, audience="project_api")
    assert (refused.value.status, refused.value.retry_after) == (503, 2)


def test_a_session_carries_the_token_to_the_next_api(api: GuardedApi, access: Access) -> None:
    with api.guard.next_api(access, audience="project_api", scope="projects.read") as session:
        sent = session.prepare_request(requests.Request("GET", "https://project.example.test/projects"))
    assert sent.headers["Authorization"] == "Bearer exchanged-1"


def test_the_token_does_not_travel_without_tls(api: GuardedApi, access: Access) -> None:
    with api.guard.next_api(access, audience="project_api") as session, pytest.raises(requests.RequestException):
        session.get("http://project.example.test/projects")
