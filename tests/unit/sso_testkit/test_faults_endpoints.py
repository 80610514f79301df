"""Endpoints of the portal, and of sites, that do not answer as they should."""

from __future__ import annotations

import pytest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.faults import FaultNeverFired
from sso_testkit.sso import PORTAL, PROJECT_CENTER, TALENT_CENTER
from tests.support.kit_pages import MINE, UNAVAILABLE, assert_all_is_well, is_known, reason, signed_in, title

ELSEWHERE = f"{TALENT_CENTER}/mine"


@pytest.mark.parametrize(
    ("switch", "what"),
    [
        # Mutant: sso_client/backchannel.py catches no OSError (this one and all but the third).
        ("token_endpoint_down", f"POST {PORTAL}/o/token/: ConnectionError"),
        ("token_endpoint_slow", f"POST {PORTAL}/o/token/: ReadTimeout"),
        # Mutant: sso_client/token_session.py takes every answer with a body for a refusal of the code.
        ("token_endpoint_fails", "the token endpoint answered 500 without JSON"),
        # Mutant: sso_client/backchannel.py reads the answer outside of its try.
        ("token_endpoint_cut_off", f"POST {PORTAL}/o/token/: ChunkedEncodingError"),
        ("userinfo_unreachable", f"GET {PORTAL}/o/userinfo/: ConnectionError"),
        ("jwks_unreachable", f"GET {PORTAL}/o/jwks/: ConnectionError"),
        ("discovery_unreachable", f"GET {PORTAL}/.well-known/openid-configuration: ConnectionError"),
    ],
)
def test_a_portal_that_does_not_answer_gives_a_page_with_a_way_on(
    browser: Browser, sso: SingleSignOn, switch: str, what: str
) -> None:
    with getattr(sso.faults, switch)() as fault:
        browser.open(MINE)
        assert (browser.page.status_int, title(browser)) == (503, UNAVAILABLE)
        assert reason(browser) == what
        assert browser.page.headers["Retry-After"] == "5"
    assert fault.fired == 1
    browser.click("Try again")
    assert (browser.url, browser.page.status_int) == (MINE, 200)


@pytest.mark.parametrize(
    ("switch", "is_used"),
    [
        # Mutant: the switch loses the call instead of the answer, or the other way round.
        ("token_endpoint_down", False),
        ("token_endpoint_fails", False),
        ("token_endpoint_slow", True),
        ("token_endpoint_cut_off", True),
    ],
)
def test_what_is_lost_is_the_call_or_the_answer(
    browser: Browser, sso: SingleSignOn, switch: str, is_used: bool
) -> None:
    getattr(sso.faults, switch)()
    browser.open(MINE)
    code = browser.page.request.GET["code"]
    with sso.portal.transaction() as unit:
        assert (unit.tokens.find_code(code).consumed_at is not None) is is_used


@pytest.mark.parametrize("status", [400, 404, 429, 500, 502, 503])
def test_a_page_instead_of_json_is_never_the_persons_fault(browser: Browser, sso: SingleSignOn, status: int) -> None:
    """Mutant: sso_client/token_session.py reads the status before it reads the answer."""
    sso.faults.token_endpoint_fails(status)
    browser.open(MINE)
    assert (browser.page.status_int, title(browser)) == (503, UNAVAILABLE)
    assert reason(browser) == f"the token endpoint answered {status} without JSON"


def test_a_site_with_young_copies_needs_neither_keys_nor_metadata(browser: Browser, sso: SingleSignOn) -> None:
    """Mutant: sso_client/documents.py keeps nothing."""
    signed_in(sso)
    sso.faults.jwks_unreachable()
    sso.faults.discovery_unreachable()
    assert_all_is_well(browser)
    with pytest.raises(FaultNeverFired, match=r"the JWK Set is unreachable: .*\ndiscovery is unreachable: "):
        sso.faults.check()


@pytest.mark.parametrize(
    ("switch", "problem", "statuses", "has_obeyed"),
    [
        # Mutant: sso_portal/services/federation/fetch.py, post() takes every status for a confirmation.
        ("logout_endpoint_fails", "It was answered with status 500.", [500, 200], False),
        # Mutant: sso_portal/services/federation/fetch.py does not catch requests.RequestException.
        ("logout_endpoint_down", "Its host does not answer as a web server does.", [0, 200], False),
        # Mutant: sso_client/pyramid/sign_out_elsewhere.py refuses a token about a session that has ended already.
        ("logout_endpoint_slow", "Its host does not answer as a web server does.", [0, 200], True),
    ],
)
def test_a_site_that_was_not_told_is_told_again(
    sso: SingleSignOn, switch: str, problem: str, statuses: list[int], has_obeyed: bool
) -> None:
    browser = signed_in(sso)
    browser.open(ELSEWHERE)
    with getattr(sso.faults, switch)("talent-center"):
        sso.faults.session_ended_by_administrator("lin")
    told = {notice.client_id: (notice.state, notice.problem) for notice in sso.effects.notices}
    assert told == {"project-center": ("signed_out", None), "talent-center": ("waiting", problem)}
    assert is_known(browser, TALENT_CENTER) is not has_obeyed
    sso.clock.advance(minutes=5)
    sso.tick()
    assert {notice.state for notice in sso.effects.notices} == {"signed_out"}
    assert [token.status for token in sso.effects.logout_tokens.of(client_id="talent-center")] == statuses
    assert not is_known(browser, TALENT_CENTER)


def test_only_the_named_site_fails(sso: SingleSignOn) -> None:
    """Mutant: the switch matches every post of a logout token."""
    browser = signed_in(sso)
    browser.open(ELSEWHERE)
    sso.faults.logout_endpoint_fails("talent-center", 503)
    sso.faults.session_ended_by_administrator("lin")
    statuses = {token.host: token.status for token in sso.effects.logout_tokens}
    assert statuses == {"project.example.test": 200, "talent.example.test": 503}
    assert (is_known(browser, PROJECT_CENTER), is_known(browser, TALENT_CENTER)) == (False, True)
