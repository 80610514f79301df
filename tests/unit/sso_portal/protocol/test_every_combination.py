"""The dispatcher against a table of its own: every combination of what can be asked and known.

The expectation is written as the specifications say it, rule by rule, and shares nothing with the code.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import combinations, product

import pytest

from sso_portal.protocol.interaction import Standing, Step, Wish, next_step
from sso_portal.protocol.vocabulary import CREATE_PROMPT, PROMPT_VALUES

COMPANY = [value for value in (*PROMPT_VALUES, CREATE_PROMPT) if value != "none"]
PROMPTS = [{"none"}, *(set(chosen) for count in range(5) for chosen in combinations(COMPANY, count))]
MAX_AGES = [None, 0, 1, 60, 3600]
AGES = [None, 0, 1, 60, 61, 3600, 3601]
POLICIES = ["silent", "once", "explicit"]
FLAGS = [False, True]

EVERY = list(product(PROMPTS, MAX_AGES, FLAGS, POLICIES, AGES, FLAGS, FLAGS, FLAGS, FLAGS))
STRONG = frozenset({"strong"})

PROOF_IS_TOO_OLD = {
    # max_age: the ages of a proof that do not do
    None: set(),
    0: {0, 1, 60, 61, 3600, 3601},
    1: {60, 61, 3600, 3601},
    60: {61, 3600, 3601},
    3600: {3601},
}

CONSENT_IS_DUE = {
    # policy, agreed before, prompt=consent: whether the page has to be answered for this request
    ("silent", False, False): False,
    ("silent", True, False): False,
    ("silent", False, True): True,
    ("silent", True, True): True,
    ("once", False, False): True,
    ("once", True, False): False,
    ("once", False, True): True,
    ("once", True, True): True,
    ("explicit", False, False): True,
    ("explicit", True, False): True,
    ("explicit", False, True): True,
    ("explicit", True, True): True,
}

WITHOUT_A_PAGE = {
    Step.LOGIN: Step.REFUSE_LOGIN_REQUIRED,
    Step.REAUTHENTICATE: Step.REFUSE_LOGIN_REQUIRED,
    Step.SELECT_ACCOUNT: Step.REFUSE_OTHER_ACCOUNT,
    Step.REFUSE_OTHER_ACCOUNT: Step.REFUSE_OTHER_ACCOUNT,
    Step.CONSENT: Step.REFUSE_CONSENT_REQUIRED,
    Step.ISSUE: Step.ISSUE,
}


def with_pages(prompts, max_age, always, policy, age, proved, agreed, answered, other, *, chosen=False) -> Step:
    """The step of a request that may show pages: the first thing that is still owed."""
    owed = [
        (Step.CREATE, "create" in prompts and not proved),
        (Step.LOGIN, age is None),
        (Step.REFUSE_OTHER_ACCOUNT, other and (proved or chosen)),
        (Step.SELECT_ACCOUNT, other),
        (Step.SELECT_ACCOUNT, "select_account" in prompts and not proved and not chosen),
        (Step.REAUTHENTICATE, ("login" in prompts or always or age in PROOF_IS_TOO_OLD[max_age]) and not proved),
        (Step.CONSENT, CONSENT_IS_DUE[policy, agreed, "consent" in prompts] and not answered),
    ]
    return next((step for step, due in owed if due), Step.ISSUE)


def expected(prompts, *rest, chosen=False) -> Step:
    """The step of any request; ``prompt=none`` turns each page into its refusal."""
    step = with_pages(prompts, *rest, chosen=chosen)
    return WITHOUT_A_PAGE[step] if "none" in prompts else step


def test_every_combination_is_what_the_table_says() -> None:
    assert len(EVERY) == 17 * 5 * 2 * 3 * 7 * 16
    wrong = [
        case
        for case in EVERY
        if next_step(Wish(frozenset(case[0]), *case[1:4]), Standing(*case[4:])) is not expected(*case)
    ]
    assert wrong == []


def test_being_chosen_answers_which_account_and_proves_nothing() -> None:
    wrong = [
        case
        for case in EVERY
        if next_step(Wish(frozenset(case[0]), *case[1:4]), Standing(*case[4:], chosen_now=True))
        is not expected(*case, chosen=True)
    ]
    assert wrong == []


def test_every_step_comes_up() -> None:
    assert {expected(*case) for case in EVERY} == set(Step) - {Step.REFUSE_UNMET}


def test_a_sign_in_that_is_not_strong_enough_is_refused_before_consent_is_asked() -> None:
    demanding = Wish(acr=STRONG)
    assert next_step(demanding, Standing(signed_in_for=0)) is Step.REFUSE_UNMET
    assert next_step(demanding, Standing(signed_in_for=0, acr="weak", agreed=True)) is Step.REFUSE_UNMET
    assert next_step(demanding, Standing(signed_in_for=0, acr="strong")) is Step.CONSENT
    assert next_step(demanding, Standing()) is Step.LOGIN


def test_details_are_put_to_her_whatever_was_agreed_before() -> None:
    for case in EVERY:
        if case[3] == "silent" or case[6]:
            open_details = Standing(*case[4:], details_open=True)
            # As if every client asked each time, and nothing else were different.
            explicit = expected(*case[:3], "explicit", *case[4:])
            assert next_step(Wish(frozenset(case[0]), *case[1:4]), open_details) is explicit, case


def test_nothing_else_is_asked_or_known() -> None:
    assert [field.name for field in fields(Wish)] == ["prompts", "max_age", "always_authenticate", "consent", "acr"]
    known = ["signed_in_for", "proved_now", "agreed", "answered_now", "is_other", "acr", "details_open", "chosen_now"]
    assert [field.name for field in fields(Standing)] == known


@pytest.mark.parametrize("case", [case for case in EVERY if case[4] is not None][::97])
def test_doing_what_is_asked_leads_to_the_code(case: tuple) -> None:
    """Nobody is sent round in a circle: each step, once done, is not asked for again."""
    wish, standing = Wish(frozenset(case[0] - {"none"}), *case[1:4]), Standing(*case[4:])
    seen = []
    while (step := next_step(wish, standing)) is not Step.ISSUE:
        assert step not in seen
        seen.append(step)
        if step is Step.REFUSE_OTHER_ACCOUNT:
            assert standing.is_other
            return
        if step is Step.CONSENT:
            standing = Standing(standing.signed_in_for, standing.proved_now, standing.agreed, answered_now=True)
        else:
            standing = Standing(0, proved_now=True, agreed=standing.agreed, answered_now=standing.answered_now)
    assert len(seen) <= 2
