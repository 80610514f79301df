"""Each recipe fails when what it guards is broken on purpose."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cookbook import cookbook
from tests.support.mutants import of_the_kit as kit
from tests.support.mutants import of_the_portal as portal
from tests.support.noticing import Mutant, Noticed


def _noticed(recipe: str, mutant: Mutant, at: str, **case: Any) -> Noticed:
    return Noticed(cookbook().recipes[f"test_{recipe}"], mutant, at, case)


NOTICED = [
    _noticed("she_lands_on_the_page_that_she_asked_for", kit.forgets_the_page, "assert browser.url =="),
    _noticed("a_wrong_password", portal.forgets_the_place_after_a_mistake, "assert browser.url =="),
    _noticed("the_second_tab_signs_in_first", kit.keeps_one_attempt_only, 'assert browser.url == site.url("/orders")'),
    _noticed("the_back_button_after_sign_in", portal.asks_who_is_signed_in_already, "browser.see("),
    _noticed("the_callback_opened_again", kit.knows_no_callback_again, "assert (browser.url, browser.page.status_int)"),
    _noticed("a_callback_of_somebody_else", kit.finishes_attempts_of_other_browsers, "assert his.page.status_int"),
    _noticed("switching_the_account", portal.answers_as_the_first_person, 'browser.see("Orders of zp")'),
    _noticed("a_chinese_browser", kit.speaks_english_only, 'html["lang"]'),
    _noticed("consent_is_refused", kit.takes_a_no_for_a_fault, 'browser.see("Hello stranger")'),
    _noticed("one_scope_is_declined", portal.grants_what_was_declined, "nobody knows"),
    _noticed("she_is_asked_once", portal.remembers_no_consent, "zp@example.test"),
    _noticed("a_double_click_on_allow", portal.takes_a_consent_form_once, "[303, 303]"),
    _noticed("an_idle_session_ends", portal.ends_no_idle_session, "assert browser.is_sign_in_page"),
    _noticed("a_busy_session_ends_too", portal.hears_of_no_use, "assert browser.hops =="),
    _noticed("a_busy_session_ends_too", portal.ends_no_idle_session, "assert browser.is_sign_in_page"),
    _noticed("the_site_s_session_ends_first", kit.ends_no_session_in_time, "/o/authorize/"),
    _noticed("the_browser_is_closed", kit.keeps_its_cookie_for_a_year, "assert browser.is_sign_in_page"),
    _noticed("a_form_is_open_when_the_session_ends", kit.keeps_no_forms, 'browser.sign_in("zp")'),
    _noticed("a_page_wants_a_fresh_sign_in", kit.forgets_what_a_page_demands, "Confirm it is you"),
    _noticed("a_silent_sign_in", portal.shows_pages_to_silent_requests, 'expect_error("login_required")'),
    _noticed("signing_out_at_the_shop", kit.signs_out_here_only, "assert browser.is_sign_in_page"),
    _noticed("a_sign_out_elsewhere_reaches_mine", kit.obeys_no_logout_token, "Hello stranger"),
    _noticed("mine_is_down_just_then", portal.takes_every_answer_for_a_confirmation, 'state == "waiting"'),
    _noticed("a_sign_out_by_frames", kit.obeys_no_frame, "Hello stranger", blocked=False),
    _noticed("a_sign_out_by_frames", kit.obeys_no_frame, "Hello stranger", blocked=True),
    _noticed("an_administrator_ends_the_session", portal.ends_no_sessions_of_others, "notices.only()"),
    _noticed("the_portal_is_down", kit.blames_the_person, "assert browser.page.status_int"),
    *(
        _noticed("the_portal_is_in_trouble", mutant, "assert browser.page.status_int", fault=fault)
        for fault in ("token_endpoint_slow", "token_endpoint_fails", "token_endpoint_cut_off")
        for mutant in (kit.blames_the_person, kit.takes_a_broken_portal_for_a_refusal)
    ),
    _noticed("discovery_is_unreachable_at_the_start", kit.blames_the_person, "assert browser.page.status_int"),
    _noticed("the_portal_is_restarted", portal.draws_keys_at_each_start, "assert not browser.is_sign_in_page"),
    *(
        _noticed("an_id_token_that_is_wrong", mutant, "assert browser.page.status_int", fault=fault)
        for fault, mutant in {
            "wrong_nonce": kit.compares_no_nonce,
            "wrong_issuer": kit.compares_no_issuer,
            "wrong_audience": kit.compares_no_audience,
            "expired_id_token": kit.looks_at_no_time,
        }.items()
    ),
    _noticed("the_code_was_used_before", portal.takes_a_code_twice, "assert browser.page.status_int"),
    _noticed("the_portal_has_new_keys", kit.asks_for_keys_once, "Orders of lin"),
    _noticed("the_clocks_disagree", kit.forgives_no_second, "status_int == status", seconds=-30, status=200),
    _noticed("the_clocks_disagree", kit.looks_at_no_time, "status_int == status", seconds=-600, status=403),
    _noticed("the_clocks_disagree", kit.looks_at_no_time, "status_int == status", seconds=7200, status=403),
    _noticed("the_refresh_token_was_revoked", portal.revokes_no_tokens, "/o/authorize/"),
    _noticed("the_refresh_token_was_revoked", kit.gives_up_when_a_refresh_is_refused, "/o/authorize/"),
    _noticed("the_redirect_uri_is_not_registered", portal.sends_people_anywhere, "assert browser.page.status_int"),
]


@pytest.mark.parametrize("noticed", [noticed.parameter for noticed in NOTICED])
def test_broken_on_purpose(noticed: Noticed, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed.show(request, monkeypatch)


def test_each_recipe_has_a_mutant() -> None:
    assert {noticed.test.__name__ for noticed in NOTICED} == set(cookbook().recipes)
