"""One run: hello world, then one provider after the other, each alone on its core."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from argon2 import PasswordHasher

from benchmarks.counts import counts_of_operations
from benchmarks.hello import hello_server
from benchmarks.hello import provider_of as hello_of
from benchmarks.machine import how_busy, machine
from benchmarks.measuring import Effort, measure, what_can_be_measured
from benchmarks.operations import OPERATIONS, Hello, Operation, SignIn
from benchmarks.peers import NotInstalled, Peer
from benchmarks.portal import provider_of
from benchmarks.processes import leave_the_measured_core, on_the_measured_core, resident_bytes
from benchmarks.provider import Provider
from benchmarks.report import lines_of
from benchmarks.results import Found, Run
from benchmarks.served import ServedPortal
from benchmarks.server import Server
from sso_portal.settings.areas import Security

_HASHES = 7
_QUIET_SECONDS = 1
_TURNS = 5


class Suite:
    """Measures and tells; ``run`` is what has been found so far."""

    def __init__(self, effort: Effort, kinds: Sequence[type[Operation]] = OPERATIONS) -> None:
        """Begin with what ratios refer to."""
        self._effort = effort
        self._kinds = kinds
        busy = how_busy()
        alone = leave_the_measured_core()
        size = machine() if alone else f"{machine()}; the load was made on the core that is measured"
        self._hellos = [_hello(effort)]
        taken = datetime.now(UTC).date().isoformat()
        hashed = _hash_milliseconds()
        # In hello worlds, each time of the same moment.
        self._hashes = [hashed / self._hellos[0]]
        self.run = Run(size, busy, taken, self._hellos[0], hashed, ())
        print(f"{size}; {busy}")
        print(f"hello world {self.run.hello_milliseconds:.3f} ms, a password hash {self.run.hash_milliseconds:.1f} ms")

    def add_portal(self, server: str, serve: tuple[str, ...] = (), *, counted: bool = True) -> None:
        """Measure the portal on one of its servers; ``counted``: count what it sends to the database too."""
        with tempfile.TemporaryDirectory() as name:
            served = ServedPortal(Path(name), server=server, serve=serve)
            served.start()
            found = self._measure(served, lambda: provider_of(served), (), hashes=True)
        if counted:
            with tempfile.TemporaryDirectory() as name:
                found = replace(found, counts=counts_of_operations(Path(name)))
        self._keep(found)

    def add_peer(self, peer: Peer) -> None:
        """Install and measure another one; when that cannot be done it is said, and the run goes on."""
        try:
            peer.install()
            with tempfile.TemporaryDirectory() as name:
                server = peer.serve(Path(name))
                found = self._measure(server, lambda: peer.provider(server), peer.notes)
        except (NotInstalled, RuntimeError, OSError) as error:
            found = Found(peer.name, 0.0, (), (), peer.notes, (f"everything: {error}",))
        self._keep(found)

    def _measure(
        self, server: Server, sign_in: Callable[[], Provider], notes: tuple[str, ...], *, hashes: bool = False
    ) -> Found:
        around = None
        try:
            provider = sign_in()
            with _hello_world() as hello:
                rows, wrong = what_can_be_measured(provider, self._kinds, self._effort, hello)
                self._hashes.append(_hash_milliseconds() / measure(hello, self._effort).cpu_milliseconds)
                if hashes and SignIn in self._kinds:
                    around = self._around_the_hash(SignIn(provider), hello)
            # What is only kept for a moment, in case that more is asked, is not what a process holds.
            time.sleep(_QUIET_SECONDS)
            memory = tuple(round(each / 2**20, 1) for each in resident_bytes(server.pid))
        finally:
            server.stop()
        ready = round(server.ready_seconds, 3)
        return Found(provider.name, ready, memory, tuple(rows), notes, tuple(wrong), around_the_hash=around)

    def _around_the_hash(self, sign_in: SignIn, hello: Hello) -> float:
        effort = replace(self._effort, rounds=1, scale=self._effort.scale / 2)
        found = []
        for _ in range(_TURNS):
            hashed = [_hash_milliseconds()]
            whole = measure(sign_in, effort, hello)
            hashed.append(_hash_milliseconds())
            # In the hello worlds of the same moment.
            found.append(whole.hellos * (1 - statistics.mean(hashed) / whole.cpu_milliseconds))
        return round(statistics.median(found), 2)

    def _keep(self, found: Found) -> None:
        # Once more after each provider: a machine has moods, and they are not the provider's.
        self._hellos.append(_hello(self._effort))
        hello = round(statistics.median(self._hellos), 4)
        hashed = round(statistics.median(self._hashes) * hello, 3)
        providers = (*self.run.providers, found)
        self.run = replace(self.run, hello_milliseconds=hello, hash_milliseconds=hashed, providers=providers)
        print("\n".join(lines_of(found, self.run)), flush=True)


@contextmanager
def _hello_world() -> Iterator[Hello]:
    with tempfile.TemporaryDirectory() as name:
        server = hello_server(Path(name))
        server.start()
        try:
            yield Hello(hello_of(server))
        finally:
            server.stop()


def _hello(effort: Effort) -> float:
    with _hello_world() as hello:
        return measure(hello, effort).cpu_milliseconds


def _hash_milliseconds() -> float:
    """One argon2id hash as the portal makes it by itself."""
    security = Security(secret="")
    hasher = PasswordHasher(security.argon2_time_cost, security.argon2_memory_kib, security.argon2_parallelism)
    costs = []
    with on_the_measured_core():
        for _ in range(_HASHES):
            began = time.process_time()
            hasher.hash("a password")
            costs.append(time.process_time() - began)
    return round(statistics.median(costs) * 1000, 3)
