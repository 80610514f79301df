"""What an error may say (RFC 6749, sections 4.1.2.1 and 5.2): printable ASCII without quotation mark and backslash."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oauthlib.oauth2.rfc6749.errors import UnauthorizedClientError

from sso_portal.protocol.answers import printable, refusal, refusal_of

ALLOWED = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")


@given(st.text())
def test_whatever_is_repeated_is_made_printable(text: str) -> None:
    shown = printable(text)
    assert ALLOWED.fullmatch(shown)
    assert len(shown) == len(text)


def test_what_is_printable_stays_as_it_is() -> None:
    text = "".join(map(chr, range(0x20, 0x7F))).replace('"', "").replace("\\", "")
    assert printable(text) == text


@pytest.mark.parametrize("error", ["unauthorized_client", "invalid_scope", "invalid_request", "of_somebody_else"])
def test_an_error_always_says_something(error: str) -> None:
    told = refusal(400, error, "", "the-trace").body
    assert told == {"error": error, "error_description": told["error_description"], "trace_id": "the-trace"}
    assert str(told["error_description"]).endswith(".")


def test_what_oauthlib_leaves_unsaid_is_said() -> None:
    told = refusal_of(UnauthorizedClientError(), "the-trace").body
    assert told["error_description"] == "This client is not registered for this grant_type."
