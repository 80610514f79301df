"""Recording and following events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sso_portal.base.circumstances import Circumstances, current_circumstances
from sso_portal.base.trace import current_trace
from sso_portal.services.audit import Audit, AuditEvent, Follower, Wanted
from sso_testkit import SingleSignOn

ALL = Wanted()


@pytest.fixture
def around() -> Iterator[Circumstances]:
    """A hostile request is being served."""
    circumstances = Circumstances("web", "192.0.2.7" + "9" * 100, "Evil\0 \ud800 " + "x" * 1000)
    mark, trace = current_circumstances.set(circumstances), current_trace.set("0123456789abcdef")
    yield circumstances
    current_circumstances.reset(mark)
    current_trace.reset(trace)


def last(sso: SingleSignOn) -> AuditEvent:
    with sso.portal.transaction() as unit:
        return list(unit.audit.everything())[-1]


def test_an_event_knows_the_request_and_every_database_can_take_it(sso: SingleSignOn, around: Circumstances) -> None:
    with sso.portal.transaction() as unit:
        unit.audit.record("client_added", client_id="shop", name="\0" + "n" * 500, sites=["x"] * 99, empty="", no=False)
    event = last(sso)
    assert (event.actor, event.trace_id, event.at) == ("web", "0123456789abcdef", sso.clock.now())
    assert event.address == around.address[:64]
    assert event.user_agent == ("Evil ? " + "x" * 1000)[:300]
    assert event.details == {"name": "n" * 200 + "…", "sites": ["x"] * 50, "no": False}


def test_outside_of_a_request_the_portal_acts_by_itself(sso: SingleSignOn) -> None:
    with sso.portal.transaction() as unit:
        unit.audit.record("keys_deleted", count=1)
    event = last(sso)
    assert (event.actor, event.address, event.user_agent, event.trace_id) == ("portal", "", "", "")


def test_more_events_than_a_page_has(sso: SingleSignOn) -> None:
    with sso.portal.transaction() as unit:
        for number in range(1, 1203):
            unit.audit.record("keys_deleted", count=number)
    with sso.portal.transaction() as unit:
        counts = [event.details["count"] for event in unit.audit.everything() if event.what == "keys_deleted"]
    assert counts == list(range(1, 1203))


def test_who_follows_is_told_each_event_once(sso: SingleSignOn) -> None:
    @contextmanager
    def log() -> Iterator[Audit]:
        with sso.portal.transaction() as unit:
            yield unit.audit

    def record(*counts: int) -> None:
        with log() as audit:
            for count in counts:
                audit.record("keys_deleted", count=count)

    record(1)
    follower = Follower(log, ALL)
    assert follower.look() == []
    record(2, 3)
    assert [event.details["count"] for event in follower.look()] == [2, 3]
    assert follower.look() == []
    record(4)
    with log() as audit:
        follower.note(list(audit.everything())[-1])
    assert follower.look() == []
    record(*range(5, 1105))
    assert len(follower.look()) == 1100
    for _ in range(40):
        assert follower.look() == []
    record(2000)
    assert [event.details["count"] for event in follower.look()] == [2000]


class LateLog:
    """A log in which an event becomes visible after one with a higher number, as in transactions that overlap."""

    def __init__(self) -> None:
        """It has two events."""
        self.numbers = [1, 2]

    def last_number(self) -> int:
        return max(self.numbers)

    def newer(self, _wanted: Wanted, than: int) -> list[AuditEvent]:
        return [AuditEvent(1, "keys_made", "portal", number=number) for number in sorted(self.numbers) if number > than]


def test_who_follows_misses_no_event_whose_transaction_ended_late() -> None:
    log = LateLog()

    @contextmanager
    def opened() -> Iterator[LateLog]:
        yield log

    follower = Follower(opened, ALL)  # type: ignore[arg-type]
    log.numbers += [4]
    assert [event.number for event in follower.look()] == [4]
    log.numbers += [3, 5]
    assert [event.number for event in follower.look()] == [3, 5]
    assert follower.look() == []


def test_a_participation_that_cannot_be_kept_leaves_no_event(sso: SingleSignOn) -> None:
    with sso.portal.transaction() as unit:
        zp = unit.users.by_username("zp")
        session, _ = unit.sessions.begin(zp, remember_me=False, address="", user_agent="", old_cookie=None)
        unit.sign_outs.end(session.sid, "signed_out")
        assert not unit.sessions.join(session, "shop", ["openid"])
        assert [event.what for event in unit.audit.everything()][-2:] == ["signed_in", "signed_out"]


def test_the_first_visit_is_one_event_and_so_is_the_first_after_leaving(sso: SingleSignOn) -> None:
    def visit() -> int:
        with sso.portal.transaction() as unit:
            assert unit.sessions.join(session, "shop", ["openid"])
        return len(sso.effects.audit_events.of(what="site_entered"))

    with sso.portal.transaction() as unit:
        zp = unit.users.by_username("zp")
        session, _ = unit.sessions.begin(zp, remember_me=False, address="", user_agent="", old_cookie=None)
    assert [visit(), visit()] == [1, 1]
    sso.clock.advance(5)
    assert visit() == 1
    with sso.portal.transaction() as unit:
        assert unit.sign_outs.end_site(session, "shop") is not None
    assert [visit(), visit()] == [2, 2]


def test_a_sweep_deletes_what_is_older_than_the_settings_say(sso: SingleSignOn) -> None:
    before = len(sso.effects.audit_events)
    assert before > 0
    sso.clock.advance(399 * 86_400)
    assert sso.portal.sweep()["audit_events"] == 0
    sso.clock.advance(2 * 86_400)
    assert sso.portal.sweep()["audit_events"] == before
