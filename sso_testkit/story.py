"""The story of a test: what went over the wires so far, and what the portal itself remembers of its refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from sso_testkit.journal import Hop, Journal
from sso_testkit.masking import masked, masked_pairs
from sso_testkit.portal_trace import trace_lines

TITLE = "single sign-on story"
_LONGEST_STORY = 40
_UNINTERESTING = frozenset({"csrf_token"})
_TOLD = ("error", "error_description", "error_uri", "active", "token_type", "scope", "expires_in")
_INDENTED = " " * 6


class NotAsExpected(AssertionError):
    """An expectation failed; the message ends with the story, so nobody need tell it again."""

    def __init__(self, what: str, story: str) -> None:
        """``what`` was expected and what came instead; ``story`` as :func:`story_of` tells it."""
        super().__init__(f"{what}\n\n{TITLE}:\n{story}")


def story_of(journal: Journal, portal: Any = None, *, longest: int = _LONGEST_STORY) -> str:
    """Each of the last ``longest`` hops: who asked whom for what, the parameters that matter with secrets masked, the
    names of the cookies set, where it led, and of the ``portal``'s own traces those of checks that failed."""
    hops = list(journal.hops)
    if not hops:
        return "nobody has asked for anything yet"
    told, lines = hops[-longest:], []
    if len(hops) > len(told):
        lines.append(f"({len(hops) - len(told)} earlier hops are left out)")
    known: set[Any] = set()
    sent_to = ""
    for hop in told:
        # Whoever follows a redirect brings what has just been told.
        lines += _lines_of(hop, is_sent=hop.method == "GET" and hop.url == sent_to)
        sent_to = _target_of(hop)
        lines += [f"{_INDENTED}{line}" for line in trace_lines(portal, _header(hop, "x-request-id"), known)]
    return "\n".join(lines)


def _lines_of(hop: Hop, *, is_sent: bool) -> Iterator[str]:
    parts = urlsplit(hop.url)
    tab = f" (tab {hop.tab})" if hop.tab else ""
    yield f"{hop.number:>3}  {hop.actor}{tab}: {hop.method} {parts.scheme}://{parts.netloc}{parts.path or '/'}"
    asked = [] if is_sent else [*_pairs(parts.query), *hop.form]
    yield from _listed("with", [pair for pair in asked if pair[0] not in _UNINTERESTING])
    way = {name.lower(): value for name, value in hop.request_headers.items()}.get("authorization", "")
    if way:
        scheme, _, secret = way.partition(" ")
        yield f"{_INDENTED}with Authorization: {scheme} {masked('authorization', secret)}"
    yield from _answer_of(hop)


def _answer_of(hop: Hop) -> Iterator[str]:
    if not hop.status:
        yield f"{_INDENTED}← no answer: {masked('', hop.body.decode('utf-8', 'replace'))}"
    elif _target_of(hop):
        target = urlsplit(_target_of(hop))
        yield f"{_INDENTED}← {hop.status} to {target.scheme}://{target.netloc}{target.path or '/'}"
        yield from _listed("with", [*_pairs(target.query), *_pairs(target.fragment)])
    else:
        yield f"{_INDENTED}← {hop.status} {_said(hop)}".rstrip()
    cookies = [value.partition("=")[0].strip() for name, value in hop.response_headers if name.lower() == "set-cookie"]
    if cookies:
        yield f"{_INDENTED}  cookies set: {', '.join(cookies)}"


def _listed(word: str, pairs: list[tuple[str, str]]) -> Iterator[str]:
    for name, value in masked_pairs(pairs):
        yield f"{_INDENTED}  {word} {name}={value}"


def _said(hop: Hop) -> str:
    """What an answer says, in a line: a page by its heading, JSON by its error or the names of its members."""
    kind = _header(hop, "content-type").partition(";")[0]
    if kind == "text/html":
        return f"the page {heading_of(hop.body.decode('utf-8', 'replace'))!r}"
    if kind.endswith("json"):
        members = _members(hop.body)
        known = [f"{name}: {masked(name, str(members[name]))}" for name in _TOLD if name in members]
        others = [name for name in members if name not in _TOLD]
        return "; ".join(known + ([f"and {', '.join(others)}"] if others else []))
    return _header(hop, "www-authenticate") or (masked("", hop.body.decode("utf-8", "replace")) if hop.body else "")


def heading_of(source: str) -> str:
    """The heading of a page, or its title when it has none."""
    for tag in ("h1", "title"):
        found = re.search(rf"<{tag}\b[^>]*>(.*?)</{tag}\s*>", source, re.DOTALL | re.IGNORECASE)
        if found is not None:
            return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())
    return ""


def _members(body: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _target_of(hop: Hop) -> str:
    location = _header(hop, "location")
    return urljoin(hop.url, location) if location else ""


def _header(hop: Hop, wanted: str) -> str:
    return next((value for name, value in hop.response_headers if name.lower() == wanted), "")
