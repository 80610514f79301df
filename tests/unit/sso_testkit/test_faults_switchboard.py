"""Switches as such: on, off, never fired, optional."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.faults import FaultNeverFired
from tests.support.kit_pages import MINE, UNAVAILABLE, UNCONFIRMED, assert_all_is_well, signed_in, title


def test_a_switch_that_met_nothing_fails_the_test_and_is_told_of_once(sso: SingleSignOn) -> None:
    """Mutant: ``check`` asks only the switches that are still on."""
    sso.faults.wrong_nonce()
    with sso.faults.token_endpoint_down():
        pass
    with pytest.raises(FaultNeverFired) as caught:
        sso.faults.check()
    assert str(caught.value).splitlines() == [
        "a fault switch never fired:",
        "the id_token has a wrong nonce: nothing came by",
        "the token endpoint is down: nothing came by",
    ]
    sso.faults.check()


def test_a_switch_that_has_fired_is_no_complaint(browser: Browser, sso: SingleSignOn) -> None:
    """Mutant: ``fires`` does not count."""
    fault = sso.faults.token_endpoint_down()
    browser.open(MINE)
    sso.faults.restore()
    sso.faults.check()
    assert repr(fault) == "<fault: the token endpoint is down; restored, fired 1×>"


def test_an_optional_switch_may_meet_nothing(sso: SingleSignOn) -> None:
    """Mutant: ``optional`` is forgotten on the way to the switch."""
    sso.faults.token_endpoint_down(optional=True)
    sso.faults.wrong_nonce(optional=True)
    sso.faults.rotated_key(optional=True)
    sso.faults.clock_skew("talent-center", minutes=1, optional=True)
    sso.faults.logout_endpoint_down("talent-center", optional=True)
    sso.faults.session_ended_by_administrator("zp", optional=True)
    sso.faults.check()


def test_a_switch_fires_as_often_as_it_is_told(browser: Browser, sso: SingleSignOn) -> None:
    """Mutant: ``times`` is one less, or one more."""
    fault = sso.faults.token_endpoint_fails(times=2)
    for _ in range(2):
        browser.open(MINE)
        assert title(browser) == UNAVAILABLE
    assert_all_is_well(browser)
    assert (fault.fired, fault.is_on) == (2, True)


def test_a_block_ends_its_own_switch_only(browser: Browser, sso: SingleSignOn) -> None:
    """Mutant: leaving the block restores all switches, or none."""
    sso.faults.wrong_nonce()
    with sso.faults.token_endpoint_down() as inner:
        browser.open(MINE)
        assert title(browser) == UNAVAILABLE
    assert not inner.is_on
    browser.open(MINE)
    assert title(browser) == UNCONFIRMED
    assert [fault.name for fault in sso.faults.on] == ["the id_token has a wrong nonce"]
    sso.faults.restore()
    assert sso.faults.on == []
    assert_all_is_well(browser)


def test_a_block_that_fails_restores_its_switch_and_hides_nothing(browser: Browser, sso: SingleSignOn) -> None:
    """Mutant: ``__exit__`` swallows what the block raises."""
    with pytest.raises(ZeroDivisionError), sso.faults.token_endpoint_down(optional=True):
        _ = 1 // 0
    assert_all_is_well(browser)


def test_two_worlds_have_faults_of_their_own(sso: SingleSignOn, make_sso: type[SingleSignOn]) -> None:
    """Mutant: the switches are kept by the class, or by the module."""
    other = make_sso()
    fault = sso.faults.token_endpoint_down(optional=True)
    assert signed_in(other).url == MINE
    assert (fault.fired, other.faults.on) == (0, [])


def test_an_unknown_name_is_told_of_at_once(sso: SingleSignOn) -> None:
    """Mutant: a name that nobody has makes a switch that never fires."""
    with pytest.raises(LookupError, match="there is no client 'talent'"):
        sso.faults.logout_endpoint_down("talent")
    with pytest.raises(LookupError, match=r"no site 'talent' has a clock; there are: .*talent-center"):
        sso.faults.clock_skew("talent", minutes=5)
    with pytest.raises(LookupError, match="no person with the user name 'nobody'"):
        sso.faults.session_ended_by_administrator("nobody")
    sso.faults.check()
