"""The site's own token: asked for once, kept while it is good, and sent only where a token may go."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from sso_client import Kit, PortalUnavailable, read_settings
from sso_client.errors import TokenRefused
from tests.unit.sso_client.provider import API, MovableClock, Provider, ProviderAdapter
from tests.unit.sso_client.site_under_test import settings


class OwnProvider(Provider):
    """A portal that gives clients tokens of their own."""

    def __init__(self, clock: MovableClock) -> None:
        super().__init__(clock)
        self.forms: list[dict[str, str]] = []

    def _token(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        form = {name: values[0] for name, values in parse_qs(str(request.body)).items()}
        self.forms.append(form)
        if form["grant_type"] != "client_credentials" or not self._is_client(request, form) or self.token_error:
            return super()._token(request)
        told = {**self._tokens(), "refresh_token": None, **self.token_changes}
        return 200, {}, json.dumps({name: value for name, value in told.items() if value is not None}).encode()


@pytest.fixture
def own(clock: MovableClock) -> OwnProvider:
    return OwnProvider(clock)


def make(own: OwnProvider, **more: str) -> Kit:
    told = read_settings(settings(own, **more))
    return Kit(told, http=ProviderAdapter(own).session, clock=own.clock)


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_a_call_carries_a_token_of_the_site(own: OwnProvider, way: str) -> None:
    kit = make(own, client_auth=way, resource="https://open-api.example.test")
    assert kit.own_api("learning.statistics").get(f"{API}/me").status_code == 200
    assert own.forms[0]["grant_type"] == "client_credentials"
    assert own.forms[0]["scope"] == "learning.statistics"
    assert own.forms[0]["resource"] == "https://open-api.example.test"


def test_it_is_kept_while_it_is_good_and_by_its_scope(own: OwnProvider, clock: MovableClock) -> None:
    kit = make(own)
    first = kit.own_tokens.token("a")
    clock.move(3600 - 31)
    assert kit.own_tokens.token("a") == first
    assert kit.own_tokens.token("b") != first
    clock.move(1)
    assert kit.own_tokens.token("a") != first
    assert "resource" not in own.forms[0]


def test_one_without_an_end_is_not_kept(own: OwnProvider) -> None:
    own.token_changes = {"expires_in": None}
    kit = make(own)
    assert kit.own_tokens.token("a") != kit.own_tokens.token("a")


def test_a_refusal_is_told_by_its_name(own: OwnProvider) -> None:
    own.token_error = "invalid_scope"
    with pytest.raises(TokenRefused, match="error=invalid_scope"):
        make(own).own_api("a").get(f"{API}/me")


@pytest.mark.parametrize(
    "changes", [{"access_token": None}, {"access_token": "a b"}, {"token_type": "mac"}, {"expires_in": "soon"}]
)
def test_an_answer_that_is_none_is_an_unavailable_portal(own: OwnProvider, changes: dict[str, Any]) -> None:
    own.token_changes = changes
    with pytest.raises(PortalUnavailable):
        make(own).own_tokens.token("a")


def test_no_token_goes_over_plain_http(own: OwnProvider) -> None:
    with pytest.raises(requests.exceptions.InvalidSchema):
        make(own).own_api("a").get("http://api.example.test/me")
    assert own.forms == []
