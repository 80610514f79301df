"""Too many secrets to hash at once: a few wait, the rest are told to come again, and nothing else waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import webtest

from sso_testkit import Browser, SingleSignOn
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL

LOGIN = f"{PORTAL}/o/login/"
LONG = 30
WAITING = 2


class Gate:
    """A hasher that computes when it is told to, one after the other."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()

    def around(self, hasher: Any) -> Callable[[str, str | None], bool]:
        computes = hasher.matches

        def matches(secret: str, stored: str | None) -> bool:
            self.begun.release()
            assert self.go.wait(LONG)
            return bool(computes(secret, stored))

        return matches


@pytest.fixture
def sso(make_sso: Callable[..., SingleSignOn]) -> SingleSignOn:
    """One hash at a time, and two may wait."""
    return make_sso({"sso.security.hashing_waiting": str(WAITING), "sso.sign_up.enabled": "true"})


@pytest.fixture
def gate(sso: SingleSignOn, rp: RelyingParty, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Closed; whoever is registered with a chosen secret has been by then."""
    gate = Gate()
    monkeypatch.setattr(sso.portal.secret_hasher, "matches", gate.around(sso.portal.secret_hasher))
    monkeypatch.setattr(sso.portal.client_secret_hasher, "matches", gate.around(sso.portal.client_secret_hasher))
    return gate


def page_of(sso: SingleSignOn) -> Browser:
    browser = sso.browser()
    browser.open(f"{LOGIN}?next=/account/devices")
    return browser


def submit(browser: Browser, password: str = "penadmin") -> webtest.TestResponse:
    form = browser.page.forms[0]
    fields = [("csrf_token", form["csrf_token"].value), ("next", form["next"].value)]
    return browser.request("POST", LOGIN, [*fields, ("username", "zp"), ("password", password)])


@contextmanager
def full_house(sso: SingleSignOn, gate: Gate) -> Iterator[list[Future[webtest.TestResponse]]]:
    """One who is being looked at, and as many as may wait; they go on when the block ends."""
    pages = [page_of(sso) for _ in range(1 + WAITING)]
    with ThreadPoolExecutor(len(pages)) as pool:
        try:
            answers = [pool.submit(submit, page) for page in pages]
            assert gate.begun.acquire(timeout=LONG)
            while sso.portal.hashing_turns.waiting < WAITING:
                assert not any(answer.done() for answer in answers)
            yield answers
        finally:
            gate.go.set()


def secret_call(sso: SingleSignOn, rp: RelyingParty, secret: str) -> webtest.TestResponse:
    fields = [("grant_type", "client_credentials"), ("client_id", "chosen"), ("client_secret", secret)]
    return sso.browser().request("POST", f"{PORTAL}/o/token/", fields)


def test_beyond_the_queue_a_person_is_told_to_come_again(sso: SingleSignOn, gate: Gate) -> None:
    late = page_of(sso)
    with full_house(sso, gate) as answers:
        refused = submit(late)
        assert refused.status_int == 503
        assert int(refused.headers["Retry-After"]) >= 1
        assert "wait a few seconds" in refused.text
        assert refused.html.select_one("a.button")["href"].endswith("/o/login/?next=/account/devices")
        assert "penadmin" not in refused.text
    assert [answer.result().status_int for answer in answers] == [303] * (1 + WAITING)
    assert submit(page_of(sso)).status_int == 303


def test_whoever_is_sent_away_has_not_tried(sso: SingleSignOn, gate: Gate) -> None:
    late = page_of(sso)
    with full_house(sso, gate):
        assert {submit(late, "wrong").status_int for _ in range(20)} == {503}
    # Twenty failures of one account would have locked it.
    assert submit(late).status_int == 303


def test_tokens_are_refreshed_meanwhile(sso: SingleSignOn, rp: RelyingParty, browser: Browser, gate: Gate) -> None:
    gate.go.set()
    token = rp.redeem(rp.code(browser)).json["refresh_token"]
    gate.go.clear()
    gate.begun = threading.Semaphore(0)
    with full_house(sso, gate):
        for _ in range(3):
            answer = rp.refresh(token)
            assert answer.status_int == 200
            token = answer.json["refresh_token"]


def test_nobody_who_waits_holds_a_connection(sso: SingleSignOn, gate: Gate) -> None:
    with full_house(sso, gate):
        assert sso.portal.database.connections.taken == 0


def test_a_flood_of_wrong_secrets_is_refused_in_json(sso: SingleSignOn, rp: RelyingParty, gate: Gate) -> None:
    sso.add_client("chosen", "a secret that a person chose", grant_types=["client_credentials"], response_types=[])
    with ThreadPoolExecutor(1 + WAITING) as pool:
        wrong = [pool.submit(secret_call, sso, rp, f"wrong {number}") for number in range(1 + WAITING)]
        assert gate.begun.acquire(timeout=LONG)
        while sso.portal.hashing_turns.waiting < WAITING:
            assert not any(answer.done() for answer in wrong)
        assert sso.portal.database.connections.taken == 0
        refused = secret_call(sso, rp, "one more")
        assert refused.status_int == 503
        assert refused.json["error"] == "temporarily_unavailable"
        assert refused.headers["Cache-Control"] == "no-store"
        assert int(refused.headers["Retry-After"]) >= 1
        gate.go.set()
    assert [answer.result().json["error"] for answer in wrong] == ["invalid_client"] * (1 + WAITING)


def test_people_come_in_though_one_client_is_flooded(sso: SingleSignOn, rp: RelyingParty, gate: Gate) -> None:
    sso.add_client("chosen", "a secret that a person chose", grant_types=["client_credentials"], response_types=[])
    person = page_of(sso)
    with ThreadPoolExecutor(2 + WAITING) as pool:
        wrong = [pool.submit(secret_call, sso, rp, f"wrong {number}") for number in range(1 + WAITING)]
        assert gate.begun.acquire(timeout=LONG)
        while sso.portal.hashing_turns.waiting < WAITING:
            assert not any(answer.done() for answer in wrong)
        signing_in = pool.submit(submit, person)
        # The last of the flood makes room for her.
        while not any(answer.done() for answer in wrong):
            assert not signing_in.done()
        gate.go.set()
    assert signing_in.result().status_int == 303
    assert sorted(answer.result().status_int for answer in wrong) == [401, 401, 503]


def test_a_newcomer_is_told_too(sso: SingleSignOn, gate: Gate) -> None:
    newcomer = sso.browser()
    newcomer.open(f"{PORTAL}/account/create")
    fields = [("csrf_token", newcomer.page.forms[0]["csrf_token"].value), ("username", "ana"), ("name", "Ana")]
    fields += [("email", "ana@example.test"), ("password", "a good long password")]
    with full_house(sso, gate):
        refused = newcomer.request("POST", f"{PORTAL}/account/create", fields)
        assert refused.status_int == 503
        assert "Retry-After" in refused.headers
    with sso.portal.transaction() as unit:
        assert unit.users.by_username("ana") is None
    assert newcomer.request("POST", f"{PORTAL}/account/create", fields).status_int == 303
