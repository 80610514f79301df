"""The relay of threads: one answers whatever is quick, and what takes long keeps nobody waiting."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from sso_portal.cli.relay import Relay, Task

LONG = 30


class Answer:
    """An answer that takes as long as it is told to."""

    def __init__(self, action: Callable[[], None] = lambda: None) -> None:
        self.action = action
        self.begun, self.end, self.done = threading.Event(), threading.Event(), threading.Event()
        self.thread = 0
        self.is_cancelled = False

    def service(self) -> None:
        self.thread = threading.get_ident()
        self.begun.set()
        self.action()
        self.done.set()

    def cancel(self) -> None:
        self.is_cancelled = True

    def wait(self) -> None:
        assert self.end.wait(LONG)


def slow() -> Answer:
    answer = Answer()
    answer.action = answer.wait
    return answer


class House:
    """A relay whose post waits for what is asked here."""

    def __init__(self, threads: int, *, shares: bool = False) -> None:
        self.relay = Relay(threads, shares=shares)
        self.asked: queue.SimpleQueue[Task | Exception | None] = queue.SimpleQueue()
        self.relay.look, self.relay.wake = self.look, lambda: self.asked.put(None)
        self.goes_on = True
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self.run)

    def look(self) -> bool:
        try:
            task = self.asked.get(block=not self.relay.presses, timeout=LONG)
        except queue.Empty:
            return self.goes_on
        if isinstance(task, Exception):
            raise task
        if task is not None:
            self.relay.add_task(task)
        return self.goes_on

    def run(self) -> None:
        try:
            self.relay.run()
        except ZeroDivisionError as error:
            self.failure = error

    def ask(self, answer: Answer) -> Answer:
        self.asked.put(answer)
        return answer

    def stop(self) -> None:
        self.goes_on = False
        self.asked.put(None)
        self.thread.join(LONG)
        assert not self.thread.is_alive()


@contextmanager
def house(threads: int, *, shares: bool = False) -> Iterator[House]:
    built = House(threads, shares=shares)
    built.thread.start()
    try:
        yield built
    finally:
        built.stop()


def test_one_thread_gives_all_answers_that_are_quick() -> None:
    with house(8) as told:
        answers = [told.ask(Answer()) for _ in range(500)]
        assert answers[-1].done.wait(LONG)
    # Another may have taken the post while the machine was busy with something else.
    assert len({answer.thread for answer in answers}) <= 3
    assert all(answer.done.is_set() for answer in answers)


def test_whoever_takes_long_is_relieved() -> None:
    with house(3) as told:
        first, second = told.ask(slow()), told.ask(slow())
        assert first.begun.wait(LONG)
        assert second.begun.wait(LONG)
        assert told.ask(Answer()).done.wait(LONG)
        assert first.thread != second.thread
        first.end.set()
        second.end.set()


def test_also_when_nothing_has_happened_for_a_while() -> None:
    with house(2) as told:
        assert told.ask(Answer()).done.wait(LONG)
        for _ in range(2):
            time.sleep(0.3)
            first = told.ask(slow())
            assert told.ask(Answer()).done.wait(LONG)
            first.end.set()


def test_as_many_answer_at_once_as_there_are_threads_and_one_stays_at_the_post() -> None:
    with house(2) as told:
        busy = [told.ask(slow()) for _ in range(2)]
        assert all(answer.begun.wait(LONG) for answer in busy)
        third = told.ask(Answer())
        while not told.asked.empty():
            time.sleep(0.001)
        assert not third.begun.wait(0.05)
        busy[1].end.set()
        assert third.done.wait(LONG)
        busy[0].end.set()


def test_a_thread_that_waits_leaves_its_place_to_another() -> None:
    with house(1) as told:

        def hash_slowly() -> None:
            with told.relay.stand_in():
                first.wait()

        first = Answer(hash_slowly)
        told.ask(first)
        assert first.begun.wait(LONG)
        second = told.ask(slow())
        assert second.begun.wait(LONG)
        third = told.ask(Answer())
        assert not third.begun.wait(0.05)
        first.end.set()
        assert first.done.wait(LONG)
        assert not third.begun.wait(0.05), "one answers at once, and the second still does"
        second.end.set()
        assert third.done.wait(LONG)
    assert told.relay._present == 0


def test_where_answers_are_mostly_waiting_the_post_is_handed_on_first() -> None:
    with house(4, shares=True) as told:
        busy = [told.ask(slow()) for _ in range(4)]
        assert all(answer.begun.wait(LONG) for answer in busy)
        for answer in busy:
            answer.end.set()
    assert len({answer.thread for answer in busy}) == 4


def test_an_answer_that_fails_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with house(1) as told, caplog.at_level(logging.ERROR):
        told.ask(Answer(lambda: 1 // 0))
        assert told.ask(Answer()).done.wait(LONG)
    assert "ZeroDivisionError" in caplog.text


def test_a_post_that_fails_ends_everything() -> None:
    with house(1) as told:
        told.asked.put(ZeroDivisionError())
        told.thread.join(LONG)
    assert told.failure is not None


def test_what_nobody_has_come_to_is_cancelled() -> None:
    with house(1) as told:
        first, left = told.ask(slow()), told.ask(Answer())
        assert first.begun.wait(LONG)
        while not told.asked.empty():
            time.sleep(0.001)
        told.goes_on = False
        told.asked.put(None)
        first.end.set()
    assert left.is_cancelled or left.done.is_set()


def test_under_a_mixture_everything_is_answered_once() -> None:
    counted: queue.SimpleQueue[int] = queue.SimpleQueue()

    def answer(number: int) -> Answer:
        def act() -> None:
            around: AbstractContextManager[None] | None = told.relay.stand_in() if number % 50 == 0 else None
            if around is not None:
                with around:
                    time.sleep(0.02)
            elif number % 31 == 0:
                time.sleep(0.015)
            counted.put(number)

        return Answer(act)

    with house(3) as told:
        answers = [told.ask(answer(number)) for number in range(1_000)]
        assert all(one.done.wait(LONG) for one in answers)
    assert sorted(counted.get() for _ in range(counted.qsize())) == list(range(1_000))
