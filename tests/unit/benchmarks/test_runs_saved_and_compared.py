"""A run as a file, what has changed since the one before, and what is printed of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.measuring import Measured
from benchmarks.report import lines_of, lines_of_changes
from benchmarks.results import Counts, Found, Run, compare, load, save


def measured(operation: str, milliseconds: float, busy: float = 0.2) -> Measured:
    """A row."""
    return Measured(operation, milliseconds, (milliseconds,), 100.0, 5.0, 9.0, 300, 0, busy)


def run(*rows: Measured, hello: float = 0.1, name: str = "portal on waitress") -> Run:
    """A run with one provider."""
    found = Found(name, 0.9, (70.0, 3.5), rows, ("a note",), ("an operation",), {"refresh": Counts(4, 1)})
    return Run("2 cores, 4 GiB, Python 3.11", "0.1", "2030-01-01", hello, 16.0, (found,))


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    saved = run(measured("refresh", 0.4), measured("jwks", 0.1))
    save(saved, tmp_path / "new" / "portal.json")
    assert load(tmp_path / "new" / "portal.json") == saved


def test_before_the_first_run_there_is_none(tmp_path: Path) -> None:
    assert load(tmp_path / "portal.json") is None


def test_costs_are_compared_as_multiples_of_hello_world() -> None:
    # A machine that is twice as slow says nothing about the code.
    (change,) = compare(run(measured("refresh", 0.8), hello=0.2), run(measured("refresh", 0.4), hello=0.1))
    assert (change.ratio, change.is_slower) == (1.0, False)


def test_what_was_measured_beside_counts_more_than_the_whole_run() -> None:
    row = replace(measured("refresh", 0.4), hellos=3.0)
    of = run(row, measured("jwks", 0.4), hello=0.1)
    (found,) = of.providers
    assert [of.hellos(found, name) for name in ("refresh", "jwks", "userinfo")] == [3.0, 4.0, None]
    (change,) = compare(of, run(measured("refresh", 0.4), hello=0.2))
    assert (change.before, change.now) == (2.0, 3.0)
    assert "3.00" in "\n".join(lines_of(found, of))


@pytest.mark.parametrize(("now", "slower"), [(0.44, False), (0.45, True), (0.2, False)])
def test_more_than_ten_percent_is_slower(now: float, slower: bool) -> None:
    (change,) = compare(run(measured("refresh", now)), run(measured("refresh", 0.4)))
    assert change.is_slower is slower
    assert ("SLOWER" in "\n".join(lines_of_changes([change]))) is slower


def test_only_what_both_have_is_compared_worst_first() -> None:
    before = run(measured("refresh", 0.4), measured("jwks", 0.1), measured("userinfo", 0.2))
    now = run(measured("refresh", 0.4), measured("jwks", 0.2), measured("discovery", 0.1))
    assert [change.operation for change in compare(now, before)] == ["jwks", "refresh"]
    assert compare(run(measured("jwks", 1), name="another"), before) == []
    assert compare(now, replace(before, hello_milliseconds=0.0)) == []


def test_without_a_saved_run_that_is_said() -> None:
    assert "no saved run" in "\n".join(lines_of_changes([]))


def test_the_printed_table_has_every_row_and_what_went_wrong() -> None:
    of = run(measured("refresh", 0.4), measured("jwks", 0.1, busy=0.97))
    text = "\n".join(lines_of(of.providers[0], of))
    assert "70 + 4 MiB" in text
    assert "refresh with rotation" in text
    assert "4.00" in text
    assert "not measured: an operation" in text
    assert "the load itself was the limit of how many a second: JWKS" in text
    assert "beside its hash" not in text
    beside = replace(of.providers[0], around_the_hash=12.34)
    assert "beside its hash a sign-in costs 12.3 hello worlds" in "\n".join(lines_of(beside, of))
