"""Used once, on both databases."""

from __future__ import annotations

from sso_portal.base.hashing import TokenHasher
from sso_portal.services.maintenance import sweep
from sso_portal.services.once import Once
from sso_portal.storage.database import Database
from sso_portal.storage.once import OnceStore
from sso_testkit import MovableClock
from sso_testkit.together import together
from tests.support.records import NOW


def once(database: Database) -> Once:
    """The service over a database."""
    return Once(database.transaction, TokenHasher(b"k" * 32))


def test_of_twenty_uses_at_once_one_is_the_first(database: Database) -> None:
    assert sorted(together(20, lambda _number: once(database).first_use("a", "b", NOW))) == [False] * 19 + [True]
    assert once(database).first_use("a", "b", NOW + 100) is False


def test_each_kind_and_value_has_a_first_use_of_its_own(database: Database) -> None:
    for kind, value in (("a", "b"), ("a", "c"), ("b", "b"), ("a", "x" * 10_000), ("a", "\ud800"), ("a", "密\x00")):
        assert once(database).first_use(kind, value, NOW) is True
        assert once(database).first_use(kind, value, NOW) is False


def test_what_is_not_accepted_any_more_is_swept_a_minute_later(database: Database) -> None:
    clock = MovableClock(NOW)
    once(database).first_use("a", "soon", NOW)
    once(database).first_use("a", "later", NOW + 1)
    for seconds, gone in ((0, 0), (60, 0), (1, 1), (1, 1), (60, 0)):
        clock.advance(seconds)
        assert sweep(database.transaction, clock)["used_once"] == gone
    with database.transaction() as work:
        assert OnceStore(work).use("x" * 64, NOW) is True
