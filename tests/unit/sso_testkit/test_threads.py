"""What a site does in threads of its own, it does in its world."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import pytest
import requests

from sso_testkit import SingleSignOn
from sso_testkit.here import here
from sso_testkit.sso import PORTAL

SHOP = "https://shop.example.test"
Run = Callable[[Callable[[], Any]], Any]


def _in_a_thread(work: Callable[[], Any]) -> Any:
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    thread.join(10)
    return answers[0]


class _Worker(threading.Thread):
    """A thread that says itself what it does."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work = work
        self.answer: Any = None

    def run(self) -> None:
        self.answer = self.work()


def _in_a_worker(work: Callable[[], Any]) -> Any:
    worker = _Worker(work)
    worker.start()
    worker.join(10)
    return worker.answer


def _in_a_pool(work: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(10)


def _mapped(work: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return next(pool.map(lambda _: work(), [1]))


def _by_a_timer(work: Callable[[], Any]) -> Any:
    answers: list[Any] = []
    timer = threading.Timer(0, lambda: answers.append(work()))
    timer.start()
    timer.join(10)
    return answers[0]


def _beside_a_loop(work: Callable[[], Any]) -> Any:
    async def ask() -> Any:
        return await asyncio.get_running_loop().run_in_executor(None, work)

    return asyncio.run(ask())


_WAYS = [_in_a_thread, _in_a_worker, _in_a_pool, _mapped, _by_a_timer, _beside_a_loop]


@pytest.mark.parametrize("run", _WAYS)
def test_a_thread_of_a_site_is_in_its_world(sso: SingleSignOn, run: Run) -> None:
    def ask() -> bytes:
        return b"%d %s" % (time.time(), requests.get(f"{PORTAL}/healthz", timeout=5).content)

    def site(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = run(ask)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body]

    joined = sso.add_site(SHOP, site)
    # Mutant: a thread begins outside of every world, where the portal's name means nothing.
    assert sso.browser().open(joined.url("/")).text == f'{sso.clock.now()} {{"status":"alive"}}'
    assert {hop.actor for hop in sso.journal.hops if hop.url == f"{PORTAL}/healthz"} == {"shop.example.test"}


@pytest.mark.parametrize("run", _WAYS)
def test_a_thread_from_outside_is_outside(run: Run) -> None:
    assert run(here) is None


@pytest.fixture
def lasting_pool() -> Iterator[ThreadPoolExecutor]:
    """One thread that is there before the worlds and after them."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_a_pool_belongs_to_no_world(make_sso: Callable[..., SingleSignOn], lasting_pool: ThreadPoolExecutor) -> None:
    worlds = [make_sso().world, make_sso().world]
    seen = []
    for world in worlds:
        with world.entered("shop.example.test"):
            where = lasting_pool.submit(here).result(10)
            assert where is not None
            seen.append(where.world)
    # Mutant: the pool's thread, which the first world has started, stays there.
    assert seen == worlds
    assert lasting_pool.submit(here).result(10) is None


def test_only_the_place_is_carried_over(sso: SingleSignOn) -> None:
    kept: ContextVar[str] = ContextVar("kept", default="nothing")
    with sso.world.entered():
        kept.set("something of this request")
        # Mutant: the whole context is copied; then a site that forgets something works here and not in production.
        assert _in_a_thread(kept.get) == _in_a_pool(kept.get) == "nothing"


def test_a_thread_that_cannot_be_started_is_as_it_was(sso: SingleSignOn) -> None:
    worker = _Worker(here)
    with sso.world.entered():
        worker.start()
        worker.join(10)
        with pytest.raises(RuntimeError, match="threads can only be started once"):
            worker.start()
    assert worker.answer is not None
    worker.run()
    assert worker.answer is None
