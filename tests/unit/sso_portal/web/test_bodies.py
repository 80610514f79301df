"""Reading a body: whole or not at all, and as often as anybody asks."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pyramid.request import Request
from webob.request import DisconnectionError

from sso_portal.web.bodies import body_of


class Slow:
    """A stream that gives a few bytes at a time, as a socket may."""

    def __init__(self, content: bytes) -> None:
        self._stream = BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(min(size, 3) if size >= 0 else 3)


def request_with(source: Any, **environ: Any) -> Request:
    return Request({"REQUEST_METHOD": "POST", "wsgi.input": source, "wsgi.url_scheme": "http", **environ})


@pytest.mark.parametrize("stream", [BytesIO, Slow])
def test_it_is_read_to_its_length_and_no_further(stream: Any) -> None:
    request = request_with(stream(b"0123456789 and the next request"), CONTENT_LENGTH="10")
    assert body_of(request) == b"0123456789"
    assert body_of(request) == b"0123456789"
    assert request.body == b"0123456789"
    assert request.content_length == 10


@pytest.mark.parametrize("stream", [BytesIO, Slow])
def test_who_leaves_in_the_middle_is_noticed(stream: Any) -> None:
    with pytest.raises(DisconnectionError):
        body_of(request_with(stream(b"01234"), CONTENT_LENGTH="10"))


@pytest.mark.parametrize("length", [{}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "0"}])
def test_without_a_length_there_is_none(length: dict[str, str]) -> None:
    assert body_of(request_with(BytesIO(b"something else"), **length)) == b""


def test_a_body_that_ends_by_itself_is_read_to_its_end() -> None:
    environ = {"wsgi.input_terminated": True}
    assert body_of(request_with(BytesIO(b"in pieces"), **environ)) == b"in pieces"


def test_one_that_was_read_before_is_not_read_again() -> None:
    request = request_with(BytesIO(b"a=1"), CONTENT_LENGTH="3")
    assert request.POST["a"] == "1"
    assert body_of(request) == b"a=1"
