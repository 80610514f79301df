"""What a request costs the database, many requests at once, and how the portal says no."""

from __future__ import annotations

import threading

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.refusals import Refused, error_of
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from sso_testkit.together import together


def test_statements_and_commits_are_counted_inside_the_block_only(
    sso: SingleSignOn, rp: RelyingParty, browser: Browser
) -> None:
    code = rp.code(browser)
    with sso.counting() as before:
        pass
    with sso.counting() as counted:
        assert rp.exchange(code).status_int == 200
    rp.exchange("nothing")
    assert (before.statements, before.commits) == ([], 0)
    assert any(statement.startswith("INSERT INTO") for statement in counted.statements)
    assert counted.commits == 1


def test_what_only_reads_commits_nothing(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    token = rp.exchange(rp.code(browser)).expect_tokens().access_token
    rp.userinfo(token)
    with sso.counting() as counted:
        rp.userinfo(token).expect_ok()
    assert counted.statements
    assert counted.commits == 0
    assert not any(statement.startswith(("INSERT", "UPDATE", "DELETE")) for statement in counted.statements)


def test_a_block_inside_another_counts_for_both(sso: SingleSignOn) -> None:
    with sso.counting() as outer:
        sso.add_person("ana")
        with sso.counting() as inner:
            sso.add_person("ben")
    assert (outer.commits, inner.commits) == (2, 1)


def test_all_begin_before_one_is_done() -> None:
    here: list[int] = []
    everybody = threading.Event()

    def work(number: int) -> int:
        here.append(number)
        if len(here) == 8:
            everybody.set()
        assert everybody.wait(10), "they would wait for one another for ever"
        return number * number

    assert together(8, work) == [number * number for number in range(8)]


def test_what_one_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        together(3, lambda number: 1 // (number - 1))


def test_one_code_is_redeemed_once_however_many_try(rp: RelyingParty, browser: Browser) -> None:
    code = rp.code(browser)
    assert sorted(together(4, lambda _number: rp.exchange(code).status_int)) == [200, 400, 400, 400]


def test_the_form_of_a_refusal(sso: SingleSignOn, rp: RelyingParty) -> None:
    refused = rp.token(grant_type="begging")
    assert error_of(refused) == "unsupported_grant_type"
    with pytest.raises(AssertionError):
        error_of(refused, 401)
    with pytest.raises(AssertionError):
        error_of(webtest.TestApp(sso.world).get(f"{PORTAL}/healthz"), 200)


def test_a_client_that_cannot_be_registered(sso: SingleSignOn) -> None:
    with pytest.raises(Refused, match="redirect_uris"):
        sso.add_client("wrong", redirect_uris=["no address"])
    with pytest.raises(Refused, match="consent"):
        sso.edit_client("project-center", consent="perhaps")
