"""Each fault switch has a test that fails when what the switch is for is broken on purpose."""

from __future__ import annotations

import pytest

from sso_testkit.faults import Faults
from tests.support.mutants import of_the_kit as kit
from tests.support.mutants import of_the_portal as portal
from tests.support.noticing import Mutant, Noticed
from tests.unit.sso_testkit import test_faults_clocks as clocks
from tests.unit.sso_testkit import test_faults_codes as codes
from tests.unit.sso_testkit import test_faults_endpoints as endpoints
from tests.unit.sso_testkit import test_faults_events as events
from tests.unit.sso_testkit import test_faults_id_tokens as id_tokens

ledger = events.ledger

_STATUS = "assert (browser.page.status_int, title(browser))"
_AWAY = endpoints.test_a_portal_that_does_not_answer_gives_a_page_with_a_way_on
_PAGE = endpoints.test_a_page_instead_of_json_is_never_the_persons_fault
_YOUNG = endpoints.test_a_site_with_young_copies_needs_neither_keys_nor_metadata
_LEFT = endpoints.test_a_site_that_was_not_told_is_told_again


def _wrong(switch: str, check: str, mutant: Mutant) -> Noticed:
    test = id_tokens.test_an_id_token_that_is_wrong_is_refused_for_just_that
    return Noticed(test, mutant, _STATUS, {"switch": switch, "check": check})


def _away(switch: str) -> Noticed:
    return Noticed(_AWAY, kit.blames_the_person, _STATUS, {"switch": switch, "what": ""})


def _left(switch: str, problem: str, mutant: Mutant, at: str, **more: object) -> Noticed:
    case = {"switch": switch, "problem": problem, "statuses": [0, 200], "has_obeyed": False, **more}
    return Noticed(_LEFT, mutant, at, case)


SWITCHES = {
    "replayed_code": [
        Noticed(codes.test_a_replayed_code_is_refused_and_the_person_told, portal.takes_a_code_twice, _STATUS),
        Noticed(codes.test_the_tokens_of_the_first_use_are_revoked, portal.revokes_no_tokens, "were revoked"),
    ],
    "wrong_nonce": [_wrong("wrong_nonce", "nonce", kit.compares_no_nonce)],
    "wrong_issuer": [_wrong("wrong_issuer", "iss", kit.compares_no_issuer)],
    "wrong_audience": [_wrong("wrong_audience", "aud", kit.compares_no_audience)],
    "expired_id_token": [_wrong("expired_id_token", "exp", kit.looks_at_no_time)],
    "withdrawn_key": [_wrong("withdrawn_key", "signature", kit.verifies_no_signature)],
    "changed_id_token": [
        Noticed(id_tokens.test_claims_can_be_taken_away, kit.takes_a_token_without_a_subject, "no subject")
    ],
    "rotated_key": [
        Noticed(
            events.test_a_site_asks_for_keys_that_it_does_not_know, kit.asks_for_keys_once, "assert_all_is_well(signed"
        )
    ],
    "clock_skew": [
        Noticed(
            clocks.test_a_clock_that_is_far_off_is_told_apart_from_a_fault_of_the_portal,
            kit.looks_at_no_time,
            _STATUS,
            {"skew": {"hours": 2}, "check": ""},
        ),
        Noticed(
            clocks.test_a_minute_is_forgiven, kit.forgives_no_second, "assert_all_is_well(browser)", {"seconds": -50}
        ),
    ],
    "token_endpoint_down": [_away("token_endpoint_down")],
    "token_endpoint_slow": [_away("token_endpoint_slow")],
    "token_endpoint_cut_off": [_away("token_endpoint_cut_off")],
    "token_endpoint_fails": [
        _away("token_endpoint_fails"),
        Noticed(_PAGE, kit.takes_a_broken_portal_for_a_refusal, _STATUS, {"status": 500}),
    ],
    "userinfo_unreachable": [_away("userinfo_unreachable")],
    "jwks_unreachable": [
        _away("jwks_unreachable"),
        Noticed(_YOUNG, kit.keeps_no_documents, "assert_all_is_well(browser)"),
    ],
    "discovery_unreachable": [_away("discovery_unreachable")],
    "logout_endpoint_fails": [
        _left("logout_endpoint_fails", "", portal.takes_every_answer_for_a_confirmation, "assert told ==")
    ],
    "logout_endpoint_down": [
        _left("logout_endpoint_down", "", portal.takes_every_answer_for_a_confirmation, "assert told ==")
    ],
    "logout_endpoint_slow": [
        _left(
            "logout_endpoint_slow",
            "Its host does not answer as a web server does.",
            kit.refuses_to_end_what_is_over,
            '== {"signed_out"}',
            has_obeyed=True,
        )
    ],
    "refresh_token_revoked": [
        Noticed(
            events.test_a_site_whose_refresh_token_was_revoked_asks_the_person_back,
            portal.revokes_no_tokens,
            "/o/authorize/",
        ),
        Noticed(
            events.test_a_site_whose_refresh_token_was_revoked_asks_the_person_back,
            kit.gives_up_when_a_refresh_is_refused,
            "assert (browser.url, browser.text, fault.fired)",
        ),
    ],
    "session_ended_by_administrator": [
        Noticed(
            events.test_an_administrator_ends_the_session_everywhere,
            portal.ends_no_sessions_of_others,
            "for n in sso.effects.notices",
        ),
        Noticed(
            events.test_an_administrator_ends_the_session_everywhere,
            kit.obeys_no_logout_token,
            "assert browser.url.startswith",
        ),
    ],
    "portal_restarted": [
        Noticed(
            events.test_a_restart_in_the_middle_of_a_sign_in_is_not_noticed,
            portal.draws_keys_at_each_start,
            "TALENT_CENTER",
        )
    ],
}


@pytest.mark.parametrize("noticed", [noticed.parameter for some in SWITCHES.values() for noticed in some])
def test_broken_on_purpose(noticed: Noticed, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed.show(request, monkeypatch)


def test_each_switch_has_a_mutant() -> None:
    public = {name for name in dir(Faults) if not name.startswith("_")}
    assert set(SWITCHES) == public - {"on", "restore", "check"}
