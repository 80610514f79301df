"""Codes that somebody else has used already."""

from __future__ import annotations

from sso_testkit import Browser, SingleSignOn
from sso_testkit.sso import PROJECT_CENTER
from tests.support.kit_pages import MINE, RUN_OUT, assert_all_is_well, is_known, reason, title


def test_a_replayed_code_is_refused_and_the_person_told(browser: Browser, sso: SingleSignOn) -> None:
    """Mutants: sso_portal takes a code that was used (neither validate_code nor CodeStore.consume looks);
    sso_client/proof.py lets TokenRefused go by, so that the person sees an error of the server."""
    with sso.faults.replayed_code():
        browser.open(MINE)
        assert (browser.page.status_int, title(browser)) == (403, RUN_OUT)
        assert reason(browser) == "the token endpoint answered error=invalid_grant"
    refusal = sso.effects.refusals.only()
    assert (refusal.step, refusal.check, refusal.details["by"]) == ("token", "code_used", "project-center")
    assert_all_is_well(browser)


def test_the_tokens_of_the_first_use_are_revoked(browser: Browser, sso: SingleSignOn) -> None:
    """Mutant: sso_portal/protocol/validator/codes.py keeps what a replayed code has brought (RFC 6749, 4.1.2)."""
    sso.faults.replayed_code()
    browser.open(MINE)
    with sso.portal.transaction() as unit:
        story = [entry.what for entry in unit.traces.timeline(sso.effects.refusals.only().trace_id)]
    assert "the tokens were revoked: code replayed" in story
    assert not is_known(browser, PROJECT_CENTER)
