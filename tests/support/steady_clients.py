"""Clients that ask a served portal again and again over connections that they keep, and count what became of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.support.served import Served

PATIENCE = 15
"""Seconds that nobody waits who is not kept waiting; less than servers wait for those that are slow."""
PATHS = ("/o/jwks/", "/o/login/", "/.well-known/openid-configuration", "/healthz")


@dataclass
class Counted:
    """How many answers were good, and what went wrong instead."""

    good: int = 0
    failed: list[str] = field(default_factory=list)
    asked_to_leave: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_for(self, more: int) -> None:
        """Until so many more were good."""
        wanted = self.good + more
        for _ in range(3000):
            if self.good >= wanted:
                return
            time.sleep(0.01)
        raise AssertionError(f"{self.good} instead of {wanted} good answers; failed: {self.failed[:3]}")


@contextmanager
def steady_clients(served: Served, threads: int = 6) -> Iterator[Counted]:
    """They ask as long as the block runs."""
    counted, stop = Counted(), threading.Event()
    workers = [threading.Thread(target=_ask, args=(served, counted, stop, number)) for number in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield counted
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def _ask(served: Served, counted: Counted, stop: threading.Event, number: int) -> None:
    with requests.Session() as http:
        http.trust_env = False
        while not stop.is_set() and len(counted.failed) < 100:
            try:
                answer = http.get(served.address + PATHS[number % len(PATHS)], timeout=PATIENCE)
                problem = "" if answer.status_code == 200 else f"status {answer.status_code}"
                leave = answer.headers.get("Connection", "").lower() == "close"
            except requests.RequestException as error:
                problem, leave = repr(error), False
            with counted.lock:
                counted.good += not problem
                counted.asked_to_leave += leave
                counted.failed += [problem] if problem else []
