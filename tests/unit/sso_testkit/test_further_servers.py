"""Servers beside the one in the world: further ones of the portal, and real ones that it calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.support.raw_server import RawServer, answer


def test_a_further_server_knows_the_same(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    token = rp.exchange(rp.code(browser)).expect_tokens().access_token
    other = webtest.TestApp(sso.another_server())
    headers = {"Authorization": f"Bearer {token}"}
    assert other.get("/o/userinfo/", headers=headers).json["preferred_username"] == "zp"
    sso.clock.advance(hours=2)
    assert other.get("/o/userinfo/", headers=headers, status=401).json["error"] == "invalid_token", "the same clock"


def test_further_servers_end_with_their_world(tmp_path: Path) -> None:
    world = SingleSignOn(tmp_path)
    portal = world.another_server().registry.portal
    assert portal.is_migrated()
    world.close()
    assert portal.database.engine.pool.checkedin() == world.portal.database.engine.pool.checkedin() == 0


def told_of_a_sign_out(sso: SingleSignOn, uri: str) -> str:
    """What the outbox says of a site at ``uri`` after somebody has signed out there and everywhere."""
    site = sso.relying_party("site", backchannel_logout_uri=uri)
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp")
    site.code(browser)
    browser.open(f"{PORTAL}/")
    browser.sign_out()
    return sso.effects.notices.only().state


def test_a_portal_calls_real_servers_when_it_is_told_to(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso()
    sso.portal.close()
    sso.start_portal(sockets=True)
    with RawServer(answer()) as server:
        assert told_of_a_sign_out(sso, f"http://127.0.0.1:{server.port}/bye") == "signed_out"
    (head,) = server.heard
    assert head.startswith(b"POST /bye HTTP/1.1")


def test_and_stays_in_its_world_otherwise(make_sso: Callable[..., SingleSignOn]) -> None:
    with RawServer(answer()) as server:
        assert told_of_a_sign_out(make_sso(), f"http://127.0.0.1:{server.port}/bye") == "waiting"
    assert server.heard == []
