"""Whatever a browser sends, the site answers as ever and the picture can be drawn."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sso_flow.journal import PERSON
from sso_flow.live.application import RecordedApplication
from sso_flow.live.browsers import COOKIE, browser_of, new_number
from sso_flow.live.door import FlowDoor, Place
from sso_flow.live.flows import Flows
from sso_flow.words import Words

SITE, PORTAL = "http://localhost:9001", "http://localhost:9000"
HERS = new_number()
SIGNS = st.text(st.characters(max_codepoint=255), max_size=60)


def ask(application: Any, **environ: Any) -> tuple[str, bytes]:
    """One request, as a server hands it on; status and body."""
    said: list[str] = []
    cookie = {"REQUEST_METHOD": "GET", "HTTP_COOKIE": f"{COOKIE}={HERS}", "HTTP_ACCEPT": "text/html"}
    chunks = application(cookie | environ, lambda status, headers, *problem: said.append(status))
    return said[0], b"".join(chunks)


@settings(max_examples=150, deadline=None)
@given(
    path=SIGNS, query=SIGNS, referer=SIGNS, location=SIGNS, body=st.binary(max_size=200), page=st.binary(max_size=80)
)
@example(path="[", query="[", referer="http://[", location="http://[::1", body=b"logout_token=a.W10.b", page=b"<h1>")
@example(path="", query="code=&state=", referer="", location="//[", body=b"logout_token=..&logout_token=", page=b"\xff")
@example(path="@elsewhere", query="", referer="", location="http://a\u00bd/", body=b"%", page=b"<title>\x00")
def test_everything_is_answered_and_drawn(
    path: str, query: str, referer: str, location: str, body: bytes, page: bytes
) -> None:
    def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        headers = [("Content-Type", "text/html"), ("Set-Cookie", location)]
        start_response("303 See Other", [*headers, ("Location", location)])
        return [page]

    flows = Flows()
    recorded = RecordedApplication(site, SITE, flows.tell, portal=PORTAL)
    asked = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_REFERER": referer}
    posted = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
    assert ask(recorded, **asked) == ("303 See Other", page)
    assert ask(recorded, **asked, REQUEST_METHOD="POST", **posted, **{"wsgi.input": io.BytesIO(body)})[1] == page
    # Something that is told in any case, so that the rest is looked at.
    assert ask(recorded, PATH_INFO="/sso/callback", QUERY_STRING="code=1&state=2")[1] == page
    assert flows.of(browser_of(HERS))
    places = {"": Place(PORTAL, Words("Portal", "登录门户"))}
    status, drawn = ask(FlowDoor(site, flows.of, places), PATH_INFO="/demo/flow", QUERY_STRING="lang=zh_CN")
    assert status == "200 OK"
    assert b"<svg" in drawn
    assert b"<script" not in drawn
    assert {hop.url.split("/")[2] for hop in flows.of(browser_of(HERS)) if hop.actor == PERSON} == {"localhost:9001"}
