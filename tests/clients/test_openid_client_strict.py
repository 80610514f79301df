"""openid-client in its strictest mode: pushed and signed requests, signed answers, bound tokens, no shared secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.node import LibraryError
from tests.support.openid_client import OpenidClient
from tests.support.person import Person
from tests.support.registrations import BANK_API

MakeSite = Callable[..., OpenidClient]


def part(token: str, number: int) -> dict[str, Any]:
    """A part of a JWT, read as anybody may read it."""
    text = token.split(".")[number]
    return dict(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def test_everything_at_once(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("bank", method="private_key_jwt", using=["dpop", "secured"])
    url = site.authorization_url(signed=True, pushed=True, resource=BANK_API)
    assert "request_uri=urn" in url
    assert "state=" not in url, "nothing of the request is in the address"
    arrival = person.visit(url)
    assert "response=ey" in arrival.address
    assert "code=" not in arrival.address, "nor is anything of the answer"
    tokens = site.code_grant(arrival, resource=BANK_API)
    assert tokens["token_type"] == "dpop", "the library's own spelling"
    header, claims = part(tokens["access_token"], 0), part(tokens["access_token"], 1)
    assert (header["typ"], claims["aud"], set(claims["cnf"])) == ("at+jwt", BANK_API, {"jkt"})
    assert tokens["claims"]["sub"] == claims["sub"]
    again = site.call("refresh", token=tokens["refresh_token"])
    assert again["access_token"] != tokens["access_token"]
    assert part(again["access_token"], 1)["cnf"] == claims["cnf"]


def test_userinfo_with_a_bound_token(openid_client: MakeSite, person: Person) -> None:
    site = openid_client("bank", method="private_key_jwt", using=["dpop", "secured"])
    tokens = site.code_grant(person.visit(site.authorization_url(signed=True, pushed=True)))
    told = site.call("userinfo", token=tokens["access_token"], subject=tokens["claims"]["sub"])
    assert told["preferred_username"] == "zp"


@pytest.mark.parametrize(
    ("using", "how"),
    [
        (["dpop", "secured"], {"signed": True}),
        (["dpop", "secured"], {"pushed": True}),
        (["dpop"], {"signed": True, "pushed": True}),
    ],
    ids=["not pushed", "not signed", "not answered in a JWT"],
)
def test_less_is_not_enough(openid_client: MakeSite, person: Person, using: list[str], how: dict[str, bool]) -> None:
    site = openid_client("bank", method="private_key_jwt", using=using)
    with pytest.raises((LibraryError, AssertionError)):
        site.code_grant(person.visit(site.authorization_url(**how)))
