"""Addresses that look like registered ones, and local paths in other alphabets."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso_portal.base.urls import add_query, local_path, matches_redirect_uri, quote_next, redirect_uri_problem

LOOPBACK = "http://127.0.0.1/cb"


@pytest.mark.parametrize(
    "sent",
    [
        "HTTP://127.0.0.1:1/cb",
        " http://127.0.0.1:1/cb",
        "\x01http://127.0.0.1:1/cb",
        "http://127.0.0.1:1/c\nb",
        "http://127.0.0.1:1\t/cb",
        "http://127.0.0.1:1/cb ",
        "http://127.0.0.1:1/cb?",
        "http://127.0.0.1:1/cb;",
        "http://127.0.0.1:1/./cb",
        "http://127.0.0.1:1/x/../cb",
        "http://127.0.0.1:1//cb",
        "http://127.0.0.1:1/%63b",
        "http://127.0.0.1:1\\@evil.test/cb",
        "http://127.0.0.1:1@evil.test/cb",
        "http://127.0.0.1:1.evil.test/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:-1/cb",
        "http://127.0.0.1:+1/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:１/cb",
        "http://[::ffff:127.0.0.1]:1/cb",
        "http://0x7f.0.0.1:1/cb",
        "http://2130706433:1/cb",
        "http://127.0.0.1:/cb",
    ],
)
def test_a_loopback_address_differs_in_its_port_and_nothing_else(sent: str) -> None:
    assert not matches_redirect_uri(sent, [LOOPBACK, "http://[::1]/cb"])


@pytest.mark.parametrize("port", ["", ":1", ":80", ":65535"])
@pytest.mark.parametrize("registered", [LOOPBACK, "http://127.0.0.1:4711/cb"])
def test_any_port_of_the_loopback_address_will_do(port: str, registered: str) -> None:
    assert matches_redirect_uri(f"http://127.0.0.1{port}/cb", [registered])


@given(st.text(max_size=40), st.sampled_from(["https://a.example/cb", LOOPBACK, "com.example.app:/cb"]))
def test_nothing_appended_to_or_put_before_a_registered_address_matches(more: str, registered: str) -> None:
    if more:
        assert not matches_redirect_uri(registered + more, [registered])
        assert not matches_redirect_uri(more + registered, [registered])


def test_nothing_matches_where_nothing_is_registered() -> None:
    assert not matches_redirect_uri("", [])
    assert not matches_redirect_uri("", ["https://a/"])
    assert not matches_redirect_uri(LOOPBACK, [])


@pytest.mark.parametrize("uri", ["https://中文.example/", "https://a/路", "https://ａ.example/", "https://a/\u202e"])
def test_letters_that_an_address_has_to_escape_cannot_be_registered(uri: str) -> None:
    assert "escape" in str(redirect_uri_problem(uri))


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/中", "/%E4%B8%AD"),
        ("/?q=项目&x=%E4%B8%AD", "/?q=%E9%A1%B9%E7%9B%AE&x=%E4%B8%AD"),
        ("/a\u2028b", "/a%E2%80%A8b"),
        ("/\u3000", "/%E3%80%80"),
        ("/\x85", "/%C2%85"),
        ("/a'\"<>[]{}|^`~b", "/a'\"<>[]{}|^`~b"),
    ],
)
def test_a_local_path_goes_into_a_header_without_loss(target: str, path: str) -> None:
    assert local_path(target) == path
    assert local_path(path) == path


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60).map(lambda text: f"/{text}"))
def test_a_local_path_is_ascii_and_says_the_same(target: str) -> None:
    path = local_path(target)
    if path is not None:
        assert path.isascii()
        assert unquote(path) == unquote(target)
        assert not urlsplit(f"https://portal.test{path}").netloc.endswith("evil")
        assert local_path(path) == path


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60))
def test_what_is_quoted_for_next_comes_back(text: str) -> None:
    assert unquote(quote_next(f"/{text}")) == f"/{text}"
    assert not set("?&#+ ") & set(quote_next(f"/{text}"))


@given(
    st.dictionaries(st.text("ab", min_size=1), st.text(alphabet=st.characters(exclude_categories=["Cs"])), max_size=4)
)
def test_a_query_is_added_and_nothing_is_lost(parameters: dict[str, str]) -> None:
    uri = add_query("https://a.example/cb?kept=%20+%2B", parameters.items())
    assert uri.startswith("https://a.example/cb?kept=%20+%2B")
    assert uri.isascii()
    assert uri.count("&") == len(parameters)
