"""What a browser has written down (HTTP Archive 1.2) becomes a journal."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from sso_flow import NoHarFile, journal_of_har, record


def entry(url: str, second: int, **more: Any) -> dict[str, Any]:
    """One entry as Chromium writes it."""
    request: dict[str, Any] = {"method": "GET", "url": url, "headers": [], **more.pop("request", {})}
    response: dict[str, Any] = {"status": 200, "headers": [], "content": {}, **more.pop("response", {})}
    started = f"2027-01-15T08:00:{second:02d}.250Z"
    return {"startedDateTime": started, "time": 12.5, "pageref": "p1", "request": request, "response": response, **more}


def har(*entries: dict[str, Any]) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


def test_entries_become_hops_in_the_order_of_their_beginning() -> None:
    first, second = journal_of_har(har(entry("http://b.test/", 2), entry("http://a.test/", 1))).hops
    assert (first.url, second.url) == ("http://a.test/", "http://b.test/")
    assert (first.number, first.actor, first.method, first.status) == (1, "person", "GET", 200)
    assert (first.at, first.seconds) == (1_800_000_001, 0.0125)


def test_forms_and_bodies() -> None:
    params = {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "1"}]}
    text = {"mimeType": "application/x-www-form-urlencoded; charset=UTF-8", "text": "b=2&c="}
    other = {"mimeType": "application/json", "text": "{}"}
    body = {"encoding": "base64", "text": base64.b64encode(b"<h1>Hi</h1>").decode()}
    hops = journal_of_har(
        har(
            entry("http://a.test/", 1, request={"method": "post", "postData": params}, response={"content": body}),
            entry("http://a.test/", 2, request={"method": "POST", "postData": text}),
            entry("http://a.test/", 3, request={"method": "POST", "postData": other}),
        )
    ).hops
    assert [hop.form for hop in hops] == [(("a", "1"),), (("b", "2"), ("c", "")), ()]
    assert (hops[0].body, hops[0].method) == (b"<h1>Hi</h1>", "POST")


def test_cookies_that_the_browser_joined_are_taken_apart() -> None:
    headers = [{"name": "Set-Cookie", "value": "a=1; Path=/\nb=2"}, {"name": "X", "value": ""}]
    (hop,) = journal_of_har(har(entry("http://a.test/", 1, response={"headers": headers}))).hops
    assert hop.response_headers == (("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("X", ""))


def test_pages_are_tabs_and_what_is_not_the_web_is_left_out() -> None:
    journal = journal_of_har(
        har(
            entry("http://a.test/", 1),
            entry("data:text/plain,x", 2),
            entry("http://a.test/", 3, pageref="p2"),
            entry("http://a.test/", 4, response={"status": -1}),
        )
    )
    assert [(hop.tab, hop.status) for hop in journal.hops] == [(0, 200), (1, 200), (0, 0)]


def test_a_run_in_a_browser_can_be_drawn() -> None:
    way = [{"name": "Location", "value": "http://localhost:9000/o/authorize/?client_id=shop"}]
    journal = journal_of_har(
        har(
            entry("http://localhost:9001/mine", 1, response={"status": 303, "headers": way}),
            entry("http://localhost:9000/o/authorize/?client_id=shop", 2),
        )
    )
    recording = record(journal, title="In a browser", names={"localhost:9001": "The shop"})
    assert [lane.name for lane in recording.lanes] == ["Person", "Browser", "The shop", "Portal"]
    assert [step.kind for step in recording.chapters[0].steps] == ["act", "request", "redirect", "request"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "null", '{"log": 1}', '{"log": {"entries": [1]}}', '{"log": {"entries": [{}]}}', "[" * 5000),
        har(entry("http://[", 1)),
        har({**entry("http://a.test/", 1), "startedDateTime": "yesterday"}),
        har({**entry("http://a.test/", 1), "startedDateTime": 5}),
        har(entry("http://a.test/", 1, response={"status": "many"})),
        har(entry("http://a.test/", 1, response={"headers": [{}]})),
        har(entry("http://a.test/", 1, response={"content": {"encoding": "base64", "text": "a"}})),
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_har_file_says_so(text: str | bytes) -> None:
    with pytest.raises(NoHarFile, match="this is no HAR file"):
        journal_of_har(text)
