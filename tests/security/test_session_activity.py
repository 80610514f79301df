"""The session activity endpoint: of its own people a site learns everything, of others nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import listen_for_sign_outs
from sso_testkit.refusals import error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

IDLE, ABSOLUTE, GRACE = 7_200, 43_200, 180
Register = Callable[..., RelyingParty]


def sid_of(rp: RelyingParty, browser: Browser) -> str:
    """Sign in at a site; answers the session that its id_token names."""
    return str(rp.claims(rp.redeem(rp.code(browser)).json["id_token"])["sid"])


def ask(rp: RelyingParty, activity: dict[str, Any] | None = None, **fields: str) -> dict[str, Any]:
    """What the endpoint answers to a site."""
    if activity is not None:
        fields["activity"] = json.dumps(activity)
    answer = rp.call("session_activity", **fields)
    assert answer.status_int == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(answer.json)


def add_sessions(sso: SingleSignOn, client_id: str, count: int, username: str = "zp") -> list[str]:
    """So many sessions of somebody in which a client takes part."""
    with sso.portal.transaction() as unit:
        user, sids = unit.users.by_username(username), []
        for _ in range(count):
            session, _cookie = unit.sessions.begin(user, remember_me=False, address="", user_agent="", old_cookie=None)
            assert unit.sessions.join(session, client_id)
            sids.append(session.sid)
    return sids


def end(sso: SingleSignOn, *sids: str) -> None:
    """End sessions."""
    with sso.portal.transaction() as unit:
        for sid in sids:
            assert unit.sign_outs.end(sid, "signed_out")


def part_of(sso: SingleSignOn, sid: str, client_id: str) -> Any:
    """What is known of a client's part in a session."""
    with sso.portal.transaction() as unit:
        session = unit.sessions.get(sid)
        return next(part for part in unit.sessions.participations([session]) if part.client_id == client_id)


def test_a_question_about_nothing(sso: SingleSignOn, rp: RelyingParty) -> None:
    assert ask(rp) == {"now": sso.clock.now(), "sessions": {}}
    assert ask(rp, {}, since="0") == {"now": sso.clock.now(), "sessions": {}, "ended": [], "more": False}


