"""A client's secret that was found right costs little from then on; everything else costs what it did."""

from __future__ import annotations

import pytest

from sso_portal.base.hashing import ProvingHasher, SecretHasher


class Counting(SecretHasher):
    """Counts what it is made to compute."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.computed = 0

    def matches(self, secret: str, stored: str | None) -> bool:
        self.computed += 1
        return super().matches(secret, stored)


@pytest.fixture
def costs() -> Counting:
    return Counting()


def test_a_right_secret_is_computed_once(costs: Counting) -> None:
    proving, stored = ProvingHasher(costs), costs.hash("the secret")
    assert [proving.matches("the secret", stored) for _ in range(5)] == [True] * 5
    assert costs.computed == 1


def test_a_wrong_one_is_computed_each_time(costs: Counting) -> None:
    proving, stored = ProvingHasher(costs), costs.hash("the secret")
    assert proving.matches("the secret", stored)
    assert not any(proving.matches(wrong, stored) for wrong in ("the secre", "the secret ", "", "the secret\0", "x"))
    assert costs.computed == 6


def test_the_same_secret_stored_anew_is_another(costs: Counting) -> None:
    proving, first, second = ProvingHasher(costs), costs.hash("the secret"), costs.hash("the secret")
    assert proving.matches("the secret", first)
    assert proving.matches("the secret", second)
    assert costs.computed == 2
    assert not proving.matches("the secret", costs.hash("its successor"))


def test_nobody_without_a_secret_has_one(costs: Counting) -> None:
    proving = ProvingHasher(costs)
    assert not any(proving.matches(secret, None) for secret in ("", "None", "nobody has this password"))
    assert costs.computed == 3


def test_what_is_kept_is_bounded_and_tells_nothing(costs: Counting) -> None:
    proving, secrets = ProvingHasher(costs, most=3), [f"secret number {number}" for number in range(8)]
    stored = {secret: costs.hash(secret) for secret in secrets}
    assert all(proving.matches(secret, stored[secret]) for secret in secrets)
    assert len(proving._proven) <= 3
    assert not any(secret.encode() in mark for secret in secrets for mark in proving._proven)


def test_two_processes_keep_different_marks(costs: Counting) -> None:
    stored = costs.hash("the secret")
    here, there = ProvingHasher(costs), ProvingHasher(costs)
    assert here.matches("the secret", stored)
    assert there.matches("the secret", stored)
    assert here._proven.isdisjoint(there._proven)
