"""What of a request and its answer is kept until it is drawn: little, and nothing that a person has typed in secret."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from html import escape

from sso_flow.facts import header_of
from sso_flow.headings import heading_in
from sso_flow.journal import KEPT_BYTES
from sso_flow.values import is_typed

_ASKED = frozenset({"authorization", "dpop", "referer", "sec-fetch-dest"})
_ANSWERED = frozenset({"content-type", "location", "set-cookie"})
_LONGEST = 8 * 1024
_MOST = 64
_SIGN = "•"
_DIGITS = 10

Pairs = Iterable[tuple[str, str]]


def kept_url(url: str) -> str:
    """An address, cut where nobody reads on."""
    return url[:_LONGEST]


def kept_request_headers(headers: Pairs) -> dict[str, str]:
    """The headers of a request that are told of."""
    return {name: value[:_LONGEST] for name, value in headers if name.lower() in _ASKED}


def kept_form(fields: Pairs) -> list[tuple[str, str]]:
    """Posted fields; what people type in secret by its length."""
    pairs = list(fields)[:_MOST]
    return [(name[:_LONGEST], _SIGN * len(value) if is_typed(name) else value[:_LONGEST]) for name, value in pairs]


def kept_response_headers(headers: Pairs) -> list[tuple[str, str]]:
    """The headers of an answer that are told of; cookies by their length."""
    told = [(name, value[:_LONGEST]) for name, value in headers if name.lower() in _ANSWERED][:_MOST]
    return [(name, _cookie(value) if name.lower() == "set-cookie" else value) for name, value in told]


def kept_body(headers: Pairs, body: bytes) -> bytes:
    """JSON as it is, of a page its heading, of anything else nothing."""
    kind = header_of(headers, "Content-Type").partition(";")[0].strip().lower()
    if kind == "text/html":
        return f"<h1>{escape(heading_in(body.decode('utf-8', 'replace')))}</h1>".encode()
    return body if kind.endswith("json") and len(body) <= KEPT_BYTES else b""


def size_in(length: str) -> int:
    """What a ``Content-Length`` says in bytes; of one that is no number, or is absurd, more than anybody keeps."""
    return int(length) if length.isascii() and length.isdigit() and len(length) < _DIGITS else sys.maxsize


def _cookie(header: str) -> str:
    pair, separator, attributes = header.partition(";")
    name, _, value = pair.partition("=")
    return f"{name}={_SIGN * len(value)}{separator}{attributes}"
