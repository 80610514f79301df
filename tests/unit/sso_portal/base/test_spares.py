"""Things that are kept for a moment for whoever needs one next."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sso_portal.base.spares import Spares
from sso_testkit.together import together

LONG = 30


def eventually(is_true: Callable[[], bool]) -> bool:
    until = time.monotonic() + LONG
    while not is_true() and time.monotonic() < until:
        time.sleep(0.005)
    return is_true()


def watching() -> int:
    return [thread.name for thread in threading.enumerate()].count("spares")


def test_one_is_taken_once_and_only_by_who_wants_its_kind() -> None:
    spares = Spares[str](LONG, lambda thing: None)
    assert spares.take(1) is None
    spares.keep(1, "one")
    spares.keep(2, "two")
    assert spares.take(3) is None
    assert (spares.take(1), spares.take(1), spares.take(2), len(spares)) == ("one", None, "two", 0)


def test_the_one_that_was_used_last_is_taken_first() -> None:
    spares = Spares[str](LONG, lambda thing: None)
    for name in ("first", "second", "third"):
        spares.keep(1, name)
    assert [spares.take(1) for _ in range(3)] == ["third", "second", "first"]


def test_what_nobody_takes_is_let_go_and_then_nobody_looks_any_more() -> None:
    gone: list[str] = []
    before = watching()
    spares = Spares[str](0.02, gone.append)
    for name in ("first", "second"):
        spares.keep(1, name)
    assert eventually(lambda: gone == ["first", "second"])
    assert eventually(lambda: watching() <= before)
    assert len(spares) == 0
    # And it begins again.
    spares.keep(1, "third")
    assert eventually(lambda: gone == ["first", "second", "third"])


def test_what_is_used_again_and_again_stays_and_the_rest_goes() -> None:
    gone: list[str] = []
    spares = Spares[str](0.5, gone.append)
    for name in ("idle", "used"):
        spares.keep(1, name)
    until = time.monotonic() + LONG
    while gone != ["idle"] and time.monotonic() < until:
        assert spares.take(1) == "used"
        spares.keep(1, "used")
    assert gone == ["idle"]
    assert spares.take(1) == "used"


def test_none_is_given_to_two_and_none_is_lost() -> None:
    gone: list[int] = []
    spares = Spares[int](0.001, gone.append)
    made: list[int] = []
    lock = threading.Lock()

    def work(_number: int) -> list[int]:
        held = []
        for _ in range(300):
            thing = spares.take(1)
            if thing is None:
                with lock:
                    thing = len(made)
                    made.append(thing)
            assert thing not in gone
            held.append(thing)
            spares.keep(1, thing)
        return held

    together(8, work)
    assert eventually(lambda: len(spares) == 0)
    assert sorted(gone) == made, "each is let go, and once"
