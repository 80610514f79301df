"""What every store promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from sso_portal.storage.attempts import AttemptStore, Ladder
from sso_portal.storage.clients import ClientRow, ClientStore
from sso_portal.storage.codes import Code, CodeStore
from sso_portal.storage.consents import Consent, ConsentStore
from sso_portal.storage.database import Database, Work
from sso_portal.storage.keys import KeyRow, KeyStore
from sso_portal.storage.sessions import Session, SessionStore
from sso_portal.storage.tokens import Family, Token, TokenStore
from sso_portal.storage.users import UserStore
from sso_portal.storage.versions import read_version

NOW = 1_800_000_000
T = TypeVar("T")


def add_user(work: Work, name: str = "zp") -> int:
    fields = {"username": name, "name": "张鹏 😀", "email": "zp@example.test", "email_verified": False}
    flags = {"is_administrator": False, "is_enabled": True, "created_at": NOW, "updated_at": NOW}
    assert UserStore(work).add(name, subject=f"subject of {name}", **fields, **flags)
    user = UserStore(work).by_key(name)
    assert user is not None
    return user.id


def add_session(work: Work, user_id: int, sid: str = "sid") -> Session:
    session = Session(
        sid=sid,
        user_id=user_id,
        remember_me=False,
        address="192.0.2.1",
        user_agent="ü" * 300,
        created_at=NOW,
        auth_time=NOW,
        last_seen_at=NOW,
        idle_expires_at=NOW + 100,
        expires_at=NOW + 1000,
        ended_at=None,
        idle_seconds=100,
    )
    SessionStore(work).add(session, f"cookie of {sid}")
    return session


def code_of(user_id: int, code_hash: str = "code", sid: str = "sid") -> Code:
    return Code(
        code_hash=code_hash,
        family_id=f"family of {code_hash}",
        client_id="rp",
        user_id=user_id,
        sid=sid,
        redirect_uri=None,
        scope="openid",
        nonce="n" * 1000,
        code_challenge=None,
        code_challenge_method=None,
        auth_time=NOW,
        issued_at=NOW,
        expires_at=NOW + 60,
        consumed_at=None,
    )


def family_of(user_id: int | None, family_id: str = "family", sid: str | None = "sid") -> Family:
    return Family(family_id, "rp", user_id, sid, "openid", None, NOW, NOW, NOW + 1000)


def at_once(database: Database, number: int, action: Callable[[Work], T]) -> list[T]:
    """Run ``action`` in as many transactions at the same time."""
    barrier = threading.Barrier(number)

    def run(_number: int) -> T:
        barrier.wait()
        with database.transaction() as work:
            return action(work)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_a_user_name_is_taken_once(database: Database) -> None:
    with database.transaction() as work:
        add_user(work)
    added = at_once(
        database,
        10,
        lambda work: UserStore(work).add(
            "lin",
            subject="s",
            username="Lin",
            name="林",
            email="e",
            email_verified=False,
            is_administrator=False,
            is_enabled=True,
            created_at=NOW,
            updated_at=NOW,
        ),
    )
    assert sorted(added) == [False] * 9 + [True]
    with database.transaction() as work:
        assert [user.username for user in UserStore(work).all()] == ["Lin", "zp"]


def test_a_password_is_set_replaced_and_rehashed_only_if_unchanged(database: Database) -> None:
    with database.transaction() as work:
        user_id = add_user(work)
        store = UserStore(work)
        assert store.with_password("nobody") is None
        found = store.with_password("zp")
        assert found is not None
        assert found[1] is None
        store.set_password(user_id, "first", NOW)
        store.set_password(user_id, "second", NOW)
        store.replace_password_hash(user_id, "first", "third")
        found = store.with_password("zp")
        assert found is not None
        assert found[1] == "second"
        store.replace_password_hash(user_id, "second", "third")
        found = store.with_password("zp")
        assert found is not None
        assert found[1] == "third"


def test_what_raises_is_rolled_back(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as work:
        add_user(work)
        raise RuntimeError
    with database.transaction() as work:
        assert UserStore(work).all() == []


def test_a_code_is_consumed_by_one_of_many(database: Database) -> None:
    with database.transaction() as work:
        user_id = add_user(work)
        add_session(work, user_id)
        CodeStore(work).add(code_of(user_id))
    won = at_once(database, 20, lambda work: CodeStore(work).consume("code", NOW))
    assert sorted(won) == [False] * 19 + [True]


@pytest.mark.parametrize("when", [NOW + 60, NOW + 61])
def test_an_expired_code_is_not_consumed(database: Database, when: int) -> None:
    with database.transaction() as work:
        user_id = add_user(work)
        add_session(work, user_id)
        CodeStore(work).add(code_of(user_id))
        assert not CodeStore(work).consume("code", when)
        assert CodeStore(work).consume("code", NOW + 59)


def test_a_code_of_an_ended_session_is_not_consumed(database: Database) -> None:
    with database.transaction() as work:
        user_id = add_user(work)
        add_session(work, user_id)
        CodeStore(work).add(code_of(user_id))
        assert SessionStore(work).end("sid", NOW)
        assert not CodeStore(work).consume("code", NOW)


def test_a_refresh_token_is_consumed_by_one_of_many(database: Database) -> None:
    with database.transaction() as work:
        TokenStore(work).add_family(family_of(add_user(work)))
        TokenStore(work).add_tokens(Token("refresh", "refresh", "family", "openid", NOW, NOW + 100))
    won = at_once(database, 20, lambda work: TokenStore(work).consume("refresh", NOW))
    assert sorted(won) == [False] * 19 + [True]


def test_tokens_are_found_by_hash_and_kind_with_their_family(database: Database) -> None:
    with database.transaction() as work:
        store = TokenStore(work)
        store.add_family(family_of(None, sid=None))
        access = Token("a", "access", "family", "openid", NOW, NOW + 10)
        store.add_tokens(access, Token("r", "refresh", "family", "openid", NOW, NOW + 100))
        assert store.get("a", "access") == (access, family_of(None, sid=None))
        assert store.get("a", "refresh") is None
        assert not store.consume("a", NOW), "an access token is not consumed"


def test_families_are_revoked_once_and_extended_only_while_they_live(database: Database) -> None:
    with database.transaction() as work:
        store, user_id = TokenStore(work), add_user(work)
        for name, sid in (("one", "s1"), ("two", "s1"), ("three", "s2")):
            store.add_family(family_of(user_id, name, sid))
        assert store.extend_family("one", NOW + 5000)
        assert store.revoke_families("session_ended", NOW, sid="s1") == 2
        assert not store.extend_family("one", NOW + 6000)
        assert not store.revoke_family("one", "again", NOW)
        assert store.revoke_families("person", NOW, user_id=user_id) == 1


def test_a_session_lives_until_idle_end_or_disabled(database: Database) -> None:
    with database.transaction() as work:
        user_id = add_user(work)
        session = add_session(work, user_id)
        store = SessionStore(work)
        found = store.live("cookie of sid", NOW + 99)
        assert found is not None
        assert found[0] == session
        assert found[1].id == user_id
        assert store.live("cookie of sid", NOW + 100) is None
        store.touch("sid", NOW + 90, NOW + 190)
        assert store.live("cookie of sid", NOW + 150) is not None
        UserStore(work).change(user_id, is_enabled=False)
        assert store.live("cookie of sid", NOW + 150) is None
        UserStore(work).change(user_id, is_enabled=True)
        assert store.end("sid", NOW)
        assert not store.end("sid", NOW)
        assert store.live("cookie of sid", NOW) is None


def test_a_session_is_renewed_by_one_of_many(database: Database) -> None:
    with database.transaction() as work:
        add_session(work, add_user(work))
    names = iter(range(100))
    won = at_once(
        database,
        10,
        lambda work: SessionStore(work).renew("sid", "cookie of sid", f"new {next(names)}", auth_time=NOW + 1),
    )
    assert sorted(won) == [False] * 9 + [True]


def test_no_more_tries_go_through_than_are_free(database: Database) -> None:
    ladder = Ladder((0, 0, 0, 2, 900), 3600)
    verdicts = at_once(database, 20, lambda work: AttemptStore(work).reserve("account:zp", ladder, NOW))
    assert verdicts.count(None) == 4
    assert {verdict for verdict in verdicts if verdict is not None} == {NOW + 2}
    with database.transaction() as work:
        store = AttemptStore(work)
        assert store.reserve("account:zp", ladder, NOW + 2) is None
        assert store.reserve("account:zp", ladder, NOW + 3) == NOW + 902
        assert store.reserve("account:lin", ladder, NOW + 3) is None
        store.clear("account:zp")
        assert store.reserve("account:zp", ladder, NOW + 3) is None


def test_a_try_given_back_never_happened_even_if_clocks_differ(database: Database) -> None:
    ladder = Ladder((0, 0, 50), 3600)
    with database.transaction() as work:
        store = AttemptStore(work)
        for _ in range(10):
            assert store.reserve("address:x", ladder, NOW + 1) is None
            store.give_back("address:x")
        assert store.reserve("address:x", ladder, NOW) is None, "a process whose clock is a second behind"


def test_failures_are_forgotten(database: Database) -> None:
    ladder = Ladder((0, 5), 100)
    with database.transaction() as work:
        store = AttemptStore(work)
        store.reserve("k", ladder, NOW)
        store.reserve("k", ladder, NOW)
        assert store.reserve("k", ladder, NOW + 4) == NOW + 5
        assert store.reserve("k", ladder, NOW + 106) is None
        assert store.reserve("k", ladder, NOW + 106) is None


def test_one_key_of_an_algorithm_signs(database: Database) -> None:
    names = iter(range(100))
    added = at_once(
        database,
        8,
        lambda work: KeyStore(work).add(
            KeyRow(f"kid{next(names)}", "ES256", {"kty": "EC"}, "sealed", "ES256", NOW, None)
        ),
    )
    assert sorted(added) == [False] * 7 + [True]
    with database.transaction() as work:
        before = read_version(work, "keys")
        KeyStore(work).retire("ES256", NOW + 1)
        assert KeyStore(work).add(KeyRow("next", "ES256", {}, "sealed", "ES256", NOW + 1, None))
        assert [(row.kid == "next", row.signs) for row in KeyStore(work).all()] == [(True, "ES256"), (False, None)]
        assert read_version(work, "keys") > before


def test_clients_are_added_once_changed_and_removed_and_say_so(database: Database) -> None:
    row = ClientRow("rp", None, {"client_name": "站点", "redirect_uris": []}, NOW, NOW)
    assert sorted(at_once(database, 5, lambda work: ClientStore(work).add(row))) == [False] * 4 + [True]
    with database.transaction() as work:
        store = ClientStore(work)
        assert store.get("rp") == row
        version = read_version(work, "clients")
        assert store.change("rp", metadata={"client_name": "b"})
        assert read_version(work, "clients") == version + 1
        assert store.remove("rp")
        assert not store.remove("rp")
        assert store.all() == []


def test_a_consent_replaces_the_one_before(database: Database) -> None:
    with database.transaction() as work:
        user_id, store = add_user(work), ConsentStore(work)
        store.put(Consent(user_id, "rp", "openid", "email", NOW))
        store.put(Consent(user_id, "rp", "openid email", "", NOW + 1))
        assert store.get(user_id, "rp") == Consent(user_id, "rp", "openid email", "", NOW + 1)
        assert store.remove_client("rp") == 1
        assert store.get(user_id, "rp") is None


def test_sweeping_takes_what_is_over_in_batches_and_nothing_else(database: Database) -> None:
    with database.transaction() as work:
        user_id = add_user(work)
        add_session(work, user_id)
        for number in range(7):
            CodeStore(work).add(code_of(user_id, f"code{number}"))
        assert CodeStore(work).sweep(NOW, 100) == 0
        assert CodeStore(work).sweep(NOW + 61, 5) == 5
        assert CodeStore(work).sweep(NOW + 61, 5) == 2
        tokens = TokenStore(work)
        tokens.add_family(family_of(user_id))
        tokens.add_tokens(Token("a", "access", "family", "", NOW, NOW + 10))
        assert tokens.sweep(NOW + 11, 100) == 1
        assert tokens.sweep(NOW + 1001, 100) == 1
        assert SessionStore(work).sweep(NOW, 100) == 0
        assert SessionStore(work).sweep(NOW + 1001, 100) == 1
        AttemptStore(work).reserve("k", Ladder((100,), 1), NOW)
        assert AttemptStore(work).sweep(NOW + 50, 100) == 0, "still blocked"
        assert AttemptStore(work).sweep(NOW + 101, 100) == 1
