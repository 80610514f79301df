"""Families of exchanged tokens, on both databases: none begins once the token it would be made from is over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from sso_portal.storage.database import Database
from sso_portal.storage.sessions import SessionStore
from sso_portal.storage.tokens import Token, TokenStore
from sso_testkit.together import together
from tests.support.records import NOW, a_family, a_token, add_session, add_user


@pytest.fixture
def subject(database: Database) -> Token:
    """A living access token."""
    with database.transaction() as work:
        family = a_family(add_user(work).id, "sid")
        token = a_token(family)
        TokenStore(work).add_family(family)
        TokenStore(work).add_tokens(token)
        return token


def begin(database: Database, subject: Token, name: str, now: int = NOW) -> bool:
    """Begin the family of a token that ``subject`` is exchanged for."""
    with database.transaction() as work:
        found = TokenStore(work).get(subject.token_hash)
        assert found is not None
        family = replace(found[1], family_id=name, revoked_at=None, revoked_because=None, details={"amr": "pwd"})
        began = TokenStore(work).add_family_of_token(family, subject.token_hash, now)
        assert TokenStore(work).family(name) == (family if began else None)
        return began


def test_it_begins_while_the_token_lives(database: Database, subject: Token) -> None:
    assert begin(database, subject, "one")
    assert begin(database, subject, "two"), "a token may be exchanged as often as anyone likes"
    assert not begin(database, subject, "late", now=subject.expires_at)


@pytest.mark.parametrize("end", ["family", "token"])
def test_it_does_not_begin_when_the_token_has_ended(database: Database, subject: Token, end: str) -> None:
    with database.transaction() as work:
        if end == "family":
            TokenStore(work).revoke_family(subject.family_id, "revoked_by_client", NOW)
        else:
            TokenStore(work).expire(subject.token_hash, NOW)
    assert not begin(database, subject, "one")


def test_refresh_tokens_are_not_exchanged(database: Database, subject: Token) -> None:
    with database.transaction() as work:
        found = TokenStore(work).get(subject.token_hash)
        assert found is not None
        refresh = a_token(found[1], "refresh")
        TokenStore(work).add_tokens(refresh)
    assert not begin(database, refresh, "one")


def test_many_begin_at_once(database: Database, subject: Token) -> None:
    assert all(together(10, lambda number: begin(database, subject, f"family {number}")))


def test_a_revocation_under_way_wins(database: Database, subject: Token) -> None:
    revoked, let_go = threading.Event(), threading.Event()

    def revoke() -> None:
        with database.transaction() as work:
            TokenStore(work).revoke_family(subject.family_id, "revoked_by_client", NOW)
            revoked.set()
            let_go.wait(timeout=10)

    with ThreadPoolExecutor(2) as pool:
        under_way = pool.submit(revoke)
        assert revoked.wait(timeout=10)
        waiting = pool.submit(begin, database, subject, "one")
        let_go.set()
        under_way.result(timeout=10)
        assert waiting.result(timeout=10) is False


def test_a_family_of_a_session_begins_while_the_session_goes_on(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        session = add_session(work, user.id)
        family = a_family(user.id, session.sid)
        assert TokenStore(work).add_family_of_session(family) is True
        assert TokenStore(work).family(family.family_id) == family
        SessionStore(work).end(session.sid, "signed_out", NOW)
        assert TokenStore(work).add_family_of_session(replace(family, family_id="late")) is False
        assert TokenStore(work).family("late") is None
