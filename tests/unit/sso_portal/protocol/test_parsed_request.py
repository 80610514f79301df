"""A request that has been read already answers as oauthlib's own does, whatever its parameters are called."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from oauthlib.common import Request

from sso_portal.protocol.parsed_request import ParsedRequest

URI = "https://portal.example.test/o/token/"
OWN = ("uri", "http_method", "headers", "body", "uri_query", "uri_query_params", "duplicate_params", "_params")
FOUND_OUT = ("client", "extra_credentials", "scopes", "user")


def parsed(values: dict[str, str]) -> ParsedRequest:
    return ParsedRequest(URI, "POST", values, {"Authorization": "Bearer x"})


def test_every_parameter_is_what_oauthlib_says() -> None:
    values = {"grant_type": "refresh_token", "scope": "a b", "state": "", "resource": "x", "of_nobody": "中"}
    ours, theirs = parsed(values), Request(URI, "POST", urlencode(values), {"Authorization": "Bearer x"})
    for name in {*theirs._params, *values}:
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.headers == theirs.headers
    assert ours.duplicate_params == ()


@pytest.mark.parametrize("name", OWN)
def test_no_parameter_takes_the_place_of_what_the_request_is(name: str) -> None:
    before = getattr(parsed({}), name)
    assert getattr(parsed({name: "sent"}), name) == before


@pytest.mark.parametrize("name", FOUND_OUT)
def test_nobody_sends_what_is_found_out(name: str) -> None:
    request = parsed({name: "sent"})
    assert getattr(request, name) is None
    setattr(request, name, "found")
    assert getattr(request, name) == "found"


@pytest.mark.parametrize("name", ["__class__", "__init__", "__getattr__", "__dict__", "__repr__"])
def test_a_name_that_means_something_to_python_does_no_harm(name: str) -> None:
    request = parsed({name: "sent", "code": "c"})
    assert isinstance(request, ParsedRequest)
    assert request.code == "c"
    assert "SANITIZED" in repr(request)


def test_what_was_not_sent_and_has_no_name_is_missing() -> None:
    request = parsed({"one": "1"})
    assert request.one == "1"
    with pytest.raises(AttributeError):
        _ = request.other
    # The next request knows nothing of this one.
    with pytest.raises(AttributeError):
        _ = parsed({}).one
    assert parsed({}).authorization_details is None
