"""What the portal has done, as lists; and the clock by which it does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sso_testkit import MovableClock, SingleSignOn
from sso_testkit.captured import Captured
from sso_testkit.clock import SiteClock
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER
from tests.support.kit_pages import signed_in


def test_a_list_says_what_is_in_it() -> None:
    """Mutants: ``only`` answers the first of several; ``last`` answers the first; ``of`` finds any field."""
    moments = [datetime(2027, 1, day, tzinfo=UTC) for day in (1, 2)]
    captured = Captured("moments", moments)
    assert (len(captured), captured[0], captured.last, list(captured)) == (2, moments[0], moments[1], moments)
    assert captured.of(day=2).only() == captured[1:].only() == moments[1]
    assert repr(captured) == f"moments: 2\n  {moments[0]!r}\n  {moments[1]!r}"
    with pytest.raises(AssertionError, match=r"there should be exactly one, but there are moments: 2\n  datetime"):
        captured.only()
    with pytest.raises(AssertionError, match=r"exactly one, but there are moments: none$"):
        captured.of(day=3).only()
    with pytest.raises(AssertionError, match=r"one at least, but there are moments: none$"):
        _ = captured.of(day=3).last


def test_a_logout_token_is_seen_with_its_site(sso: SingleSignOn) -> None:
    """Mutant: sso_portal/protocol/backchannel_logout.py leaves out sid, or tells a site that took no part."""
    signed_in(sso)
    assert list(sso.effects.logout_tokens) == []
    sso.faults.session_ended_by_administrator("lin")
    told = sso.effects.logout_tokens.only()
    notice = sso.effects.notices.only()
    assert (told.host, told.client_id, told.status, told.at) == (
        "project.example.test",
        "project-center",
        200,
        sso.clock.now(),
    )
    assert told.sid == told.claims["sid"] == notice.sid
    assert told.claims["iss"] == PORTAL
    assert (notice.client_id, notice.state, notice.attempts) == ("project-center", "signed_out", 1)


def test_a_refusal_names_the_check(sso: SingleSignOn) -> None:
    """Mutant: sso_portal remembers no refusal; or the list has each one as often as the attempt had steps."""
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/authorize/?client_id=nobody&response_type=code")
    browser.open(f"{PORTAL}/o/authorize/?client_id=project-center&response_type=code&redirect_uri={TALENT_CENTER}/")
    assert [refusal.check for refusal in sso.effects.refusals] == ["client_unknown", "redirect_uri_unregistered"]
    assert sso.effects.refusals.last.trace_id in browser.text
    assert "redirect" in sso.effects.refusals.last.mend


def test_a_tick_ends_what_is_over_and_tells_the_sites(sso: SingleSignOn) -> None:
    """Mutant: ``tick`` does not end expired sessions."""
    signed_in(sso)
    sso.clock.advance(days=1)
    assert list(sso.effects.notices) == []
    sso.tick()
    notice = sso.effects.notices.only()
    assert (notice.client_id, notice.because) == ("project-center", "expired")
    # The sites are told of it when whoever ended the session has had his turn.
    sso.clock.advance(minutes=1)
    sso.tick()
    assert sso.effects.notices.only().state == "signed_out"


def test_a_tick_sweeps_and_sees_to_the_keys(sso: SingleSignOn) -> None:
    """Mutant: ``tick`` does not sweep."""
    sso.browser().open(f"{PORTAL}/o/authorize/?client_id=nobody&response_type=code")
    trace_id = sso.effects.refusals.only().trace_id
    with sso.portal.transaction() as unit:
        before = len(unit.keys.published())
    sso.clock.advance(days=89)
    sso.tick()
    with sso.portal.transaction() as unit:
        assert unit.traces.timeline(trace_id) == []
        assert len(unit.keys.published()) > before
    assert list(sso.effects.refusals) == []


def test_the_clock_goes_to_a_date_and_never_back() -> None:
    """Mutants: a date without a zone is taken for that of this machine; the offset of a zone is ignored."""
    clock = MovableClock(1_800_000_000)
    china = timezone(timedelta(hours=8))
    clock.travel_to(datetime(2028, 2, 29, 8, tzinfo=china))
    assert clock.now() == 1_835_395_200
    assert repr(clock) == "2028-02-29T00:00:00+00:00"
    clock.travel_to(datetime(2028, 2, 29, tzinfo=UTC))
    with pytest.raises(ValueError, match="has no time zone"):
        clock.travel_to(datetime(2030, 1, 1))
    with pytest.raises(ValueError, match=r"2028-02-28T23:59:59\+00:00 is over; it is 2028-02-29"):
        clock.travel_to(datetime(2028, 2, 28, 23, 59, 59, tzinfo=UTC))
    assert clock.now() == 1_835_395_200


def test_a_sites_clock_goes_with_the_worlds() -> None:
    """Mutant: a clock that was set right stays as wrong as it was, or tells of looks still."""
    clock, looks = MovableClock(1000), []
    site_clock = SiteClock(clock)
    assert site_clock.now() == 1000
    site_clock.set_wrong(-30, lambda: looks.append(1))
    clock.advance(10)
    assert (site_clock.now(), looks) == (980, [1])
    site_clock.set_right()
    assert (site_clock.now(), looks) == (1010, [1])


def test_the_sites_of_a_world_are_where_they_were(sso: SingleSignOn) -> None:
    """Mutant: a site is built with the world's clock, so that ``clock_skew`` never fires."""
    assert {sso.clock_of(name).now() for name in ("project-center", "talent-center")} == {sso.clock.now()}
    assert sso.browser().open(f"{PROJECT_CENTER}/").status_int == 200
