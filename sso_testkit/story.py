"""The story of a test: what went over the wires so far, and what the portal itself remembers of its refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sso_flow.facts import header_of, target_of
from sso_flow.headings import heading_of
from sso_flow.journal import Hop, Journal
from sso_flow.values import shown, shown_credentials, shown_name, shown_text
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
        sent_to = target_of(hop)
        trace_id = header_of(hop.response_headers, "X-Request-Id")
        lines += [f"{_INDENTED}{line}" for line in trace_lines(portal, trace_id, known)]
    return "\n".join(lines)


def _lines_of(hop: Hop, *, is_sent: bool) -> Iterator[str]:
    parts = urlsplit(hop.url)
    tab = f" (tab {hop.tab})" if hop.tab else ""
    yield f"{hop.number:>3}  {hop.actor}{tab}: {hop.method} {parts.scheme}://{parts.netloc}{parts.path or '/'}"
    asked = [] if is_sent else [*_pairs(parts.query), *hop.form]
    yield from _listed("with", [pair for pair in asked if pair[0] not in _UNINTERESTING])
    way = header_of(hop.request_headers, "Authorization")
    if way:
        yield f"{_INDENTED}with Authorization: {shown_credentials(way)}"
    yield from _answer_of(hop)


def _answer_of(hop: Hop) -> Iterator[str]:
    if not hop.status:
        yield f"{_INDENTED}← no answer: {shown_text(hop.body.decode('utf-8', 'replace'))}"
    elif target_of(hop):
        target = urlsplit(target_of(hop))
        yield f"{_INDENTED}← {hop.status} to {target.scheme}://{target.netloc}{target.path or '/'}"
        yield from _listed("with", [*_pairs(target.query), *_pairs(target.fragment)])
    else:
        yield f"{_INDENTED}← {hop.status} {_said(hop)}".rstrip()
    cookies = [value.partition("=")[0].strip() for name, value in hop.response_headers if name.lower() == "set-cookie"]
    if cookies:
        yield f"{_INDENTED}  cookies set: {', '.join(cookies)}"


def _listed(word: str, pairs: list[tuple[str, str]]) -> Iterator[str]:
    for name, value in pairs:
        yield f"{_INDENTED}  {word} {shown_name(name)}={shown(name, value)}"


def _said(hop: Hop) -> str:
    """What an answer says, in a line: a page by its heading, JSON by its error or the names of its members."""
    kind = header_of(hop.response_headers, "Content-Type").partition(";")[0]
    if kind == "text/html":
        return f"the page {heading_of(hop)!r}"
    if kind.endswith("json"):
        members = _members(hop.body)
        known = [f"{name}: {shown(name, str(members[name]))}" for name in _TOLD if name in members]
        others = [name for name in members if name not in _TOLD]
        return "; ".join(known + ([f"and {', '.join(others)}"] if others else []))
    challenge = header_of(hop.response_headers, "WWW-Authenticate")
    return shown_text(challenge or hop.body.decode("utf-8", "replace"))


def _members(body: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)
