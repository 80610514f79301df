"""The outbox: who takes a notice, when it is tried again, and how it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sso_portal.services.outbox import LogoutNotice
from sso_portal.services.users import User
from sso_portal.wiring import Portal, Unit
from sso_testkit import MovableClock

GIVE_UP_SECONDS = 86_400
LEASE_SECONDS = 15
"""Twice the time of a fetch, and five seconds."""

Told = Callable[..., LogoutNotice]


@pytest.fixture
def told(portal: Portal, zp: User) -> Told:
    """A notice of a sign-out: ``told("shop")``."""

    def sign_out(client_id: str = "shop") -> LogoutNotice:
        with portal.transaction() as unit:
            if unit.clients.find(client_id) is None:
                metadata = {"client_name": client_id, "redirect_uris": [f"https://{client_id}.example.test/cb"]}
                uri = {"backchannel_logout_uri": f"https://{client_id}.example.test/bye"}
                unit.clients.add({**metadata, **uri}, client_id=client_id)
        with portal.transaction() as unit:
            session, _ = unit.sessions.begin(zp, remember_me=False, address="", user_agent="", old_cookie=None)
            assert unit.sessions.join(session, client_id)
            receipt = unit.sign_outs.end(session.sid, "signed_out")
        assert receipt is not None
        (notice,) = receipt.notices
        return notice

    return sign_out


def state_of(unit: Unit, notice: LogoutNotice) -> LogoutNotice:
    """A notice as it is now."""
    return next(found for found in unit.sign_outs.unsettled() if found.id == notice.id)


def test_who_signs_out_has_the_first_try(portal: Portal, told: Told, clock: MovableClock) -> None:
    notice = told()
    with portal.transaction() as unit:
        assert unit.outbox.has_due() is False
        assert unit.outbox.claim_due(16) == []
        assert unit.outbox.claim_new(notice) is True
        assert unit.outbox.claim_new(notice) is False, "by one only"
        clock.advance(LEASE_SECONDS - 1)
        assert unit.outbox.has_due() is False


def test_what_its_process_has_not_begun_is_anybodys_soon(portal: Portal, told: Told, clock: MovableClock) -> None:
    notice = told()
    clock.advance(5)
    with portal.transaction() as unit:
        assert unit.outbox.has_due() is True
        assert [taken.id for taken in unit.outbox.claim_due(16)] == [notice.id]
        assert unit.outbox.claim_new(notice) is False, "somebody else was first"


def test_a_lease_that_is_over_is_another_process_s(portal: Portal, told: Told, clock: MovableClock) -> None:
    notice = told()
    with portal.transaction() as unit:
        assert unit.outbox.claim_new(notice)
    clock.advance(LEASE_SECONDS)
    with portal.transaction() as unit:
        (again,) = unit.outbox.claim_due(16)
        assert (again.id, again.attempts) == (notice.id, 2)
        assert unit.outbox.claim_due(16) == []
        assert unit.outbox.confirmed(again) is True
        assert unit.outbox.failed(notice, "The first one comes back late.") is False
        assert unit.outbox.confirmed(notice) is False
        assert unit.sign_outs.unsettled() == []


def test_pauses_grow_and_end(portal: Portal, told: Told, clock: MovableClock) -> None:
    notice, pauses = told(), []
    with portal.transaction() as unit:
        assert unit.outbox.claim_new(notice)
        while not unit.outbox.failed(notice, "It was answered with status 500."):
            now = state_of(unit, notice)
            assert now.problem == "It was answered with status 500."
            pauses.append(now.next_attempt_at - clock.now())
            clock.advance(pauses[-1])
            assert [taken.id for taken in unit.outbox.claim_due(1)] == [notice.id]
        given_up = state_of(unit, notice)
        assert (given_up.state, given_up.settled_at) == ("given_up", clock.now())
        assert unit.outbox.failed(notice, "Once more.") is False, "it is over"
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1, 300)
    assert sum(pauses[:20]) < 60, "a site that restarts is told within a minute"
    assert GIVE_UP_SECONDS <= clock.now() - notice.created_at <= GIVE_UP_SECONDS + 300


def test_what_can_never_be_told_is_given_up_at_once(portal: Portal, told: Told) -> None:
    notice = told()
    with portal.transaction() as unit:
        assert unit.outbox.claim_new(notice)
        assert unit.outbox.failed(notice, "x" * 900, for_good=True) is True
        assert state_of(unit, notice).problem == "x" * 200


def test_a_site_that_is_there_again_hears_at_once(portal: Portal, told: Told, clock: MovableClock) -> None:
    failed, other = told("shop"), told("cafe")
    with portal.transaction() as unit:
        for notice in (failed, other):
            assert unit.outbox.claim_new(notice)
        clock.advance(1000)
        for notice in (failed, other):
            unit.outbox.failed(notice, "It was answered with status 500.")
        assert unit.outbox.hasten("nobody") == 0
        assert unit.outbox.hasten("shop") == 1
        assert unit.outbox.hasten("shop") == 0, "it is due already"
        assert [taken.client_id for taken in unit.outbox.claim_due(16)] == ["shop"]


def test_what_is_being_tried_is_not_hastened(portal: Portal, told: Told, clock: MovableClock) -> None:
    first_try, second_try = told(), told()
    with portal.transaction() as unit:
        for notice in (first_try, second_try):
            assert unit.outbox.claim_new(notice)
        unit.outbox.failed(second_try, "It was answered with status 500.")
        clock.advance(1)
        assert [taken.id for taken in unit.outbox.claim_due(16)] == [second_try.id]
        assert unit.outbox.hasten("shop") == 0
        assert unit.outbox.claim_due(16) == [], "nobody is told twice at the same time"


def test_nobody_is_told_of_a_sign_out_that_nobody_took_part_in(portal: Portal, zp: User) -> None:
    with portal.transaction() as unit:
        session, _ = unit.sessions.begin(zp, remember_me=False, address="", user_agent="", old_cookie=None)
        receipt = unit.sign_outs.end(session.sid, "signed_out")
        assert receipt is not None and receipt.is_settled and not receipt.notices
        assert unit.sign_outs.end(session.sid, "signed_out") is None
        assert unit.sign_outs.end("never was", "signed_out") is None
