"""The dispatcher, as a table over everything that can be asked and known."""

from __future__ import annotations

from itertools import product

import pytest

from sso_portal.base.forms import parse_form
from sso_portal.protocol.interaction import PROOF_SECONDS, Markers, Standing, Step, Wish, next_step

SIGNED_OUT = Standing()
FRESH = Standing(signed_in_for=0)
AN_HOUR = Standing(signed_in_for=3600)
CHOSEN = Standing(signed_in_for=0, chosen_now=True)

TABLE = [
    # what is asked                              what is known                                      what comes next
    (Wish(consent="silent"), SIGNED_OUT, Step.LOGIN),
    (Wish(consent="silent"), FRESH, Step.ISSUE),
    (Wish(consent="silent"), AN_HOUR, Step.ISSUE),
    (Wish(frozenset({"none"}), consent="silent"), SIGNED_OUT, Step.REFUSE_LOGIN_REQUIRED),
    (Wish(frozenset({"none"}), consent="silent"), AN_HOUR, Step.ISSUE),
    (Wish(frozenset({"login"}), consent="silent"), SIGNED_OUT, Step.LOGIN),
    (Wish(frozenset({"login"}), consent="silent"), FRESH, Step.REAUTHENTICATE),
    (Wish(frozenset({"login"}), consent="silent"), Standing(0, proved_now=True), Step.ISSUE),
    (Wish(frozenset({"select_account"}), consent="silent"), FRESH, Step.SELECT_ACCOUNT),
    (Wish(frozenset({"select_account"}), consent="silent"), Standing(0, proved_now=True), Step.ISSUE),
    (Wish(frozenset({"login", "select_account"}), consent="silent"), FRESH, Step.SELECT_ACCOUNT),
    (Wish(frozenset({"select_account"}), consent="silent"), CHOSEN, Step.ISSUE),
    (Wish(frozenset({"login", "select_account"}), consent="silent"), CHOSEN, Step.REAUTHENTICATE),
    (Wish(frozenset({"login"}), consent="silent"), CHOSEN, Step.REAUTHENTICATE),
    (Wish(frozenset({"create"}), consent="silent"), CHOSEN, Step.CREATE),
    (Wish(max_age=0, consent="silent"), CHOSEN, Step.REAUTHENTICATE),
    (Wish(always_authenticate=True, consent="silent"), CHOSEN, Step.REAUTHENTICATE),
    (Wish(consent="silent"), Standing(0, is_other=True), Step.SELECT_ACCOUNT),
    (Wish(consent="silent"), Standing(0, is_other=True, chosen_now=True), Step.REFUSE_OTHER_ACCOUNT),
    (Wish(max_age=3600, consent="silent"), AN_HOUR, Step.ISSUE),
    (Wish(max_age=3599, consent="silent"), AN_HOUR, Step.REAUTHENTICATE),
    (Wish(max_age=3599, consent="silent"), Standing(3600, proved_now=True), Step.ISSUE),
    (Wish(max_age=0, consent="silent"), FRESH, Step.REAUTHENTICATE),
    (Wish(max_age=0, consent="silent"), Standing(1, proved_now=True), Step.ISSUE),
    (Wish(frozenset({"none"}), max_age=60, consent="silent"), AN_HOUR, Step.REFUSE_LOGIN_REQUIRED),
    (Wish(always_authenticate=True, consent="silent"), FRESH, Step.REAUTHENTICATE),
    (Wish(frozenset({"none"}), always_authenticate=True, consent="silent"), FRESH, Step.REFUSE_LOGIN_REQUIRED),
    (Wish(consent="once"), FRESH, Step.CONSENT),
    (Wish(consent="once"), Standing(0, agreed=True), Step.ISSUE),
    (Wish(consent="once"), Standing(0, answered_now=True), Step.ISSUE),
    (Wish(frozenset({"none"}), consent="once"), FRESH, Step.REFUSE_CONSENT_REQUIRED),
    (Wish(frozenset({"none"}), consent="once"), Standing(0, agreed=True), Step.ISSUE),
    (Wish(consent="explicit"), Standing(0, agreed=True), Step.CONSENT),
    (Wish(consent="explicit"), Standing(0, answered_now=True), Step.ISSUE),
    (Wish(frozenset({"none"}), consent="explicit"), Standing(0, agreed=True), Step.REFUSE_CONSENT_REQUIRED),
    (Wish(frozenset({"consent"}), consent="silent"), Standing(0, agreed=True), Step.CONSENT),
    (Wish(frozenset({"consent"}), consent="silent"), Standing(0, answered_now=True), Step.ISSUE),
    (Wish(frozenset({"login", "consent"}), consent="silent"), FRESH, Step.REAUTHENTICATE),
    (Wish(frozenset({"login", "consent"}), consent="silent"), Standing(0, proved_now=True), Step.CONSENT),
]


@pytest.mark.parametrize(("wish", "standing", "step"), TABLE)
def test_the_table(wish: Wish, standing: Standing, step: Step) -> None:
    assert next_step(wish, standing) is step


PROMPTS = [set(), {"none"}, {"login"}, {"consent"}, {"select_account"}, {"login", "consent"}]
EVERYTHING = list(
    product(PROMPTS, [None, 0, 60], [True, False], ["silent", "once", "explicit"], [None, 0, 61], *[[True, False]] * 3)
)


