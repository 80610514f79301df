"""Registration with addresses that lead inside, or that keep the portal waiting."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.corner_shop import CALLBACK, ENDPOINT, SHOP, Corner, corner, signed_in, unchanged

__all__ = ["corner", "unchanged"]


@pytest.mark.parametrize("name", ["jwks_uri", "sector_identifier_uri", "request_uris"])
@pytest.mark.parametrize(
    "uri",
    [
        "https://inside.example.test/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://localhost./x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://a@corner.example.test/x",
        "https://corner.example.test:8443/x",
        "https://corner.example.test\\@inside.example.test/x",
        "HTTP://corner.example.test/x",
        "gopher://corner.example.test/x",
    ],
)
def test_nothing_is_ever_fetched_from_inside(corner: Corner, name: str, uri: str) -> None:
    asked: list[str] = []

    def inside(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps([CALLBACK]).encode()]

    for host in ("inside.example.test", "localhost.", "2130706433", "corner.example.test:8443", "127.0.0.1"):
        corner.sso.world.add(f"https://{host}", inside)
        corner.sso.world.point(host.partition(":")[0], "10.0.0.1")
    method = {"token_endpoint_auth_method": "private_key_jwt"} if name == "jwks_uri" else {}
    value: Any = [uri] if name == "request_uris" else uri
    answer = corner.send("POST", ENDPOINT, {**SHOP, **method, name: value})
    assert answer.status_int == 400 or name != "sector_identifier_uri"
    if answer.status_int == 201:
        site = corner.site(answer.json)
        browser = signed_in(corner)
        browser.open(site.url(request_uri=uri if name == "request_uris" else None))
        site.token(grant_type="authorization_code", code="x", client_secret=None, client_assertion="e30.e30.e30")
    assert asked == []


def test_a_sector_that_redirects_is_not_followed(unchanged: Corner) -> None:
    asked: list[str] = []

    def redirecting(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("302 Found", [("Location", "https://sector.example.test/secret")])
        return [b""]

    unchanged.sso.world.add("https://sector.example.test", redirecting)
    uri = "https://sector.example.test/list"
    answer = unchanged.send("POST", ENDPOINT, {**SHOP, "sector_identifier_uri": uri})
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_client_metadata")
    assert asked == ["/list"]


def test_nobody_else_waits_while_a_sector_is_slow(corner: Corner) -> None:
    told = corner.register()
    statuses: list[int] = []

    def slow(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        # While the portal waits for this answer, others write.
        statuses.append(corner.put(told, client_name="Meanwhile").status_int)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps([CALLBACK]).encode()]

    corner.sso.world.add("https://sector.example.test", slow)
    sector = {"sector_identifier_uri": "https://sector.example.test/list"}
    corner.register(**sector)
    assert corner.put(told, **sector).status_int == 200
    assert statuses == [200, 200]


def test_nothing_is_fetched_for_who_may_not_change_a_registration(corner: Corner) -> None:
    asked: list[str] = []

    def sector(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps([CALLBACK]).encode()]

    corner.sso.world.add("https://sector.example.test", sector)
    told = {**corner.register(), "registration_access_token": "x"}
    assert corner.put(told, sector_identifier_uri="https://sector.example.test/list").status_int == 401
    assert asked == []
