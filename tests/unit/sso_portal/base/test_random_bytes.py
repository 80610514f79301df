"""Random bytes are drawn many at once, and none is given out twice: by no thread, in no process."""

from __future__ import annotations

import os
import threading

import pytest

from sso_portal.base import ids


def drawn(count: int) -> list[str]:
    return [ids.trace() for _ in range(count)]


def test_threads_that_draw_at_once_get_different_ones() -> None:
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(drawn(2_000))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [one for some in found for one in some]
    assert len(set(everything)) == len(everything) == 16_000


def in_a_copy() -> list[str]:
    """What a process draws that is copied from this one."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, " ".join(drawn(100)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        found = told.read().split()
    assert os.waitpid(child, 0)[1] == 0
    return found


def test_a_copied_process_draws_its_own() -> None:
    ids.trace()
    first, second, own = in_a_copy(), in_a_copy(), drawn(100)
    assert len({*first, *second, *own}) == 300


def test_a_process_that_is_copied_while_a_thread_draws_can_draw() -> None:
    with ids._pool._lock:
        assert len(set(in_a_copy())) == 100


@pytest.mark.parametrize("length", [0, 1, 22, 43, 700, 5_000])
def test_strings_have_the_length_that_was_asked_for(length: int) -> None:
    assert len(ids.alphanumeric(length)) == length
    assert length < 22 or ids.alphanumeric(length) != ids.alphanumeric(length)


@pytest.mark.parametrize("end", [1, 2, 3, 255, 256, 257, 10**6])
def test_numbers_are_below_their_end_and_reach_up_to_it(end: int) -> None:
    found = [ids.number_below(end) for _ in range(3_000)]
    assert min(found) >= 0
    assert max(found) < end
    if end <= 257:
        # Chance leaves one of 257 out of 3000 draws in one run of 500; whether any end is missing is what counts.
        assert len(set(found)) > end * 0.97
    assert abs(sum(found) / len(found) - (end - 1) / 2) < end / 20


@pytest.mark.parametrize("end", [0, -1])
def test_there_is_no_number_below_nothing(end: int) -> None:
    with pytest.raises(ValueError, match="below"):
        ids.number_below(end)
