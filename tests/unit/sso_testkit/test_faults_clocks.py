"""Clocks of portal and site that disagree."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import TALENT_CENTER
from tests.support.kit_pages import MINE, UNCONFIRMED, assert_all_is_well, reason, title


@pytest.mark.parametrize(
    ("skew", "check"),
    [
        # Mutant: sso_client/signed_token.py, check_times does not look at exp.
        ({"hours": 2}, "exp: expired"),
        # Mutant: sso_client/signed_token.py, check_times does not look at iat.
        ({"minutes": -10}, "iat: made in the future"),
    ],
)
def test_a_clock_that_is_far_off_is_told_apart_from_a_fault_of_the_portal(
    browser: Browser, sso: SingleSignOn, skew: dict[str, int], check: str
) -> None:
    with sso.faults.clock_skew("project-center", **skew):
        browser.open(MINE)
        assert (browser.page.status_int, title(browser)) == (403, UNCONFIRMED)
        assert reason(browser) == f"id_token refused by the check of {check}"
    assert_all_is_well(browser)


@pytest.mark.parametrize("seconds", [-50, 50])
def test_a_minute_is_forgiven(browser: Browser, sso: SingleSignOn, seconds: int) -> None:
    """Mutant: sso_client/signed_token.py, LEEWAY_SECONDS is 0 (the clock that is behind)."""
    fault = sso.faults.clock_skew("project-center", seconds)
    assert_all_is_well(browser)
    assert fault.fired
    assert fault.name == f"the clock of project-center is {seconds:+d} s wrong"


def test_other_sites_keep_their_time(browser: Browser, sso: SingleSignOn) -> None:
    """Mutant: the switch moves the clock of the world."""
    before = sso.clock.now()
    sso.faults.clock_skew("project-center", hours=2)
    assert_all_is_well(browser, f"{TALENT_CENTER}/mine")
    assert sso.clock.now() == sso.clock_of("talent-center").now() == before
    assert sso.clock_of("project-center").now() == before + 7200
