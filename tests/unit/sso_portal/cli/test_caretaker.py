"""The caretaker: works every so often, survives failures, stops when told."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sso_portal.cli.caretaker import Caretaker
from sso_portal.cli.logs import JsonLines
from sso_testkit import SingleSignOn


class Rounds:
    """A portal whose sweeps are counted; the first ones fail."""

    def __init__(self, failures: int = 0) -> None:
        self.count = 0
        self.failures = failures
        self.happened = threading.Semaphore(0)

    def sweep(self, go_on: Callable[[], bool]) -> dict[str, int]:
        self.count += 1
        self.happened.release()
        if self.count <= self.failures:
            raise ConnectionError("the database is away")
        return {"codes": 3}


@pytest.fixture
def employ() -> Iterator[Callable[..., Caretaker]]:
    """Makes caretakers who work without a pause, and ends them."""
    employed: list[Caretaker] = []

    def make(portal: Any, **pauses: int) -> Caretaker:
        employed.append(Caretaker(portal, **{"first_seconds": 0, "every_seconds": 0, **pauses}))
        employed[-1].start()
        return employed[-1]

    yield make
    for caretaker in employed:
        caretaker.stop()
        assert not caretaker.is_alive()


def test_it_works_again_and_again_and_stops(employ: Callable[..., Caretaker]) -> None:
    rounds = Rounds()
    caretaker = employ(rounds)
    for _ in range(3):
        assert rounds.happened.acquire(timeout=10)
    caretaker.stop()
    assert not caretaker.is_alive()
    assert rounds.count >= 3


def test_a_failure_is_logged_and_it_goes_on(employ: Callable[..., Caretaker], caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds(failures=2)
    with caplog.at_level(logging.INFO, "sso_portal.cli.caretaker"):
        caretaker = employ(rounds)
        for _ in range(4):
            assert rounds.happened.acquire(timeout=10)
        caretaker.stop()
    assert [record.levelname for record in caplog.records[:3]] == ["ERROR", "ERROR", "INFO"]
    line = json.loads(JsonLines().format(caplog.records[0]))
    assert "the database is away" in line["exception"]
    assert json.loads(JsonLines().format(caplog.records[2]))["deleted"] == {"codes": 3}


def test_it_waits_before_it_begins_and_stops_at_once_all_the_same(employ: Callable[..., Caretaker]) -> None:
    rounds = Rounds()
    caretaker = employ(rounds, first_seconds=3600)
    caretaker.stop()
    assert not caretaker.is_alive()
    assert rounds.count == 0


class Endless:
    """A portal in which there is always another batch to be deleted."""

    def __init__(self) -> None:
        self.batches = 1
        self.rounds = 0

    def sweep(self, go_on: Callable[[], bool]) -> dict[str, int]:
        self.rounds += 1
        while go_on():
            self.batches += 1
        return {"codes": self.batches * 500}


def test_a_round_is_bounded_and_what_is_left_is_for_a_minute_later(
    employ: Callable[..., Caretaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sso_portal.cli.caretaker.PAUSE_SECONDS", 0)
    endless = Endless()
    caretaker = Caretaker(endless, most_batches=7)  # type: ignore[arg-type]
    assert caretaker.work() is False
    assert endless.batches == 7
    assert Caretaker(Rounds()).work() is True  # type: ignore[arg-type]
    monkeypatch.setattr("sso_portal.cli.caretaker._SOON_SECONDS", 0)
    employ(endless, every_seconds=3600, most_batches=7)
    for _ in range(200):
        if endless.rounds >= 4:
            break
        threading.Event().wait(0.05)
    assert endless.rounds >= 4, "not an hour later"


def test_it_stops_between_two_batches(employ: Callable[..., Caretaker]) -> None:
    endless = Endless()
    caretaker = employ(endless, most_batches=10**9)
    for _ in range(200):
        if endless.batches > 1:
            break
        threading.Event().wait(0.05)
    caretaker.stop()
    assert not caretaker.is_alive()
    assert endless.rounds == 1


def test_it_sees_to_the_keys_of_a_real_portal(employ: Callable[..., Caretaker], sso: SingleSignOn) -> None:
    with sso.portal.transaction() as unit:
        first = unit.keys.signing("RS256")
    sso.clock.advance(days=89)
    Caretaker(sso.portal).work()
    sso.clock.advance(days=1)
    with sso.portal.transaction() as unit:
        assert unit.keys.signing("RS256").kid != first.kid
        assert first in unit.keys.published()


def test_two_who_work_at_once_do_no_harm(sso: SingleSignOn) -> None:
    sso.clock.advance(days=89)
    caretakers = [Caretaker(sso.portal, first_seconds=0, every_seconds=3600) for _ in range(3)]
    for caretaker in caretakers:
        caretaker.start()
    for _ in range(200):
        with sso.portal.transaction() as unit:
            generations = sorted(info.generation for info in unit.keys.all())
        if len(generations) > 6:
            break
        threading.Event().wait(0.05)
    for caretaker in caretakers:
        caretaker.stop()
    with sso.portal.transaction() as unit:
        assert sorted(info.generation for info in unit.keys.all()) == [1] * 6 + [2] * 6
