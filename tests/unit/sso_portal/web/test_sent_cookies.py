"""One cookie is read from any header, and quickly."""

from __future__ import annotations

import time

import pytest

from sso_portal.web.sent_cookies import sent_cookie


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("a=1", "1"),
        ("b=2; a=1; c=3", "1"),
        ("a=1;b=2", "1"),
        ("a=1; a=2", "2"),
        ("a = 1 ", "1"),
        ("a=x=y", "x=y"),
        ("a=" + "x" * 500, "x" * 500),
        ("a=" + "x" * 501, None),
        ("a=", None),
        ("a", None),
        ("aa=1; A=1", None),
        ("a=\xe9", None),
        ("\xff\xfe=1; ;;=; a=1", "1"),
        ("", None),
    ],
)
def test_the_value_of_a_cookie(header: str, value: str | None) -> None:
    assert sent_cookie({"HTTP_COOKIE": header}, "a") == value


def test_each_of_several_is_found_also_when_the_header_is_another_one() -> None:
    environ = {"HTTP_COOKIE": "a=1; b=2; a=3"}
    assert [sent_cookie(environ, name) for name in "abca"] == ["3", "2", None, "3"]
    environ["HTTP_COOKIE"] = "c=4"
    assert [sent_cookie(environ, name) for name in "abc"] == [None, None, "4"]
    del environ["HTTP_COOKIE"]
    assert sent_cookie(environ, "c") is None


def test_no_header() -> None:
    assert sent_cookie({}, "a") is None


@pytest.mark.parametrize(
    "header", ["a" * 65_000, "=" * 65_000, ";" * 65_000, "a=" * 32_500, " " * 65_000, '"' * 65_000]
)
def test_a_header_that_is_meant_to_take_long(header: str) -> None:
    """Mutant: a pattern that begins anew at each letter."""
    began = time.process_time()
    sent_cookie({"HTTP_COOKIE": header}, "sso_session")
    assert time.process_time() - began < 1
