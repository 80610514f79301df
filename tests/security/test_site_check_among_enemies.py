"""A site or a portal that means ill cannot hold the site check up, fill its memory, or lead its secret elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import requests
from urllib3.response import HTTPResponse

from sso_client.check import Case, Finding, Outcome, Wanted, examine
from sso_client.settings import Settings
from tests.support.enemies import Enemy, answer

PORTAL, SITE = "https://portal.example.test", "https://site.example.test"


def examined(enemy: Enemy) -> Iterator[Finding]:
    settings = Settings(PORTAL, "shop", "the-secret", ("openid",), ":memory:", timeout=0.3)
    yield from examine(Case(Wanted(SITE, settings, apis=(f"{SITE}/me",)), http=enemy.session))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{" * 50_000, b"\xff", b'{"issuer": 1}', b'{"issuer": "\\u001b[2J"}', b"x" * 2_000_000],
)
def test_a_portal_that_talks_rubbish_is_one_red_line(body: bytes) -> None:
    enemy = Enemy(lambda _: answer(200, body, Date="\x00"))
    findings = list(examined(enemy))
    assert findings[0].code == "issuer" and findings[0].outcome is Outcome.WRONG
    assert all(character.isprintable() for finding in findings for character in finding.says)
    assert not any("the-secret" in str(request.body) for request in enemy.asked)


@pytest.mark.parametrize("endpoint", ["http://portal.example.test/token", "ftp://x", "https://me@x/", 7])
def test_the_secret_goes_to_no_endpoint_that_is_not_safe(endpoint: object) -> None:
    metadata = {"issuer": PORTAL, "authorization_endpoint": f"{PORTAL}/a", "jwks_uri": f"{PORTAL}/j"}
    body = json.dumps({**metadata, "token_endpoint": endpoint}).encode()
    enemy = Enemy(lambda _: answer(200, body))
    findings = list(examined(enemy))
    assert findings[0].outcome is Outcome.WRONG
    assert not any(request.method == "POST" for request in enemy.asked)


def test_a_site_that_leads_elsewhere_is_not_followed() -> None:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    metadata = json.dumps({"issuer": PORTAL, **{name: f"{PORTAL}/{name}" for name in names}}).encode()

    def reply(request: requests.PreparedRequest) -> HTTPResponse:
        if str(request.url).startswith(PORTAL):
            return answer(200, metadata)
        return answer(302, Location="https://169.254.169.254/latest")

    enemy = Enemy(reply)
    assert any(finding.code == "sign_in" and finding.outcome is Outcome.WRONG for finding in examined(enemy))
    assert not any("169.254" in str(request.url) for request in enemy.asked)
