"""The workers: each a process with a world of its own, or with connections of its own to a portal that runs."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import Any

from sso_testkit.load.flows import Flow, find_flow, find_function
from sso_testkit.load.outcome import Outcome, Result, kind_of
from sso_testkit.load.plan import Plan
from sso_testkit.load.running import RunningSingleSignOn
from sso_testkit.sso import SingleSignOn

_START_SECONDS = 300


class WorkerLost(RuntimeError):
    """A worker could not begin, or its process has ended before its flows were walked."""


def run(plan: Plan) -> Result:
    """Walk all flows; the workers begin together. Raises :class:`WorkerLost`."""
    if plan.workers == 1:
        return Result([work(plan, 0, lambda: None)])
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(plan.workers)
    receivers, processes = [], []
    for number in range(plan.workers):
        receiver, sender = context.Pipe(duplex=False)
        processes.append(context.Process(target=_in_process, args=(plan, number, start, sender), daemon=True))
        processes[-1].start()
        # The worker's own end is the only one left: when its process dies, reading ends.
        sender.close()
        receivers.append(receiver)
    told = [_heard(receiver) for receiver in receivers]
    for process in processes:
        process.join()
    lost = sorted(answer for answer in told if isinstance(answer, str))
    if lost:
        raise WorkerLost(lost[0])
    return Result([answer for answer in told if isinstance(answer, Outcome)])


def work(plan: Plan, number: int, ready: Callable[[], Any]) -> Outcome:
    """Walk one worker's share. A flow goes before, which is not counted: what is built on a first visit is there then;
    after it the worker says that it is ``ready``, and begins when the others are."""
    with TemporaryDirectory() as folder:
        sso = _surroundings(plan, Path(folder))
        try:
            flow = find_flow(plan.flow)
            _walk(flow, sso)
            ready()
            return _walk_often(flow, sso, plan.share(number))
        finally:
            sso.close()


def _walk_often(flow: Flow, sso: Any, times: int) -> Outcome:
    seconds, failures = [], []
    began = time.perf_counter()
    for _ in range(times):
        started = time.perf_counter()
        failure = _walk(flow, sso)
        if failure:
            failures.append(failure)
        else:
            seconds.append(time.perf_counter() - started)
    return Outcome(tuple(seconds), tuple(failures), time.perf_counter() - began)


def _walk(flow: Flow, sso: Any) -> str:
    """Once, in a new browser; answers the kind of the failure, or nothing."""
    try:
        flow(sso.browser(), sso)
    except (KeyboardInterrupt, SystemExit):
        raise
    # What pytest's own functions raise is no Exception.
    except BaseException as error:
        return kind_of(error)
    finally:
        sso.journal.clear()
    return ""


def _surroundings(plan: Plan, folder: Path) -> Any:
    if plan.url:
        return RunningSingleSignOn(plan.url, plan.addresses)
    sso = SingleSignOn(folder)
    sso.add_person("zp", "penadmin", name="张鹏")
    if plan.prepare:
        find_function(plan.prepare)(sso)
    return sso


def _in_process(plan: Plan, number: int, start: Barrier, sender: Connection) -> None:
    try:
        sender.send(work(plan, number, lambda: start.wait(_START_SECONDS)))
    except BaseException as error:
        start.abort()
        sender.send(f"worker {number + 1} could not go on: {kind_of(error)}")
        raise


def _heard(receiver: Connection) -> Outcome | str:
    try:
        answer: Outcome | str = receiver.recv()
    except EOFError:
        return "worker process lost"
    return answer
