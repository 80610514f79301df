"""Threads of a site are in the site's world: one that it starts while it is being served, and what it gives to a pool.

Only the place is carried over. Whatever else a framework keeps for a request is not there in the thread, just as it is
not in production.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sso_testkit.here import Here, here, placed


def _starting_here(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    @functools.wraps(start)
    def start_anywhere(thread: threading.Thread) -> None:
        where = here()
        if where is None:
            start(thread)
            return
        run = thread.run

        def run_there() -> None:
            put_back()
            with placed(where):
                run()

        put_back = _exchanged(thread, run_there)
        try:
            start(thread)
        except BaseException:
            put_back()
            raise

    return start_anywhere


def _exchanged(thread: threading.Thread, run: Callable[[], object]) -> Callable[[], None]:
    """Let a thread do something else; answers how to undo it."""
    own = vars(thread)
    before = own.get("run")
    own["run"] = run

    def put_back() -> None:
        if before is None:
            own.pop("run", None)
        else:
            own["run"] = before

    return put_back


def _submitting_here(submit: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    @functools.wraps(submit)
    def submit_anywhere(pool: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        where = here()
        if where is None:
            return submit(pool, work, *args, **kwargs)
        # A pool may outlive its world: its threads belong nowhere, and each piece of work to where it came from.
        with placed(None):
            return submit(pool, _at(where, work), *args, **kwargs)

    return submit_anywhere


def _at(where: Here, work: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(work)
    def work_there(*args: Any, **kwargs: Any) -> Any:
        with placed(where):
            return work(*args, **kwargs)

    return work_there


threading.Thread.start = _starting_here(threading.Thread.start)  # type: ignore[method-assign, assignment]
ThreadPoolExecutor.submit = _submitting_here(ThreadPoolExecutor.submit)  # type: ignore[method-assign]
