"""What is kept of each browser: its last flow, in bounds, with the notices of the sessions that it began."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from itertools import count
from typing import Any

from sso_flow.journal import PERSON, Hop
from sso_flow.live.flows import Flows
from sso_flow.live.last_flow import last_flow

SITE, PORTAL = "http://localhost:9001", "http://localhost:9000"
AUTHORIZE = f"{PORTAL}/o/authorize/?client_id=1&state=s"
_NUMBERS = count(1)


def hop(url: str, location: str = "", *, actor: str = PERSON, **more: Any) -> Hop:
    """A hop later than all before."""
    told: dict[str, Any] = {"request_headers": {}, "form": (), "body": b"", "method": "GET"} | more
    headers = (("Location", location),) if location else (("Content-Type", "application/json"),)
    status = 303 if location else 200
    return Hop(next(_NUMBERS), 0, actor, url=url, status=status, response_headers=headers, seconds=0.0, **told)


def token_of(**claims: str) -> str:
    """A token that says this; nobody looks at its signature."""
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


def sign_in(sid: str = "session-1") -> list[Hop]:
    """A sign-in of somebody whom the portal knows."""
    callback = f"{SITE}/sso/callback?code=c&state=s"
    tokens = json.dumps({"access_token": "a", "id_token": token_of(sid=sid)}).encode()
    return [
        hop(f"{SITE}/mine", AUTHORIZE),
        hop(AUTHORIZE, callback),
        hop(callback, f"{SITE}/mine"),
        hop(f"{PORTAL}/o/token/", actor="localhost:9001", method="POST", body=tokens),
        hop(f"{SITE}/mine"),
    ]


def notice(sid: str = "session-1") -> Hop:
    """What the portal tells a site of a session that is over."""
    form = (("logout_token", token_of(sid=sid)),)
    return hop(f"{SITE}/sso/backchannel-logout", actor="localhost:9000", method="POST", form=form)


def sign_out() -> list[Hop]:
    """The person's part of a sign-out."""
    receipt = f"{PORTAL}/o/logout/?receipt=r"
    return [hop(f"{SITE}/sign-out", f"{PORTAL}/o/logout/", method="POST"), hop(f"{PORTAL}/o/logout/", receipt)]


def told(flows: Flows, browser: str, hops: Iterable[Hop]) -> list[Hop]:
    """Tell, and answer what was told."""
    kept = list(hops)
    for one in kept:
        flows.tell(browser, one)
    return kept


def test_everyday_pages_are_left_out() -> None:
    before, within, after = hop(f"{SITE}/"), sign_in(), hop(f"{SITE}/list")
    activity = hop(f"{PORTAL}/o/session_activity/", actor="localhost:9001", method="POST")
    assert last_flow([after, *reversed(within), before, activity]) == within


def test_whoever_signs_in_again_after_a_sign_out_begins_a_new_flow() -> None:
    first, second = [*sign_in(), *sign_in(), *sign_out(), notice()], sign_in()
    assert last_flow(first) == first
    assert last_flow([*first, *second]) == second


def test_a_page_that_looks_for_news_is_told_once() -> None:
    flow = [*sign_in(), *sign_out(), hop(f"{PORTAL}/o/logout/?receipt=r")]
    assert last_flow([*flow, hop(f"{PORTAL}/o/logout/?receipt=r"), hop(f"{PORTAL}/o/logout/?receipt=r")]) == flow


def test_each_browser_has_its_own() -> None:
    flows = Flows()
    hers, his = told(flows, "hers", sign_in()), told(flows, "his", sign_in("session-2"))
    assert (flows.of("hers"), flows.of("his"), flows.of("nobody's"), flows.of("")) == (hers, his, [], [])


def test_a_notice_belongs_to_whoever_began_the_session() -> None:
    flows = Flows()
    told(flows, "hers", [*sign_in(), *sign_out()])
    his = told(flows, "his", sign_in("session-2"))
    ended = notice("session-1")
    for one in (ended, notice("of nobody"), notice("")):
        flows.tell("", one)
    flows.tell("", hop(f"{SITE}/", form=(("logout_token", "no token"),)))
    assert flows.of("hers")[-1] == ended
    assert flows.of("his") == his


def test_the_browsers_that_came_first_are_forgotten() -> None:
    flows = Flows(browsers=2)
    for name in ("first", "second", "first", "third"):
        told(flows, name, sign_in(name))
    assert [bool(flows.of(name)) for name in ("first", "second", "third")] == [True, False, True]


def test_everyday_pages_do_not_push_a_flow_out() -> None:
    flows = Flows(hops=20)
    flow = told(flows, "hers", sign_in())
    told(flows, "hers", (hop(f"{SITE}/projects/{number}") for number in range(500)))
    assert flows.of("hers") == flow
    flows.tell("", ended := notice())
    assert flows.of("hers") == [*flow, ended]


def test_a_flow_has_an_end_however_much_is_asked() -> None:
    flows = Flows(hops=50, size=20_000)
    for _ in range(100):
        told(flows, "hers", sign_in())
    assert 0 < len(flows.of("hers")) <= 50
    told(flows, "hers", (hop(f"{AUTHORIZE}&claims={'x' * 8000}&n={number}") for number in range(100)))
    assert sum(len(one.url) for one in flows.of("hers")) <= 20_000


def test_answers_that_are_no_json_are_no_harm() -> None:
    flows = Flows()
    for body in (
        b'{"id_token": [1]}',
        b'["id_token"]',
        b'{"id_token"',
        b'{"id_token": "a.b.c"}',
        b"[" * 60_000 + b"id_token",
    ):
        flows.tell("hers", hop(f"{PORTAL}/o/token/", actor="localhost:9001", method="POST", body=body))
    assert len(flows.of("hers")) == 5
