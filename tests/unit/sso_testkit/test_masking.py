"""What a report shows of a parameter."""

from __future__ import annotations

import pytest

from sso_testkit.masking import masked, masked_pairs, masked_url

LONG = "abcdefghijklmnopqrstuvwxyz-0123456789-ABCDE"
JWT = f"eyJhbGciOiJFUzI1NiJ9.{LONG}.{LONG}"


@pytest.mark.parametrize(
    "name", ["code", "access_token", "refresh_token", "id_token", "id_token_hint", "code_verifier", "token", "Cookie"]
)
def test_a_long_secret_is_told_by_its_beginning(name: str) -> None:
    assert masked(name, LONG) == "abc…(43)"


@pytest.mark.parametrize("name", ["code", "token"])
def test_a_short_secret_shows_nothing(name: str) -> None:
    assert masked(name, "abc123") == "…(6)"
    assert masked(name, "") == ""


@pytest.mark.parametrize("name", ["password", "new_password", "client_secret", "user_code"])
def test_of_what_people_type_nothing_is_seen_however_long_it_is(name: str) -> None:
    assert masked(name, LONG) == "…(43)"


@pytest.mark.parametrize("name", ["state", "redirect_uri", "scope", "error", "username"])
def test_the_rest_is_shown(name: str) -> None:
    assert masked(name, "https://rp.example.test/cb") == "https://rp.example.test/cb"
    assert masked(name, "张鹏") == "张鹏"


def test_a_secret_inside_an_address_is_masked_too() -> None:
    inner = f"/o/authorize/?state=a%20b&id_token_hint={JWT}"
    assert masked("next", inner) == f"/o/authorize/?state=a b&id_token_hint=eyJ…({len(JWT)})"
    assert (
        masked_url(f"https://rp.test/cb?state=a#access_token={LONG}")
        == "https://rp.test/cb?state=a#access_token=abc…(43)"
    )
    assert masked_url(f"https://rp.test/cb?next=%2Fa%3Fcode%3D{LONG}") == "https://rp.test/cb?next=/a?code=abc…(43)"


def test_a_jwt_is_masked_wherever_it_stands() -> None:
    assert masked("something", f"it was {JWT} then") == f"it was eyJ…({len(JWT)}) then"


def test_a_very_long_value_is_cut_and_stays_on_its_line() -> None:
    assert masked("state", "x" * 300) == "x" * 200 + "…(300)"
    assert masked("state", "a\r\nb\x1b[31m") == r"a\r\nb\x1b[31m"


def test_what_is_no_address_stays_what_it_is() -> None:
    assert masked_url("https://[broken/?code=x") == "https://…(unreadable)"
    assert masked("state", "really? yes #1") == "really? yes #1"


def test_pairs_keep_their_order() -> None:
    assert masked_pairs([("b", "1"), ("code", "x"), ("b", "2")]) == [("b", "1"), ("code", "…(1)"), ("b", "2")]
