"""Argon2id in memory of its own: what the reference implementation says, and nothing is kept for long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import HashingError, VerifyMismatchError
from argon2.low_level import Type, ffi, hash_secret

from sso_portal.base import memory_hard
from sso_portal.base.memory_hard import Argon2id
from sso_portal.base.spares import Spares

SECRET = b"a secret"
SALT = b"a salt of 16 byt"


class NoFunctions:
    """The library's door to C, on a system that lets nobody make functions."""

    def __getattr__(self, name: str) -> Any:
        return getattr(ffi, name)

    def callback(self, *_: object) -> None:
        """Refused."""
        raise MemoryError


@pytest.fixture(params=["own memory", "the C library's memory"])
def argon2id(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Argon2id]:
    """With each of the two ways to memory."""
    if request.param != "own memory":
        monkeypatch.setattr(memory_hard, "ffi", NoFunctions())
    memory_hard._allocator.cache_clear()
    yield Argon2id(time_cost=1, memory_cost=64, parallelism=1)
    memory_hard._allocator.cache_clear()


@pytest.mark.parametrize("kind", list(Type))
@pytest.mark.parametrize("version", [16, 19])
@pytest.mark.parametrize(("passes", "memory", "lanes"), [(1, 8, 1), (2, 64, 1), (3, 100, 4), (1, 5000, 2)])
def test_what_the_library_has_made_is_right(
    argon2id: Argon2id, kind: Type, version: int, passes: int, memory: int, lanes: int
) -> None:
    stored = hash_secret(SECRET, SALT, passes, memory, lanes, 24, kind, version).decode()
    assert argon2id.matches(SECRET, stored)
    assert not argon2id.matches(SECRET + b"\0", stored)
    assert not argon2id.matches(b"", stored)
    assert argon2id.is_outdated(stored)
    if version == 16:
        assert argon2id.matches(SECRET, stored.replace("$v=16", "")), "as it was written before there was a version"


@pytest.mark.parametrize("secret", [b"", b"x", b"a\0b", "密码".encode(), b"\xff" * 1000])
def test_what_it_makes_the_library_finds_right(argon2id: Argon2id, secret: bytes) -> None:
    stored = argon2id.hash(secret)
    assert PasswordHasher().verify(stored, secret)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(stored, secret + b"x")
    assert argon2id.matches(secret, stored)
    assert stored != argon2id.hash(secret)
    assert not argon2id.is_outdated(stored)


def test_other_costs_are_outdated_costs() -> None:
    mine = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}
    stored = Argon2id(**mine).hash(SECRET)
    for name in mine:
        assert Argon2id(**{**mine, name: mine[name] + 1}).is_outdated(stored), name
    with pytest.raises(ValueError, match="not the stored form"):
        Argon2id(**mine).is_outdated("something else")


def test_a_decoy_costs_the_same_and_is_nobodys() -> None:
    argon2id = Argon2id(time_cost=2, memory_cost=64, parallelism=1)
    decoy = argon2id.decoy()
    assert not argon2id.is_outdated(decoy)
    assert not argon2id.matches(b"nobody has this password", decoy)
    assert decoy != argon2id.decoy()
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(decoy, SECRET)


GOOD = hash_secret(SECRET, SALT, 1, 64, 1, 32, Type.ID).decode()
BODY = GOOD.split("$", 4)[4]


@pytest.mark.parametrize(
    "stored",
    [
        *[
            "",
            "$",
            "not a hash",
            "keyed",
            GOOD[:-1],
            GOOD + "A",
            GOOD + "\n",
            f" {GOOD}",
            GOOD.replace("argon2id", "argon2"),
        ],
        *[f"$argon2id$v=19$m={memory},t=1,p=1${BODY}" for memory in ("0", "-64", "٦٤", "9" * 100)],
        f"$argon2id$v=19$m=64,t=0,p=1${BODY}",
        f"$argon2id$v=19$m=64,t=1,p=0${BODY}",
        f"$argon2id$v=19$m=64,t=1,p=999999999${BODY}",
        f"$argon2id$v=20$m=64,t=1,p=1${BODY}",
        "$argon2id$v=19$m=64,t=1,p=1$YQ$YQ",
        "$argon2id$v=19$m=64,t=1,p=1$YWFhYWFhYWE$YWE=",
        "$argon2id$v=19$m=64,t=1,p=1$YWFhYWFhYWE$Y",
    ],
)
def test_what_cannot_be_read_or_computed_is_nobodys(argon2id: Argon2id, stored: str) -> None:
    assert not argon2id.matches(SECRET, stored)
    assert not argon2id.matches(b"", stored)