def test_a_use_keeps_the_session_awake(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    sid, begun = sid_of(rp, browser), sso.clock.now()
    for _ in range(5):
        sso.clock.advance(IDLE - 60)
        used = sso.clock.now() - 30
        told = ask(rp, {sid: used})["sessions"][sid]
        assert told == {"idle_expires_at": used + IDLE, "expires_at": begun + ABSOLUTE}
    sso.clock.advance(IDLE - 60)
    # At last it is over however much it is used.
    assert ask(rp, {sid: sso.clock.now()})["sessions"][sid]["idle_expires_at"] == begun + ABSOLUTE
    assert part_of(sso, sid, "rp").last_used_at == sso.clock.now()
    assert rp.code(browser, prompt="none")


def test_another_clients_session_is_neither_told_nor_touched(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, register: Register
) -> None:
    stranger, sid = register("stranger"), sid_of(rp, browser)
    sso.clock.advance(600)
    before = ask(rp, {sid: 0})["sessions"][sid]
    assert ask(stranger, {sid: sso.clock.now(), "unknown": 1}) == {
        "now": sso.clock.now(),
        "sessions": {sid: None, "unknown": None},
    }
    assert ask(rp, {sid: 0})["sessions"][sid] == before
    end(sso, sid)
    assert ask(stranger, since="0")["ended"] == []


def test_a_part_that_is_over_is_no_part(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser, register: Register
) -> None:
    other = register("other")
    sid = sid_of(rp, browser)
    assert sid == sid_of(other, browser)
    with sso.portal.transaction() as unit:
        assert unit.sign_outs.end_site(unit.sessions.get(sid), "rp")
    sso.clock.advance(600)
    told = ask(rp, {sid: sso.clock.now()}, since="0")
    assert told["sessions"] == {sid: None}
    assert [ended["sid"] for ended in told["ended"]] == [sid]
    assert ask(other, {sid: 0}, since="0")["ended"] == []
    assert ask(other, {sid: 0})["sessions"][sid]["idle_expires_at"] == sso.clock.now() - 600 + IDLE


def test_a_use_in_the_future_is_one_now(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    sid = sid_of(rp, browser)
    sso.clock.advance(600)
    for moment in (sso.clock.now() + 1, sso.clock.now() + 10**6, 2**53):
        assert ask(rp, {sid: moment})["sessions"][sid]["idle_expires_at"] == sso.clock.now() + IDLE
        assert part_of(sso, sid, "rp").last_used_at == sso.clock.now()


def test_an_earlier_use_takes_nothing_back(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    sid = sid_of(rp, browser)
    sso.clock.advance(600)
    known = ask(rp, {sid: sso.clock.now()})
    assert ask(rp, {sid: sso.clock.now() - 300}) == known
    assert ask(rp, {sid: 0}) == known


def test_a_use_before_the_end_that_is_reported_after_it_keeps_the_session(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    sid, begun = sid_of(rp, browser), sso.clock.now()
    sso.clock.advance(IDLE + GRACE - 1)
    assert sso.portal.end_expired_sessions() == 0
    assert ask(rp, {sid: begun + IDLE - 1})["sessions"][sid]["idle_expires_at"] == begun + 2 * IDLE - 1
    sso.clock.advance(1)
    assert sso.portal.end_expired_sessions() == 0
    assert rp.code(browser, prompt="none")


def test_a_use_after_the_end_wakes_nobody(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    sid, begun = sid_of(rp, browser), sso.clock.now()
    sso.clock.advance(IDLE + 10)
    over = {"idle_expires_at": begun + IDLE, "expires_at": begun + ABSOLUTE}
    assert ask(rp, {sid: begun + IDLE})["sessions"][sid] == over
    assert ask(rp, {sid: sso.clock.now()})["sessions"][sid] == over
    browser.open(rp.url(prompt="none"))
    assert rp.answer(browser)["error"] == "login_required"
    sso.clock.advance(GRACE)
    assert sso.portal.end_expired_sessions() == 1
    told = ask(rp, {sid: begun + IDLE - 1}, since=str(begun))
    assert told["sessions"] == {sid: None}, "too late"
    assert [ended["sid"] for ended in told["ended"]] == [sid]


def test_ends_are_told_from_a_moment_on(sso: SingleSignOn, rp: RelyingParty) -> None:
    first, second, third = add_sessions(sso, "rp", 3)
    ends = []
    for sid in (second, first, third):
        sso.clock.advance(10)
        end(sso, sid)
        ends.append(sso.clock.now())
    told = ask(rp, since=str(ends[0]))
    assert [(ended["sid"], ended["ended_at"]) for ended in told["ended"]] == list(
        zip((second, first, third), ends, strict=True)
    )
    assert {len(ended) for ended in told["ended"]} == {3}
    assert [ended["sid"] for ended in ask(rp, since=str(ends[0] + 1))["ended"]] == [first, third]
    assert ask(rp, since=str(ends[2] + 1))["ended"] == []


def test_more_than_fit_are_told_in_rounds(sso: SingleSignOn, rp: RelyingParty) -> None:
    sids = add_sessions(sso, "rp", 1_150)
    end(sso, *sids[:50])
    sso.clock.advance(1)
    # In one second: as when a portal that was off for a night comes back.
    end(sso, *sids[50:800])
    for number in range(800, 1_150, 50):
        sso.clock.advance(1)
        end(sso, *sids[number : number + 50])
    since, found, sizes, more = 0, list[str](), [], True
    while more:
        told = ask(rp, since=str(since))
        found += [ended["sid"] for ended in told["ended"]]
        sizes.append(len(told["ended"]))
        assert not told["more"] or told["ended"][-1]["ended_at"] > since
        since, more = told["ended"][-1]["ended_at"], told["more"]
        assert len(sizes) < 10
    assert set(found) == set(sids)
    assert sizes[0] == 500 and max(sizes) == 750 + 350


def test_a_pairwise_site_hears_of_people_by_its_own_names(
    sso: SingleSignOn, browser: Browser, register: Register, rp: RelyingParty
) -> None:
    own = register("own", subject_type="pairwise")
    known = {}
    for client in (own, rp):
        claims = client.claims(client.redeem(client.code(browser)).json["id_token"])
        known[client.client_id] = (claims["sid"], claims["sub"])
    end(sso, known["own"][0])
    for client in (own, rp):
        (ended,) = ask(client, since="0")["ended"]
        assert (ended["sid"], ended["sub"]) == known[client.client_id]
    assert known["own"][1] != known["rp"][1]


def test_a_site_that_asks_is_told_at_once_what_failed_before(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    rp.code(browser)
    listener = listen_for_sign_outs(rp)
    listener.status = "503 Busy"
    browser.open(f"{PORTAL}/o/logout/")
    browser.submit(browser.page.forms[0], "decision", "sign_out")
    sso.clock.advance(3000)
    assert sso.portal.backchannel_logout.tell_due() == 1
    listener.status = "200 OK"
    assert sso.portal.backchannel_logout.tell_due() == 0
    ask(rp, {})
    assert sso.portal.backchannel_logout.tell_due() == 1
    assert len(listener.tokens) == 3


def test_it_is_for_clients_that_prove_who_they_are(sso: SingleSignOn, rp: RelyingParty, register: Register) -> None:
    public = register("public", token_endpoint_auth_method="none")
    (sid,) = add_sessions(sso, "public", 1)
    refused = public.call("session_activity", activity=json.dumps({sid: 1}), since="0")
    assert error_of(refused) == "unauthorized_client"
    assert "ended" not in refused.json and "sessions" not in refused.json
    for fields in (
        {"client_secret": "wrong"},
        {"client_secret": None},
        {"client_id": None},
        {"client_id": "nobody"},
        {"client_id": "rp\x00"},
    ):
        refused = rp.call("session_activity", **{"since": "0", **fields})
        assert refused.json["error"] in {"invalid_client", "invalid_request"}
        assert refused.status_int in {400, 401}
    assert error_of(rp.call("session_activity", client_secret="wrong"), 401) == "invalid_client"
    for method in ("get", "put", "delete"):
        assert getattr(rp.http(), method)(f"{PORTAL}/o/session_activity/", status="*").status_int == 405


BAD_ACTIVITY = {
    "no JSON": "{",
    "a list": "[]",
    "a text": '"sid"',
    "a number": "1",
    "nothing": "null",
    "deep": '{"a":' * 50 + "1" + "}" * 50,
    "very deep": "[" * 15_000,
    "a float": '{"sid": 1.0}',
    "a text in it": '{"sid": "1"}',
    "true in it": '{"sid": true}',
    "null in it": '{"sid": null}',
    "before 1970": '{"sid": -1}',
    "after all": '{"sid": 9007199254740993}',
    "enormous": '{"sid": ' + "9" * 5000 + "}",
    "not a number": '{"sid": NaN}',
    "infinite": '{"sid": 1e999}',
    "no name": '{"": 1}',
    "a long name": '{"' + "s" * 65 + '": 1}',
    "a NUL": '{"s\\u0000": 1}',
    "half a character": '{"\\ud800": 1}',
    "twice": '{"sid": 1, "sid": 2}',
    "too many": json.dumps({f"sid{number}": 1 for number in range(201)}),
}
BAD_SINCE = ["-1", "+1", "1.5", "1e3", " 1", "1 ", "0x1", "\u0661", "now", "9" * 400, "99999999999999999", "²"]


@pytest.mark.parametrize("activity", BAD_ACTIVITY.values(), ids=BAD_ACTIVITY.keys())
def test_activity_that_cannot_be_understood(rp: RelyingParty, activity: str) -> None:
    assert error_of(rp.call("session_activity", activity=activity)) == "invalid_request"


@pytest.mark.parametrize("since", BAD_SINCE)
def test_a_moment_that_is_none(rp: RelyingParty, since: str) -> None:
    assert error_of(rp.call("session_activity", since=since)) == "invalid_request"


def test_a_body_that_cannot_be_read(rp: RelyingParty) -> None:
    address, proof = f"{PORTAL}/o/session_activity/", f"client_id=rp&client_secret={rp.secret}"
    form = "application/x-www-form-urlencoded"
    for body, content_type in (
        (f"{proof}&since=1&since=2", form),
        (f"{proof}&activity=%ff", form),
        (f"{proof}&activity=%7B%22a%22%3A1%00%7D", form),
        (f"{proof}&since=1", "application/json"),
        (f"{proof}&since=1", ""),
    ):
        answer = rp.http().post(address, body, content_type=content_type, status="*")
        assert error_of(answer) == "invalid_request"
    in_address = rp.http().post(f"{address}?since=1", proof, content_type=form, status="*")
    assert error_of(in_address) == "invalid_request"


def test_strange_but_harmless_questions(rp: RelyingParty) -> None:
    strange = {"'; DROP TABLE sessions; --": 1, "会话": 1, "\U0001f600" * 64: 2**53, "%00": 0}
    assert ask(rp, strange, since="0000000000000000")["sessions"] == dict.fromkeys(strange)
    assert ask(rp, since="9007199254740992")["ended"] == []


def test_a_refused_question_changes_nothing(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    sid = sid_of(rp, browser)
    before = ask(rp, {sid: 0})["sessions"]
    sso.clock.advance(600)
    refused = rp.call("session_activity", activity=json.dumps({sid: sso.clock.now()}), since="x")
    assert error_of(refused) == "invalid_request"
    assert ask(rp, {sid: 0})["sessions"] == before


def statements_of(sso: SingleSignOn, rp: RelyingParty, activity: dict[str, int]) -> list[str]:
    """What a question costs."""
    with sso.counting() as counted:
        ask(rp, activity, since="0")
    # Clients are looked up again from time to time, whoever asks.
    return [statement for statement in counted.statements if "FROM versions" not in statement]


def test_what_a_question_costs_does_not_grow_with_what_is_known(sso: SingleSignOn, rp: RelyingParty) -> None:
    sids = add_sessions(sso, "rp", 120, "lin")
    # The secret is cached and the client read at the first question.
    ask(rp, {}, since="0")
    begun = sso.clock.now()
    few = statements_of(sso, rp, {sids[0]: begun})
    many = statements_of(sso, rp, dict.fromkeys(sids, begun))
    assert len(few) == len(many) <= 8, many
    end(sso, *sids[60:])
    assert len(statements_of(sso, rp, dict.fromkeys(sids, begun))) == len(few)
    sso.clock.advance(60)
    news = dict.fromkeys(sids, begun + 30)
    # Two for each session that was used since: its own and the site's part.
    assert len(statements_of(sso, rp, news)) == len(few) + 2 * 60
    assert len(statements_of(sso, rp, news)) == len(few), "what was told before costs no writing"
