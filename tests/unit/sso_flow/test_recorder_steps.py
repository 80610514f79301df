"""Hops become steps: who takes part, in which order, what is folded, what is told once."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from sso_flow import Recording, record
from sso_flow.steps import Step
from tests.support.hops import HTML, PORTAL, SITE, asked, called, journal_of

REQUEST = f"{PORTAL}/o/authorize/?response_type=code&client_id=shop&state=a-state-of-many-signs"


def told(*hops: dict[str, Any], **more: Any) -> Recording:
    return record(journal_of(*hops), title="A flow", **more)


def steps(recording: Recording) -> list[Step]:
    return [step for chapter in recording.chapters for step in chapter.steps]


def kinds(recording: Recording) -> str:
    return " ".join(step.kind for step in steps(recording))


def test_a_redirect_and_the_request_that_follows_it() -> None:
    recording = told(asked(f"{SITE}/mine", REQUEST), asked(REQUEST, body=b"<h1>Sign <b>in</b></h1>"))
    act, first, redirect, followed = steps(recording)
    assert kinds(recording) == "act request redirect request"
    assert [(step.source, step.target) for step in (act, first, redirect, followed)] == [
        ("person", "browser"),
        ("browser", "shop.test"),
        ("shop.test", "browser"),
        ("browser", "portal.test"),
    ]
    assert act.words == "Opens shop.test /mine"
    assert redirect.words == "Sends the browser to the portal with a request"
    assert redirect.wire == "303 → portal.test/o/authorize/"
    assert [fact.name for fact in redirect.facts] == ["response_type", "client_id", "state"]
    assert (followed.same_as, followed.facts) == (redirect.number, ())
    assert followed.note == "200 · the page “Sign in”"
    assert [step.number for step in steps(recording)] == [1, 2, 3, 4]


def test_the_lanes_stand_in_a_good_order() -> None:
    recording = told(
        asked(f"{PORTAL}/o/login/"),
        asked(f"{SITE}/"),
        called("shop.test", "https://api.test/me"),
        called("portal.test", "https://silent.test/bye", form=[("logout_token", "x")]),
        names={"shop.test": "The shop"},
    )
    assert [lane.key for lane in recording.lanes] == [
        *("person", "browser", "shop.test", "silent.test", "portal.test", "api.test")
    ]
    assert [lane.name for lane in recording.lanes][2:5] == ["The shop", "silent", "Portal"]


def test_what_a_server_asks_comes_inside_what_it_was_asked() -> None:
    tokens = json.dumps({"access_token": "t" * 40, "expires_in": 3600}).encode()
    recording = told(
        asked(f"{SITE}/cb?code=c&state=s", f"{SITE}/mine"),
        called("shop.test", f"{PORTAL}/o/token/", form=[("grant_type", "authorization_code")], body=tokens),
        asked(f"{SITE}/mine"),
    )
    assert kinds(recording) == "act request request answer redirect request"
    answer = steps(recording)[3]
    assert (answer.words, answer.source, answer.target) == (
        "Gives the tokens to the site’s server",
        "portal.test",
        "shop.test",
    )
    assert [(fact.name, fact.value) for fact in answer.facts] == [("access_token", "ttt…(40)"), ("expires_in", "3600")]


def test_what_a_signed_statement_says_is_told_too() -> None:
    said = (
        base64.urlsafe_b64encode(json.dumps({"iss": PORTAL, "sid": "s" * 30, "odd": 1}).encode()).decode().rstrip("=")
    )
    answer = json.dumps({"id_token": f"eyJ.{said}.signature"}).encode()
    recording = told(called("shop.test", f"{PORTAL}/o/token/", body=answer))
    facts = [(fact.name, fact.value, fact.inside) for fact in steps(recording)[-1].facts]
    assert facts[1:] == [("iss", PORTAL, "id_token"), ("sid", "sss…(30)", "id_token")]


@pytest.mark.parametrize("token", ["", "a.b", "a.!!.c", "a.W10.c", f"a.{'W1' * 9000}.c"])
def test_a_statement_that_cannot_be_read_is_no_trouble(token: str) -> None:
    recording = told(called("portal.test", f"{SITE}/bye", form=[("logout_token", token)]))
    assert [fact.name for fact in steps(recording)[0].facts] == ["logout_token"]


def test_notices_that_go_out_at_once_have_one_order() -> None:
    hops = [called("portal.test", f"https://{name}.test/bye", form=[("logout_token", "x")]) for name in ("b", "c", "a")]
    recording = told(asked(f"{PORTAL}/o/logout/"), *hops)
    assert [step.target for step in steps(recording)[2:]] == ["a.test", "b.test", "c.test"]


def test_repeated_metadata_is_told_once_and_counted() -> None:
    keys = {"url": f"{PORTAL}/o/jwks/", "method": "GET"}
    recording = told(asked(f"{SITE}/"), *(called("shop.test", **keys) for _ in range(3)), called("other.test", **keys))
    assert [(step.source, step.times) for step in steps(recording)[2:]] == [("shop.test", 3), ("other.test", 1)]
    assert "(3 times)" in recording.svg() and "(3 times)" in recording.html() and "(3 times)" in recording.markdown()


def test_styles_and_pictures_are_left_out_and_counted() -> None:
    recording = told(
        asked(f"{SITE}/"),
        asked(f"{SITE}/static/site.css", headers=[("Content-Type", "text/css; charset=utf-8")]),
        asked(f"{SITE}/logo", headers=[("Content-Type", "image/svg+xml")]),
        asked(f"{SITE}/favicon.ico", status=404),
    )
    assert (recording.left_out, len(steps(recording))) == (3, 2)
    assert "Left out: 3 requests" in recording.html()


def test_paths_that_are_not_wanted() -> None:
    recording = told(asked(f"{SITE}/a"), asked(f"{SITE}/b"), without=["/a"])
    assert [step.wire for step in steps(recording)] == ["", "GET /b"]
    assert recording.left_out == 0


def test_each_deed_of_the_person_begins_a_chapter() -> None:
    recording = told(
        asked(f"{SITE}/"),
        asked(f"{SITE}/a", request_headers={"referer": f"{SITE}/"}),
        asked(f"{PORTAL}/o/login/", method="POST", form=[("username", "zp"), ("password", "penadmin")]),
        asked(f"{PORTAL}/o/authorize/", method="POST", form=[("decision", "deny")]),
        asked(f"{PORTAL}/o/logout/", method="POST", form=[("decision", "sign_out_all")]),
        asked(f"{PORTAL}/elsewhere", method="POST", form=[("decision", "later")]),
        asked(f"{SITE}/sign-out", method="POST"),
        asked(f"{SITE}/cart", method="POST", form=[("count", "2")]),
    )
    assert [chapter.title for chapter in recording.chapters] == [
        "Opens shop.test /",
        "Follows a link to shop.test /a",
        "Types user name and password",
        "Declines",
        "Confirms signing everybody out",
        "Presses a button: later",
        "Signs out at shop.test",
        "Sends the form to shop.test /cart",
    ]


def test_what_the_page_does_by_itself_is_no_deed() -> None:
    recording = told(
        asked(f"{PORTAL}/o/logout/"),
        asked(f"{SITE}/front?iss=x&sid=y", request_headers={"Sec-Fetch-Dest": "iframe"}),
        asked(f"{SITE}/cb", method="POST", form=[("code", "c"), ("state", "s")]),
    )
    assert kinds(recording) == "act request request request"
    assert steps(recording)[2].words == "A frame tells the site that the session is over"


def test_tabs_do_not_get_in_each_other_s_way() -> None:
    recording = told(asked(f"{SITE}/", REQUEST), asked(f"{SITE}/other", tab=1), asked(REQUEST))
    assert kinds(recording) == "act request redirect act request request"
    assert steps(recording)[-1].same_as == 3


@pytest.mark.parametrize(
    ("status", "words", "note"),
    [
        (400, "Refuses", "400 · the page “Not so”"),
        (503, "Has failed", "503 · the page “Not so”"),
        (0, "Nobody answers", ""),
    ],
)
def test_failures_have_an_arrow_of_their_own(status: int, words: str, note: str) -> None:
    headers = [HTML] if status else []
    recording = told(asked(f"{SITE}/", status=status, headers=headers, body=b"<h1>Not so</h1>"))
    step = steps(recording)[-1]
    assert (step.kind, step.words, step.note) == ("refusal", words, note)


def test_calls_of_the_test_itself_have_a_lane() -> None:
    recording = told(called("test", f"{PORTAL}/o/token/", form=[("grant_type", "client_credentials")]))
    assert [lane.key for lane in recording.lanes] == ["test", "portal.test"]


def test_a_host_that_calls_itself() -> None:
    recording = told(asked(f"{SITE}/"), called("shop.test", f"{SITE}/inner"))
    assert steps(recording)[-1].source == steps(recording)[-1].target == "shop.test"
    assert "h34v8h-30" in recording.svg()


@pytest.mark.parametrize(
    "location", ["https://[", "//", "", "javascript:alert(1)", "\x00", "https://gone.test/é?a=%ff"]
)
def test_odd_redirects_are_drawn_all_the_same(location: str) -> None:
    recording = told(asked(f"{SITE}/", status=302, headers=[("Location", location)]), asked(f"{SITE}/next"))
    assert steps(recording)[-1].wire == "GET /next"
    assert "</svg>" in recording.svg() and "</html>" in recording.html()