def test_what_holds_for_every_combination() -> None:
    assert len(EVERYTHING) == 6 * 3 * 2 * 3 * 3 * 8
    for prompts, max_age, always, consent, age, proved, agreed, answered in EVERYTHING:
        wish = Wish(frozenset(prompts), max_age, always, consent)
        step = next_step(wish, Standing(age, proved, agreed, answered))
        pages = {Step.LOGIN, Step.REAUTHENTICATE, Step.SELECT_ACCOUNT, Step.CONSENT}
        if "none" in prompts:
            assert step not in pages, "prompt=none never shows a page"
        else:
            assert step in pages | {Step.ISSUE}, "only prompt=none is refused without asking"
        if age is None:
            assert step in {Step.LOGIN, Step.REFUSE_LOGIN_REQUIRED}, "nothing is issued to nobody"
        if step is Step.ISSUE:
            assert proved or not ({"login", "select_account"} & prompts or always), "a proof asked for was given"
            assert proved or max_age is None or (age <= max_age and max_age > 0)
            assert answered or (consent != "explicit" and "consent" not in prompts)
            assert answered or agreed or consent == "silent"
        if age is not None and proved and answered and "none" not in prompts:
            assert step is Step.ISSUE, "who has done everything is not asked again"


def test_an_arrival_is_remembered_for_its_request_and_through_a_sign_in() -> None:
    markers = Markers(b"k" * 32)
    arrived = parse_form(markers.arrived(QUERY, NOW))
    assert markers.has_arrived(arrived, NOW)
    assert not markers.proves(arrived, "", NOW)
    signed_in = parse_form(markers.add(arrived, "sid", NOW + 3600))
    assert markers.has_arrived(signed_in, NOW + 3600)
    assert markers.proves(signed_in, "sid", NOW + 3600)
    assert not markers.has_arrived(arrived, NOW + 86_400)
    assert not markers.has_arrived(parse_form(markers.add(QUERY, "sid", NOW)), NOW), "nobody said that it had"
    assert not markers.has_arrived(parse_form(f"{markers.arrived(QUERY, NOW)}&scope=more"), NOW)


NOW = 1_800_000_000
QUERY = parse_form("client_id=a&state=%E4%B8%AD&prompt=login")


def test_a_marker_proves_its_own_request() -> None:
    markers = Markers(b"k" * 32)
    marked = parse_form(markers.add(QUERY, "sid", NOW))
    assert markers.proves(marked, "sid", NOW)
    assert markers.proves(parse_form(markers.add(marked, "sid", NOW)), "sid", NOW), "marking twice marks once"


@pytest.mark.parametrize(
    ("sid", "later", "key", "extra"),
    [
        ("other", 0, b"k", ""),
        ("sid", PROOF_SECONDS, b"k", ""),
        ("sid", 0, b"l", ""),
        ("sid", 0, b"k", "&scope=more"),
    ],
)
def test_a_marker_proves_nothing_else(sid: str, later: int, key: bytes, extra: str) -> None:
    marked = Markers(b"k" * 32).add(QUERY, "sid", NOW)
    assert not Markers(key * 32).proves(parse_form(marked + extra), sid, NOW + later)


@pytest.mark.parametrize("marker", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_garbage_is_no_marker(marker: str) -> None:
    assert not Markers(b"k" * 32).proves(parse_form(f"client_id=a&interaction={marker}"), "sid", NOW)


def test_a_choice_is_no_proof_and_a_proof_is_a_choice() -> None:
    markers = Markers(b"k" * 32)
    chosen = parse_form(markers.choose(QUERY, "sid", NOW))
    proved = parse_form(markers.add(QUERY, "sid", NOW))
    assert [markers.chooses(form, "sid", NOW) for form in (chosen, proved, QUERY)] == [True, True, False]
    assert [markers.proves(form, "sid", NOW) for form in (chosen, proved, QUERY)] == [False, True, False]
    again = parse_form(markers.choose(proved, "sid", NOW))
    assert not markers.proves(again, "sid", NOW), "who chooses anew has not proved anything anew"


def test_a_choice_wears_off_but_not_whom_it_was_about() -> None:
    markers = Markers(b"k" * 32)
    chosen = parse_form(markers.choose(QUERY, "sid", NOW))
    late = NOW + PROOF_SECONDS
    assert markers.chooses(chosen, "sid", late - 1) and not markers.chooses(chosen, "sid", late)
    assert not markers.chooses(chosen, "another", NOW)
    assert markers.sid(chosen, late) == "sid"
    for other in (QUERY, parse_form(f"{markers.choose(QUERY, 'sid', NOW)}&scope=more"), parse_form("interaction=x")):
        assert markers.sid(other, NOW) is None
    assert markers.sid(chosen, NOW + 86_400) is None


def test_a_request_that_came_in_time_stays_so_when_somebody_is_chosen() -> None:
    markers = Markers(b"k" * 32)
    arrived = parse_form(markers.arrived(QUERY, NOW))
    assert markers.has_arrived(parse_form(markers.choose(arrived, "sid", NOW)), NOW)
    assert not markers.has_arrived(parse_form(markers.choose(QUERY, "sid", NOW)), NOW)
