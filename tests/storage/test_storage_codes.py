"""Authorization codes, on both databases: consumed once, and never after signing out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from sso_portal.storage.codes import CodeStore
from sso_portal.storage.database import Database
from sso_portal.storage.sessions import SessionStore
from sso_testkit.together import together
from tests.support.records import NOW, a_code, add_session, add_user


@pytest.fixture
def sid(database: Database) -> tuple[int, str]:
    """A person's number and her session."""
    with database.transaction() as work:
        user = add_user(work)
        return user.id, add_session(work, user.id).sid


def test_a_code_is_read_back_with_all_it_is_bound_to(database: Database, sid: tuple[int, str]) -> None:
    code = a_code(*sid, redirect_uri="https://rp.example.test/" + "路" * 3000, nonce="暗" * 1000, scope="a " * 500)
    bare = a_code(*sid, redirect_uri=None, nonce=None, code_challenge=None, code_challenge_method=None)
    with database.transaction() as work:
        CodeStore(work).add(code)
        CodeStore(work).add(bare)
    with database.transaction() as work:
        assert CodeStore(work).get(code.code_hash) == code
        assert CodeStore(work).get(bare.code_hash) == bare
        assert CodeStore(work).get("unknown") is None


def test_a_code_is_consumed_once(database: Database, sid: tuple[int, str]) -> None:
    code = a_code(*sid)
    with database.transaction() as work:
        CodeStore(work).add(code)
        assert CodeStore(work).consume(code.code_hash, NOW + 1) is True
        assert CodeStore(work).consume(code.code_hash, NOW + 2) is False
        assert CodeStore(work).get(code.code_hash) == replace(code, consumed_at=NOW + 1)


@pytest.mark.parametrize(("moment", "consumed"), [(NOW + 59, True), (NOW + 60, False), (NOW + 61, False)])
def test_a_code_is_consumed_in_time(database: Database, sid: tuple[int, str], moment: int, consumed: bool) -> None:
    code = a_code(*sid)
    with database.transaction() as work:
        CodeStore(work).add(code)
        assert CodeStore(work).consume(code.code_hash, moment) is consumed


def test_consuming_one_code_leaves_others(database: Database, sid: tuple[int, str]) -> None:
    one, other = a_code(*sid), a_code(*sid)
    with database.transaction() as work:
        CodeStore(work).add(one)
        CodeStore(work).add(other)
        assert CodeStore(work).consume(one.code_hash, NOW) is True
        assert CodeStore(work).get(other.code_hash) == other
        assert CodeStore(work).consume("unknown", NOW) is False


def test_of_twenty_threads_one_consumes_the_code(database: Database, sid: tuple[int, str]) -> None:
    code = a_code(*sid)
    with database.transaction() as work:
        CodeStore(work).add(code)

    def consume(_number: int) -> bool:
        with database.transaction() as work:
            CodeStore(work).get(code.code_hash)
            return CodeStore(work).consume(code.code_hash, NOW)

    assert sorted(together(20, consume)) == [False] * 19 + [True]


def test_a_consumption_that_is_rolled_back_did_not_happen(database: Database, sid: tuple[int, str]) -> None:
    code = a_code(*sid)
    with database.transaction() as work:
        CodeStore(work).add(code)
    with pytest.raises(LookupError), database.transaction() as work:
        assert CodeStore(work).consume(code.code_hash, NOW) is True
        raise LookupError
    with database.transaction() as work:
        assert CodeStore(work).consume(code.code_hash, NOW) is True


def test_signing_out_voids_a_code_that_is_under_way(database: Database, sid: tuple[int, str]) -> None:
    code = a_code(*sid)
    with database.transaction() as work:
        CodeStore(work).add(code)
        SessionStore(work).end(sid[1], "signed_out", NOW)
        assert CodeStore(work).consume(code.code_hash, NOW) is False
        assert CodeStore(work).get(code.code_hash) == code


def test_a_code_of_a_session_that_was_swept_is_void(database: Database, sid: tuple[int, str]) -> None:
    code = a_code(sid[0], "a session that is gone")
    with database.transaction() as work:
        CodeStore(work).add(code)
        assert CodeStore(work).consume(code.code_hash, NOW) is False


def test_a_code_needs_a_person_and_a_hash_of_its_own(database: Database, sid: tuple[int, str]) -> None:
    with pytest.raises(IntegrityError), database.transaction() as work:
        CodeStore(work).add(a_code(4711, "sid"))
    code = a_code(*sid)
    with database.transaction() as work:
        CodeStore(work).add(code)
    with pytest.raises(IntegrityError), database.transaction() as work:
        CodeStore(work).add(code)


def test_the_sweep_takes_expired_codes_in_batches(database: Database, sid: tuple[int, str]) -> None:
    living = a_code(*sid, expires_at=NOW)
    with database.transaction() as work:
        for _ in range(5):
            CodeStore(work).add(a_code(*sid, expires_at=NOW - 1))
        CodeStore(work).add(living)
    counts = []
    for _ in range(3):
        with database.transaction() as work:
            counts.append(CodeStore(work).sweep(NOW, 3))
    assert counts == [3, 2, 0]
    with database.transaction() as work:
        assert CodeStore(work).get(living.code_hash) == living
