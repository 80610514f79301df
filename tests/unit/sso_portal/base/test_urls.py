"""Addresses: local paths, redirect URIs, issuers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso_portal.base.urls import (
    MAXIMUM_LENGTH,
    add_query,
    host_name,
    host_of,
    is_loopback_host,
    local_path,
    matches_redirect_uri,
    origin,
    quote_next,
    redirect_uri_problem,
)


@pytest.mark.parametrize(
    "path", ["/", "/a", "/a?b=c%20d&e", "/o/authorize/?redirect_uri=https%3A%2F%2Fx", "/a//b", "/#x"]
)
def test_local_paths(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "a",
        "//a",
        "///a",
        "/\\a",
        "\\a",
        "https://a",
        "/a b",
        "/a\n",
        "/\t/a",
        "\n/a",
        "/" + "a" * MAXIMUM_LENGTH,
        "/a\x00",
        "http:a",
        "//[",
    ],
)
def test_no_local_paths(target: str | None) -> None:
    assert local_path(target) is None


@given(st.text(max_size=60))
def test_whatever_is_a_local_path_stays_on_this_host(target: str) -> None:
    path = local_path(target)
    if path is not None:
        assert path.startswith("/")
        assert not path.startswith(("//", "/\\"))
        assert not any(letter in path for letter in "\\\r\n\t \x00")


@pytest.mark.parametrize(
    ("uri", "word"),
    [
        ("/cb", "absolute"),
        ("https://", "host"),
        ("https:///cb", "host"),
        ("https://a/cb#x", "fragment"),
        ("https://a/cb#", "fragment"),
        ("https://u:p@a/cb", "user name"),
        ("https://a/c b", "spaces"),
        ("https://a\\@b/", "spaces"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("http://[::1", "address"),
        ("http://a:99999/", "address"),
        ("https://中文.example/", "escape"),
    ],
)
def test_addresses_that_cannot_be_registered(uri: str, word: str) -> None:
    assert word in (redirect_uri_problem(uri) or "")


@pytest.mark.parametrize("uri", ["https://a/cb?x=1", "http://a:80/", "com.example.app:/cb", "http://[::1]/cb"])
def test_addresses_that_can_be_registered(uri: str) -> None:
    assert redirect_uri_problem(uri) is None


@pytest.mark.parametrize(
    ("sent", "registered", "same"),
    [
        ("https://a/cb", "https://a/cb", True),
        ("https://a/cb/", "https://a/cb", False),
        ("https://a/CB", "https://a/cb", False),
        ("https://A/cb", "https://a/cb", False),
        ("https://a:443/cb", "https://a/cb", False),
        ("http://127.0.0.1:5000/cb", "http://127.0.0.1/cb", True),
        ("http://127.0.0.1:5000/cb", "http://127.0.0.1:1/cb", True),
        ("http://[::1]:5000/cb", "http://[::1]/cb", True),
        ("http://127.0.0.1:5000/cb?x", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1:5000/cb#", "http://127.0.0.1/cb", False),
        ("http://u@127.0.0.1:5000/cb", "http://127.0.0.1/cb", False),
        ("http://127.1:5000/cb", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1:05000/cb", "http://127.0.0.1/cb", False),
        ("http://localhost:5000/cb", "http://localhost/cb", False),
        ("https://127.0.0.1:5000/cb", "https://127.0.0.1/cb", False),
        ("http://127.0.0.1:99999/cb", "http://127.0.0.1/cb", False),
        ("http://[::1", "http://[::1]/cb", False),
    ],
)
def test_redirect_uris_match_to_the_letter(sent: str, registered: str, same: bool) -> None:
    assert matches_redirect_uri(sent, ["https://other/", registered]) is same


def test_small_things() -> None:
    assert quote_next("/o/authorize/?a=b&c") == "/o/authorize/%3Fa%3Db%26c"
    assert add_query("https://a/cb?x=1", [("code", "a b")]) == "https://a/cb?x=1&code=a+b"
    assert add_query("com.example:/cb", [("code", "a")]) == "com.example:/cb?code=a"
    assert (
        add_query("https://a/cb", [("code", "a&b#c"), ("state", "中")]) == "https://a/cb?code=a%26b%23c&state=%E4%B8%AD"
    )
    assert add_query("https://a", [("code", "a")]) == "https://a?code=a"
    assert add_query("https://a/cb?", [("code", "a")]) == "https://a/cb?code=a"
    assert add_query("https://a/cb", []) == "https://a/cb"
    assert add_query("https://a/cb#x", [("code", "a")]) == "https://a/cb?code=a#x"
    assert [is_loopback_host(host) for host in ("localhost", "127.9.9.9", "::1", "10.0.0.1", "", None)] == [
        True
    ] * 3 + [False] * 3
    assert origin("https://a:1/b") == "https://a:1"
    assert origin("com.example:/cb") == origin("http://[") == ""
    assert host_of("https://a:1/b") == "a:1"
    assert host_of("http://[") == ""
    assert host_name("https://A.test:8443/b") == "a.test"
    assert host_name("http://[::1]:1/") == "::1"
    assert (host_name("http://["), host_name("mailto:a"), host_name("")) == ("", "", "")
