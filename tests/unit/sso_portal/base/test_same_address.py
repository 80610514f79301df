"""Addresses that are the same although they are spelled differently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso_portal.base.same_address import LONGEST, without_query


@pytest.mark.parametrize(
    ("uri", "normal"),
    [
        ("https://portal.example/o/token/", "https://portal.example/o/token/"),
        ("https://portal.example/o/token", "https://portal.example/o/token"),
        ("HTTPS://Portal.EXAMPLE:443/o/token/?a=b#c", "https://portal.example/o/token/"),
        ("http://portal.example:80", "http://portal.example/"),
        ("https://portal.example:80/", "https://portal.example:80/"),
        ("http://[::1]:9000/o/", "http://[::1]:9000/o/"),
        ("https://a/%7Euser/%2f", "https://a/~user/%2F"),
        ("https://a/b/./c/../d/", "https://a/b/d/"),
        ("https://a/b/..", "https://a/"),
        ("https://a/b//c", "https://a/b//c"),
        ("https://a/B", "https://a/B"),
    ],
)
def test_the_normal_form(uri: str, normal: str) -> None:
    assert without_query(uri) == normal


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/o/token/",
        "ftp://a/",
        "https:///o/token/",
        "https://somebody@portal.example/",
        "https://a:b/",
        "https://a:99999/",
        "https://[/",
        "https://a/ b",
        "https://a/\tb",
        "https://a/%zz",
        "https://a/%",
        "https://密/",
        "https://a\\b/",
        f"https://a/{'x' * LONGEST}",
    ],
)
def test_what_is_no_address(uri: str) -> None:
    assert without_query(uri) is None


@given(st.text(alphabet="htps:/.%2fFaA?#@[]1", max_size=40))
def test_the_normal_form_is_normal(text: str) -> None:
    normal = without_query(f"https://a/{text}")
    assert normal is None or without_query(normal) == normal
