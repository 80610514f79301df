"""Registration with names that deceive whoever reads them."""

from __future__ import annotations

import pytest

from sso_testkit.sso import PORTAL
from tests.support.corner_shop import ENDPOINT, SHOP, Corner, corner, signed_in, unchanged

__all__ = ["corner", "unchanged"]


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        '"><script>alert(1)</script>',
        "{{ 7*7 }}${7*7}%(site)s",
        "SSO Portal",
        "ЅЅО Роrtаl",
        "A" * 100,
        "e" + "\u0301" * 99,
        "مرحبا",
    ],
    ids=range(8),
)
def test_a_name_is_text_and_never_hides_where_one_is_sent(corner: Corner, name: str) -> None:
    told = corner.register(client_name=name, client_uri=f"{PORTAL}/")
    browser = signed_in(corner)
    browser.open(corner.site(told).url())
    html = browser.page.html
    asks = html.find("p", class_="asks").get_text()
    assert name in asks
    assert "corner.example.test" in asks, "the host of the redirect URI, not the one that the site claims"
    assert "portal.example.test" not in asks
    assert "a site of another company" in asks
    assert html.find("script", src=None) is None
    assert html.find("img", src="x") is None
    with corner.sso.portal.transaction() as unit:
        assert unit.clients.find(told["client_id"]).host == "corner.example.test"


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\u00ad", "\u2028", "\x7f", "\x00", "\ue000"]
)
@pytest.mark.parametrize("member", ["client_name", "client_name#zh-CN"])
def test_a_name_has_no_signs_that_nobody_sees(unchanged: Corner, member: str, sign: str) -> None:
    answer = unchanged.send("POST", ENDPOINT, {**SHOP, member: f"Corner{sign}Shop"})
    assert (answer.status_int, answer.json["error"]) == (400, "invalid_client_metadata")
