"""Hashing in threads of its own, which step back behind the others."""

from __future__ import annotations

import os
import threading

import pytest
from argon2.exceptions import HashingError

from sso_portal.base.hashing import ProvingHasher, SecretHasher
from sso_portal.cli.hashing_threads import HashingThreads
from sso_testkit.together import together


def priority() -> bytes:
    thread = threading.get_native_id()
    return f"{threading.current_thread().name} {os.getpriority(os.PRIO_PROCESS, thread)}".encode()


def test_they_step_back_and_nobody_else_does() -> None:
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    name, behind = HashingThreads(1).compute(priority).decode().split()
    assert name.startswith("hashing")
    assert int(behind) == min(own + 5, 19)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own


def test_where_it_is_forbidden_they_work_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", forbidden)
    assert HashingThreads(1).compute(lambda: b"done") == b"done"


def test_no_more_than_so_many_at_once() -> None:
    threads, names = HashingThreads(2), set()

    def work(_number: int) -> None:
        for _ in range(20):
            names.add(threads.compute(lambda: threading.current_thread().name.encode()))

    together(8, work)
    assert 1 <= len(names) <= 2


def test_what_goes_wrong_there_is_told_here() -> None:
    def impossible() -> bytes:
        raise HashingError("no memory")

    with pytest.raises(HashingError, match="no memory"):
        HashingThreads(1).compute(impossible)


def test_passwords_and_chosen_secrets_are_hashed_by_them() -> None:
    computed: list[int] = []
    threads = HashingThreads(1)
    hasher = SecretHasher(time_cost=1, memory_cost=64, parallelism=1)
    proving = ProvingHasher(hasher)

    def compute(hashing: object) -> bytes:
        computed.append(threading.get_ident())
        return threads.compute(hashing)  # type: ignore[arg-type]

    hasher.compute_by(compute)
    stored = hasher.hash("a secret")
    assert hasher.matches("a secret", stored)
    assert not hasher.matches("another", stored)
    assert not hasher.matches("a secret", None)
    assert proving.matches("a secret", stored)
    assert proving.matches("a secret", stored), "which is known now"
    assert proving.hash("a secret") != stored
    assert len(computed) == 6
