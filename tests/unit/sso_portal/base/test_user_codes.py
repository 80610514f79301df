"""Codes that people read and type: drawn from their alphabet, read however they are typed."""

from __future__ import annotations

import pytest

from sso_portal.base.user_codes import draw_user_code, read_user_code, show_user_code

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


def test_drawn_codes_have_eight_letters_of_the_alphabet_all_about_as_often() -> None:
    drawn = [draw_user_code() for _ in range(2000)]
    assert len(set(drawn)) == 2000
    assert {len(code) for code in drawn} == {8}
    letters = "".join(drawn)
    assert set(letters) == set(LETTERS)
    # 16 000 letters of 20 kinds: each about 800 times; a bias of a third would be noticed, chance is not.
    assert all(530 < letters.count(letter) < 1070 for letter in LETTERS)


def test_a_code_is_shown_in_two_groups_and_read_back() -> None:
    assert show_user_code("WDJBMJHT") == "WDJB-MJHT"
    code = draw_user_code()
    assert read_user_code(show_user_code(code)) == code


@pytest.mark.parametrize(
    "typed",
    [
        "WDJB-MJHT",
        "wdjb-mjht",
        "WdJbMjHt",
        "  wdjb mjht\r\n",
        "W D J B M J H T",
        "WDJB–MJHT",
        "WDJB—MJHT.",
        "WDJB_MJHT",
        "WDJB－MJHT",
        "ＷＤＪＢ－ＭＪＨＴ",
        "ｗｄｊｂ　ｍｊｈｔ",
        "\u200bWDJB\u00a0MJHT",
    ],
)
def test_how_a_code_may_be_typed(typed: str) -> None:
    assert read_user_code(typed) == "WDJBMJHT"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "WDJB-MJH",
        "WDJB-MJHTB",
        "WDJB-MJHA",
        "WDJB-MJH0",
        "WDJB-MJHß",
        "ВDJB-MJHT",
        "验证码",
        "W" * 70_000,
        "\x00",
    ],
)
def test_what_cannot_be_a_code(typed: str) -> None:
    assert read_user_code(typed) is None
