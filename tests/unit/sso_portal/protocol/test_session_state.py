"""The hash that sites are given and frames make again."""

from __future__ import annotations

import re

import pytest

from sso_portal.protocol.session_state import BrowserStates, page_origin, salted
from tests.support.session_frame import VECTORS

STATES = BrowserStates(bytes(range(32)))


@pytest.mark.parametrize(("client_id", "asking", "state", "salt", "expected"), VECTORS)
def test_the_hash_is_sha256_of_the_four_with_spaces_between(
    client_id: str, asking: str, state: str, salt: str, expected: str
) -> None:
    assert salted(client_id, asking, state, salt) == f"{expected}.{salt}"


def test_the_state_of_a_session_is_hmac_of_its_identifier() -> None:
    # By another implementation: HMAC-SHA-256 of "the-sid" under the bytes 0 to 31, its first half as base64url.
    assert STATES.of("the-sid") == "MgJRt7Y0yyQUe_9IRvS7zA"
    assert STATES.of("the-sie") != STATES.of("the-sid") != BrowserStates(bytes(32)).of("the-sid")


def test_a_site_gets_another_one_every_time_and_all_of_them_fit() -> None:
    uri, state = "https://shop.example.test/cb", STATES.of("sid")
    told = {STATES.session_state("sid", "shop", uri) for _ in range(20)}
    assert len(told) == 20
    for one in told:
        assert one is not None
        assert re.fullmatch(r"[\w-]{43}\.[A-Za-z0-9]{22}", one), "the frame takes no other"
        assert salted("shop", "https://shop.example.test", state, one.partition(".")[2]) == one


@pytest.mark.parametrize(
    ("redirect_uri", "expected"),
    [
        ("https://shop.example.test/cb?x=%20|{}", "https://shop.example.test"),
        ("HTTPS://Shop.Example.TEST:443/cb", "https://shop.example.test"),
        ("http://www.baidu.com", "http://www.baidu.com"),
        ("http://shop.example.test:80/", "http://shop.example.test"),
        ("https://shop.example.test:8443/a/b", "https://shop.example.test:8443"),
        ("http://127.0.0.1:51234/cb", "http://127.0.0.1:51234"),
        ("http://[::1]:51234/cb", "http://[::1]:51234"),
        ("com.example.app:/cb", ""),
        ("com.example.app://shop.example.test/cb", ""),
        ("https://[", ""),
        ("", ""),
    ],
)
def test_origins_as_browsers_write_them(redirect_uri: str, expected: str) -> None:
    assert page_origin(redirect_uri) == expected
    assert (STATES.session_state("sid", "shop", redirect_uri) is None) is (expected == "")
