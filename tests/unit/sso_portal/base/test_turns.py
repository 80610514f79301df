"""Turns at something slow: a few at once, bounded, each lane in its turn. Nothing here waits for a time to pass."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sso_portal.base.errors import Overloaded
from sso_portal.base.turns import Turns

LONG = 30


class Crowd:
    """Threads that come for a turn, hold it until they are told to go, and write down what became of them."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.told: list[str] = []
        self.most_at_once = 0
        self._inside = 0
        self._lock = threading.Lock()
        self._go: dict[str, threading.Event] = {}
        self._entered: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}

    def come(self, name: str, lane: str) -> None:
        """One more, who has come when this answers: she is in, in the queue or sent away."""
        self._go[name], self._entered[name] = threading.Event(), threading.Event()
        self._threads[name] = threading.Thread(target=self._visit, args=(name, lane))
        waiting, told = self.turns.waiting, len(self.told)
        self._threads[name].start()
        wait_until(lambda: self.turns.waiting != waiting or len(self.told) != told)

    def _visit(self, name: str, lane: str) -> None:
        try:
            with self.turns.turn(lane):
                with self._lock:
                    self._inside += 1
                    self.most_at_once = max(self.most_at_once, self._inside)
                    self.told.append(name)
                self._entered[name].set()
                assert self._go[name].wait(LONG)
                with self._lock:
                    self._inside -= 1
        except Overloaded:
            with self._lock:
                self.told.append(f"no {name}")

    def let_go(self, name: str) -> None:
        """She has what she wanted; whoever follows is in when this answers."""
        assert self._entered[name].wait(LONG)
        self._go[name].set()
        self._threads[name].join(LONG)

    def serve_all(self) -> list[str]:
        """Let everybody go in the order in which they came in; what became of whom."""
        while any(thread.is_alive() for thread in self._threads.values()):
            wait_until(lambda: self._first_inside() is not None)
            self.let_go(self._first_inside() or "")
        return self.told

    def _first_inside(self) -> str | None:
        names = (name for name in self.told if not name.startswith("no "))
        return next((name for name in names if self._threads[name].is_alive()), None)


def wait_until(condition: Callable[[], bool]) -> None:
    """Until another thread has come so far."""
    passed = threading.Event()
    for _ in range(LONG * 1000):
        if condition():
            return
        passed.wait(0.001)
    raise AssertionError("it never came to that")


def crowd(at_once: int, waiting: int, *people: tuple[str, str]) -> Crowd:
    crowd = Crowd(Turns(at_once, waiting))
    for name, lane in people:
        crowd.come(name, lane)
    return crowd


def test_as_many_as_may_are_in_at_once() -> None:
    people = crowd(2, 10, *((f"{number}", "here") for number in range(7)))
    assert people.told == ["0", "1"]
    assert people.turns.waiting == 5
    assert sorted(people.serve_all()) == sorted(f"{number}" for number in range(7))
    assert people.most_at_once == 2
    assert people.turns.waiting == 0


def test_one_lane_is_served_in_the_order_of_coming() -> None:
    assert crowd(1, 10, ("a", "x"), ("b", "x"), ("c", "x"), ("d", "x")).serve_all() == ["a", "b", "c", "d"]


def test_lanes_take_turns_however_long_one_of_them_is() -> None:
    flood = [(f"flood {number}", "flood") for number in range(5)]
    people = crowd(1, 10, *flood, ("lin", "office"), ("zp", "home"))
    assert people.serve_all()[:4] == ["flood 0", "flood 1", "lin", "zp"]


def test_beyond_the_queue_nobody_of_the_same_lane_is_let_in() -> None:
    people = crowd(1, 2, ("a", "x"), ("b", "x"), ("c", "x"), ("d", "x"), ("e", "x"))
    assert people.told == ["a", "no d", "no e"]
    assert people.serve_all() == ["a", "no d", "no e", "b", "c"]


def test_the_last_one_of_the_longest_lane_makes_room_for_somebody_else() -> None:
    people = crowd(1, 3, *((f"flood {number}", "flood") for number in range(4)), ("lin", "office"))
    assert people.serve_all() == ["flood 0", "no flood 3", "flood 1", "lin", "flood 2"]


def test_nobody_makes_room_for_a_lane_that_is_as_long() -> None:
    people = crowd(1, 2, ("a", "x"), ("b", "x"), ("c", "y"), ("d", "z"))
    assert people.serve_all() == ["a", "no d", "b", "c"]


def test_without_a_queue_there_is_a_turn_or_none() -> None:
    people = crowd(1, 0, ("a", "x"), ("b", "y"))
    assert people.serve_all() == ["a", "no b"]
    people.come("c", "y")
    assert people.serve_all()[-1] == "c"


def test_a_turn_ends_with_what_was_done_in_it_however_that_ends() -> None:
    turns = Turns(1, 0)
    for _ in range(3):
        with pytest.raises(KeyError), turns.turn("x"):
            raise KeyError
    with turns.turn("x"), pytest.raises(Overloaded), turns.turn("y"):
        pass


def test_what_goes_wrong_meanwhile_costs_no_turn() -> None:
    turns = Turns(1, 0)

    @contextmanager
    def broken() -> Iterator[None]:
        raise OSError
        yield

    turns.meanwhile = broken
    with pytest.raises(OSError), turns.turn("x"):
        raise AssertionError("not reached")
    turns.meanwhile = lambda: threading.Lock()
    with turns.turn("x"):
        pass


def test_who_waits_and_works_is_replaced_meanwhile_and_who_is_sent_away_is_not() -> None:
    standing_in: list[int] = []

    @contextmanager
    def stand_in() -> Iterator[None]:
        standing_in.append(1)
        yield
        standing_in.append(-1)

    people = Crowd(Turns(1, 1))
    people.turns.meanwhile = stand_in
    for name in ("a", "b", "c"):
        people.come(name, "x")
    wait_until(lambda: len(standing_in) == 2)
    assert standing_in == [1, 1]
    assert people.serve_all() == ["a", "no c", "b"]
    assert sum(standing_in) == 0
