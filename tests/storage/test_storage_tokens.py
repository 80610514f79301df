"""Tokens and families, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from sso_portal.storage.database import Database
from sso_portal.storage.tokens import Family, TokenStore
from sso_testkit.counting import counting
from sso_testkit.together import together
from tests.support.records import NOW, a_family, a_token, add_user


@pytest.fixture
def family(database: Database) -> Family:
    """A family in the database."""
    with database.transaction() as work:
        family = a_family(add_user(work).id, "sid")
        TokenStore(work).add_family(family)
        return family


def test_tokens_are_read_back_with_their_family(database: Database, family: Family) -> None:
    access, refresh = a_token(family, scope="权 " * 400), a_token(family, "refresh")
    with counting(database) as counted, database.transaction() as work:
        TokenStore(work).add_tokens(access, refresh)
    assert len(counted.statements) == 1
    with counting(database) as counted, database.transaction() as work:
        assert TokenStore(work).get(access.token_hash, "access") == (access, family)
    assert len(counted.statements) == 1
    with database.transaction() as work:
        assert TokenStore(work).get(refresh.token_hash, "refresh") == (refresh, family)


def test_a_token_is_found_as_its_own_kind_only(database: Database, family: Family) -> None:
    access, refresh = a_token(family), a_token(family, "refresh")
    with database.transaction() as work:
        TokenStore(work).add_tokens(access, refresh)
        assert TokenStore(work).get(access.token_hash, "refresh") is None
        assert TokenStore(work).get(refresh.token_hash, "access") is None
        assert TokenStore(work).get("unknown", "access") is None


def test_a_family_without_a_person(database: Database) -> None:
    family = a_family(None, None, auth_time=None)
    token = a_token(family)
    with database.transaction() as work:
        TokenStore(work).add_family(family)
        TokenStore(work).add_tokens(token)
        assert TokenStore(work).get(token.token_hash, "access") == (token, family)


def test_a_token_needs_a_family(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as work:
        TokenStore(work).add_tokens(a_token(a_family(None, None)))


def test_a_refresh_token_is_consumed_once(database: Database, family: Family) -> None:
    token = a_token(family, "refresh")
    with database.transaction() as work:
        TokenStore(work).add_tokens(token)
        assert TokenStore(work).consume(token.token_hash, NOW + 1) is True
        assert TokenStore(work).consume(token.token_hash, NOW + 2) is False
        assert TokenStore(work).get(token.token_hash, "refresh") == (replace(token, consumed_at=NOW + 1), family)


def test_an_access_token_or_an_expired_one_is_not_consumed(database: Database, family: Family) -> None:
    access, old = a_token(family), a_token(family, "refresh", expires_at=NOW)
    with database.transaction() as work:
        TokenStore(work).add_tokens(access, old)
        assert TokenStore(work).consume(access.token_hash, NOW) is False
        assert TokenStore(work).consume(old.token_hash, NOW) is False
        assert TokenStore(work).consume(old.token_hash, NOW - 1) is True


def test_of_twenty_threads_one_consumes_the_refresh_token(database: Database, family: Family) -> None:
    token = a_token(family, "refresh")
    with database.transaction() as work:
        TokenStore(work).add_tokens(token)

    def consume(_number: int) -> bool:
        with database.transaction() as work:
            TokenStore(work).get(token.token_hash, "refresh")
            return TokenStore(work).consume(token.token_hash, NOW)

    assert sorted(together(20, consume)) == [False] * 19 + [True]


def test_a_family_is_revoked_once_and_its_tokens_say_why(database: Database, family: Family) -> None:
    token = a_token(family)
    with database.transaction() as work:
        store = TokenStore(work)
        store.add_tokens(token)
        assert store.extend_family(family.family_id, NOW + 99) is True
        assert store.use_family(family.family_id, NOW) is True
        assert store.revoke_family(family.family_id, "code_replayed", NOW + 1)
        assert store.revoke_family(family.family_id, "another_reason", NOW + 2) is None
        assert store.extend_family(family.family_id, NOW + 999) is False
        assert store.use_family(family.family_id, NOW + 3) is False
        assert store.use_family("nobody's", NOW) is False
        found = store.get(token.token_hash, "access")
    assert found is not None
    ended = {"revoked_at": NOW + 1, "revoked_because": "code_replayed"}
    assert found[1] == replace(family, expires_at=NOW + 99, last_used_at=NOW, **ended)


def test_families_end_by_session_and_by_person(database: Database) -> None:
    with database.transaction() as work:
        store, zp, lin = TokenStore(work), add_user(work, "zp"), add_user(work, "lin")
        for user_id, sid in ((zp.id, "one"), (zp.id, "one"), (zp.id, "two"), (lin.id, "three"), (None, None)):
            store.add_family(a_family(user_id, sid))
        assert store.revoke_families("session_ended", NOW, sid="one") == 2
        assert store.revoke_families("session_ended", NOW, sid="one") == 0
        assert store.revoke_families("sessions_ended", NOW, user_id=zp.id) == 1
        assert store.revoke_families("sessions_ended", NOW, user_id=lin.id) == 1


def test_the_sweep_takes_expired_tokens_and_families_in_batches(database: Database, family: Family) -> None:
    living = a_token(family, expires_at=NOW)
    with database.transaction() as work:
        store = TokenStore(work)
        store.add_tokens(*[a_token(family, expires_at=NOW - 1) for _ in range(5)], living)
        for _ in range(4):
            store.add_family(a_family(None, None, expires_at=NOW - 1))
    counts = []
    for _ in range(4):
        with database.transaction() as work:
            counts.append(TokenStore(work).sweep(NOW, 3))
    # Families go when no token is left, so that none takes thousands along.
    assert counts == [3, 2 + 1, 3, 0]
    with database.transaction() as work:
        assert TokenStore(work).get(living.token_hash, "access") == (living, family)


def test_a_swept_family_takes_its_tokens_along(database: Database) -> None:
    family = a_family(None, None, expires_at=NOW - 1)
    token = a_token(family)
    with database.transaction() as work:
        TokenStore(work).add_family(family)
        TokenStore(work).add_tokens(token)
    with database.transaction() as work:
        TokenStore(work).sweep(NOW, 10)
        assert TokenStore(work).get(token.token_hash, "access") is None
