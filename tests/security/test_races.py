"""What fifty at once may do: exactly what one may."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from sso_testkit import SingleSignOn
from sso_testkit.browser import Browser
from sso_testkit.clients.names import DECRYPTION_ALGORITHMS, SIGNING_ALGORITHMS
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

THREADS = 50
T = TypeVar("T")


def at_once(action: Callable[[int], T]) -> list[T]:
    barrier = threading.Barrier(THREADS)

    def run(number: int) -> T:
        barrier.wait()
        return action(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    return make_sso({"sso.storage.pool_size": "30"})


def test_one_code(rp: RelyingParty, browser: Browser) -> None:
    code = rp.code(browser)
    answers = at_once(lambda _number: rp.redeem(code))
    assert sorted(answer.status_int for answer in answers) == [200] + [400] * (THREADS - 1)
    winner = next(answer.json for answer in answers if answer.status_int == 200)
    assert rp.userinfo(winner["access_token"]).status_int == 401


def test_one_refresh_token(rp: RelyingParty, browser: Browser) -> None:
    token = rp.redeem(rp.code(browser)).json["refresh_token"]
    answers = at_once(lambda _number: rp.refresh(token))
    assert [answer.status_int for answer in answers] == [200] * THREADS
    (successor,) = {answer.json["refresh_token"] for answer in answers}
    assert all(rp.userinfo(answer.json["access_token"]).status_int == 200 for answer in answers[:3])
    assert rp.refresh(successor).status_int == 200, "one chain, and the family lives"


def test_one_refresh_token_long_after_its_use(sso: SingleSignOn, rp: RelyingParty, browser: Browser) -> None:
    token = rp.redeem(rp.code(browser)).json["refresh_token"]
    tokens = rp.refresh(token).json
    sso.clock.advance(10)
    answers = at_once(lambda _number: rp.refresh(token))
    assert [answer.json["error"] for answer in answers] == ["invalid_grant"] * THREADS
    assert rp.userinfo(tokens["access_token"]).status_int == 401, "the family is over"
    assert rp.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_guessing_a_password(sso: SingleSignOn) -> None:
    checks: list[int] = []
    original = sso.portal.secret_hasher.matches

    def counting(secret: str, stored: str | None) -> bool:
        checks.append(1)
        return bool(original(secret, stored))

    sso.portal.secret_hasher.matches = counting

    def guess(number: int) -> int:
        form = [("username", "lin"), ("password", f"guess {number}"), ("csrf_token", "t" * 43)]
        browser = sso.browser()
        browser.open(f"{PORTAL}/o/login/")
        form[2] = ("csrf_token", browser.page.forms[0]["csrf_token"].value)
        return int(browser.request("POST", f"{PORTAL}/o/login/", form).status_int)

    statuses = at_once(guess)
    assert statuses.count(200) == len(checks) == 4, "three are free, the fourth starts the waiting"
    assert statuses.count(429) == THREADS - 4


def test_the_same_consent_answered_many_times(sso: SingleSignOn, register: Callable[..., RelyingParty]) -> None:
    shop = register("shop", consent="once")
    browser = sso.browser()
    browser.open(f"{PORTAL}/o/login/")
    browser.sign_in("zp", "penadmin")
    browser.open(shop.url())
    form = next(form for form in browser.page.forms.values() if "decision" in form.fields)
    fields = form.submit_fields("decision", submit_value="allow")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.jar if "portal" in cookie.domain)

    def allow(_number: int) -> int:
        answer = shop.http().post(PORTAL + form.action, fields, headers={"Cookie": cookies}, status="*")
        return int(answer.status_int)

    assert set(at_once(allow)) == {303}
    with sso.portal.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM consents").scalar_one() == 1


def test_many_starts_make_one_signing_key_of_each_kind(sso: SingleSignOn) -> None:
    with sso.portal.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM keys")
    barrier = threading.Barrier(6)

    def start(_number: int) -> None:
        barrier.wait()
        sso.portal.prepare()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(start, range(6)))
    with sso.portal.transaction() as unit:
        assert sorted(key.algorithm for key in unit.keys.all()) == sorted((*SIGNING_ALGORITHMS, *DECRYPTION_ALGORITHMS))