def test_where_there_is_no_memory_left_nothing_matches_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    argon2id = Argon2id(time_cost=1, memory_cost=64, parallelism=1)

    def full(_size: int) -> Any:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(memory_hard, "_memory", full)
    assert not argon2id.matches(SECRET, GOOD)
    with pytest.raises(HashingError, match="emory"):
        argon2id.hash(SECRET)


def test_impossible_costs_are_told() -> None:
    with pytest.raises(HashingError):
        Argon2id(time_cost=1, memory_cost=1, parallelism=1).hash(SECRET)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the system is asked for."""
    found: list[Any] = []

    def memory(size: int) -> Any:
        found.append(real(size))
        assert len(found[-1]) >= size
        return found[-1]

    real = memory_hard._memory
    monkeypatch.setattr(memory_hard, "_memory", memory)
    monkeypatch.setattr(memory_hard, "_spares", Spares(0.05, memory_hard._close))
    return found


def test_a_little_memory_is_taken_for_each_hash_and_given_back_at_once(taken: list[Any]) -> None:
    argon2id = Argon2id(time_cost=1, memory_cost=64, parallelism=1)
    stored = argon2id.hash(SECRET)
    assert argon2id.matches(SECRET, stored)
    assert not argon2id.matches(b"another", stored)
    assert [each.closed for each in taken] == [True] * 3
    assert not memory_hard._blocks


def test_much_memory_waits_for_the_next_hash_and_is_given_back_when_there_is_none(taken: list[Any]) -> None:
    argon2id = Argon2id(time_cost=1, memory_cost=4096, parallelism=1)
    stored = argon2id.hash(SECRET)
    assert argon2id.matches(SECRET, stored)
    assert not argon2id.matches(b"another", stored)
    # Whoever was slow between two of them has found it gone.
    assert 1 <= len(taken) <= 3
    assert not memory_hard._blocks
    until = time.monotonic() + 30
    while not all(each.closed for each in taken) and time.monotonic() < until:
        time.sleep(0.01)
    assert all(each.closed for each in taken)
    assert argon2id.matches(SECRET, stored)


def test_nothing_of_a_secret_stays_in_memory_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_hard, "_spares", Spares(30, memory_hard._close))
    Argon2id(time_cost=1, memory_cost=4096, parallelism=1).hash(SECRET)
    block = memory_hard._spares.take(4096 * 1024)
    assert block is not None
    held = bytes(ffi.buffer(ffi.cast("uint8_t *", block.start), 4096 * 1024))
    assert held.count(0) == len(held)
    memory_hard._close(block)


def test_a_block_begins_where_a_large_page_does() -> None:
    where = ffi.new("uint8_t **")
    for size in (1024, 4 * 2**20):
        assert memory_hard._take(where, size) == 0
        start = int(ffi.cast("uintptr_t", where[0]))
        assert start % 2**21 == 0
        block = memory_hard._blocks[start]
        first = int(ffi.cast("uintptr_t", block.view))
        assert first <= start
        assert start + size <= first + len(block.memory), "it ends inside what was taken"
        memory_hard._give_back(where[0], size)
    assert not memory_hard._blocks


def test_several_threads_hash_at_once() -> None:
    argon2id = Argon2id(time_cost=1, memory_cost=1024, parallelism=2)
    stored, answers = argon2id.hash(SECRET), []

    def look(number: int) -> None:
        secret = b"another" if number % 2 else SECRET
        answers.extend(argon2id.matches(secret, stored) is (secret == SECRET) for _ in range(20))

    threads = [Thread(target=look, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 80
    assert not memory_hard._blocks
