"""What a process and its children have used, as the operating system says (proc(5)), and where it may run."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_ITS_RUNNING_TIME = 2


@contextmanager
def on_the_measured_core() -> Iterator[None]:
    """What is started inside the block runs on the first core alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every_core())})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def leave_the_measured_core() -> bool:
    """Keep this process, which makes the load, off that core; ``False`` where there is no other."""
    others = every_core() - {min(every_core())}
    if others:
        os.sched_setaffinity(0, others)
    return bool(others)


def end_well() -> None:
    """Whoever ends this process by SIGTERM ends what it has started too: its ``finally`` blocks run."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def every_core() -> set[int]:
    """The cores that this process was started with."""
    return _CORES


_CORES = set(os.sched_getaffinity(0))


def family(pid: int) -> list[int]:
    """A process and all that it has started."""
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    except OSError:
        # It has ended meanwhile.
        return found
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children, of threads that have ended too: user and system."""
    return sum(_cpu(each) for each in family(pid))


def _cpu(pid: int) -> float:
    # The clock of another process (clock_getcpuclockid(3)): it counts nanoseconds, where /proc/PID/stat has 10 ms.
    try:
        return time.clock_gettime((~pid << 3) | _ITS_RUNNING_TIME)
    except OSError:
        return 0.0


def resident_bytes(pid: int) -> list[int]:
    """Memory in RAM of a process and of each of its children; what they share is counted for each."""
    found = []
    for each in family(pid):
        try:
            found.append(int(Path(f"/proc/{each}/statm").read_text().split()[1]) * _PAGE)
        except OSError:
            continue
    return found
