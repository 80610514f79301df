"""What is remembered of a pushed request, and which requests are by reference to one."""

from __future__ import annotations

import pytest

from sso_portal.base.forms import Form, parse_form
from sso_portal.protocol.pushed_requests import kept, pushed_reference, restored

URN = "urn:ietf:params:oauth:request_uri:abc"


def test_a_form_is_the_same_afterwards() -> None:
    form = parse_form("client_id=a&scope=openid&resource=https://a/&resource=https://b/&audience=c&state=%E8%B7%AF")
    again = restored(kept(form))
    assert (again.encoded(), again.all("resource")) == (form.encoded(), ("https://a/", "https://b/"))
    assert again.all("audience") == ("c",)


def test_credentials_and_our_own_marker_are_not_remembered() -> None:
    form = parse_form("client_id=a&client_secret=b&client_assertion=c&client_assertion_type=d&interaction=e&state=f")
    assert kept(form) == {"client_id": "a", "state": "f"}


@pytest.mark.parametrize(
    ("query", "reference"),
    [
        (f"request_uri={URN}", URN),
        (f"client_id=a&request_uri={URN}&state=b&state=c", URN),
        ("request_uri=https://a/", None),
        (f"request_uri={URN}&request_uri={URN}", None),
        (f"request_uri={URN}&request=x", None),
        ("request_uri=URN:ietf:params:oauth:request_uri:abc", None),
        ("", None),
    ],
)
def test_which_requests_are_by_reference(query: str, reference: str | None) -> None:
    assert pushed_reference(parse_form(query)) == reference


def test_nothing_is_a_reference_in_an_empty_form() -> None:
    assert pushed_reference(Form()) is None
