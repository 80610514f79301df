"""Sites are told the host as browsers write it, whoever comes."""

from __future__ import annotations

from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn


def _host(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["HTTP_HOST"].encode()]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://shop.example.test", "shop.example.test"),
        ("http://shop.example.test", "shop.example.test"),
        ("https://shop.example.test:8443", "shop.example.test:8443"),
    ],
)
def test_the_usual_port_is_left_out(sso: SingleSignOn, browser: Browser, address: str, host: str) -> None:
    sso.add_site(address, _host, client={"client_id": "shop"})
    assert browser.open(f"{address}/").text == host
    assert webtest.TestApp(sso.world).get(f"{address}/").text == host
    assert sso.world.http().get(f"{address}/").text == host
