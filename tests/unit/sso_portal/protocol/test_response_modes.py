"""Which way a secured answer goes (JWT Secured Authorization Response Mode 1.0, section 2.3)."""

from __future__ import annotations

import pytest

from sso_portal.protocol.authorization_answers import SendBack
from sso_portal.protocol.response_modes import RESPONSE_MODES, chosen_mode, is_form, is_secured, is_unfit


@pytest.mark.parametrize(
    ("wished", "response_type", "encrypted", "mode"),
    [
        ("jwt", "code", False, "query.jwt"),
        ("jwt", "none", False, "query.jwt"),
        ("jwt", None, False, "query.jwt"),
        ("jwt", "token", False, "fragment.jwt"),
        ("jwt", "code id_token", True, "fragment.jwt"),
        ("query.jwt", "code", False, "query.jwt"),
        ("query.jwt", "token", False, "fragment.jwt"),
        ("query.jwt", "token", True, "query.jwt"),
        ("query", "token", True, "fragment"),
        ("fragment.jwt", "code", False, "fragment.jwt"),
        ("form_post.jwt", "id_token", False, "form_post.jwt"),
        ("pigeon.jwt", "code", False, "query"),
        (".jwt", "token", False, "fragment"),
    ],
)
def test_which_way(wished: str, response_type: str | None, encrypted: bool, mode: str) -> None:
    assert chosen_mode(wished, response_type, encrypted=encrypted) == mode


def test_what_each_mode_is() -> None:
    assert {mode for mode in RESPONSE_MODES if is_form(mode)} == {"form_post", "form_post.jwt"}
    secured = {"jwt", "query.jwt", "fragment.jwt", "form_post.jwt"}
    assert {mode for mode in RESPONSE_MODES if is_secured(mode)} == secured
    assert not any(is_secured(mode) for mode in (None, "", "pigeon.jwt", "JWT"))


def test_tokens_do_not_stand_readable_in_a_query() -> None:
    assert is_unfit("query.jwt", "token", encrypted=False)
    assert not is_unfit("query.jwt", "token", encrypted=True)
    assert not is_unfit("query.jwt", "code", encrypted=False)
    assert not is_unfit("fragment.jwt", "token", encrypted=False)
    assert not is_unfit(None, "token", encrypted=False)


def test_nothing_stands_beside_the_jwt() -> None:
    answer = SendBack("https://a/cb?x=1", "query.jwt", {"code": "secret"}, jwt="a.b.c")
    assert answer.location == "https://a/cb?x=1&response=a.b.c"
    assert answer.fields == [("response", "a.b.c")]
    assert SendBack("https://a/cb", "fragment.jwt", {"error": "e"}, jwt="a.b.c").error == "e"
