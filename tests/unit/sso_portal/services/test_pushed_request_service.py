"""Pushed requests: what a reference leads to, for whom, and how long."""

from __future__ import annotations

from typing import Any

import pytest

from sso_portal.services.pushed_requests import PREFIX
from sso_portal.wiring import Portal
from sso_testkit import MovableClock


def ask(portal: Portal, question: str, *arguments: Any, **options: Any) -> Any:
    """What the service answers in a transaction of its own."""
    with portal.transaction() as unit:
        return getattr(unit.pushed_requests, question)(*arguments, **options)


@pytest.fixture
def reference(portal: Portal) -> str:
    """A request that the shop has pushed."""
    return str(ask(portal, "push", "shop", {"state": "s"}))


def state(portal: Portal, reference: str, client_id: str = "shop", *, arrived: bool = False) -> str:
    return str(ask(portal, "find", reference, client_id, arrived=arrived).state)


def test_references_are_long_and_never_the_same(portal: Portal) -> None:
    references = {ask(portal, "push", "shop", {}) for _ in range(20)}
    assert len(references) == 20
    assert all(reference.startswith(PREFIX) and len(reference) >= len(PREFIX) + 43 for reference in references)


def test_what_was_pushed_is_found_by_its_own_client(portal: Portal, reference: str) -> None:
    found = ask(portal, "find", reference, "shop", arrived=False)
    assert (found.state, found.parameters) == ("good", {"state": "s"})
    assert state(portal, reference, "other") == "of_other_client"
    assert state(portal, f"{reference}x") == "unknown"
    assert ask(portal, "find", reference, "other", arrived=True).parameters is None


def test_it_lives_for_its_seconds_and_longer_for_who_arrived(
    portal: Portal, reference: str, clock: MovableClock
) -> None:
    seconds = portal.settings.tokens.pushed_request_seconds
    clock.advance(seconds - 1)
    assert state(portal, reference) == "good"
    clock.advance(1)
    assert (state(portal, reference), state(portal, reference, arrived=True)) == ("expired", "good")


def test_it_is_used_once_however_it_arrived(portal: Portal, reference: str) -> None:
    assert [ask(portal, "use", reference) for _ in range(2)] == [True, False]
    assert state(portal, reference) == state(portal, reference, arrived=True) == "used"
    assert ask(portal, "use", f"{PREFIX}unknown") is False
