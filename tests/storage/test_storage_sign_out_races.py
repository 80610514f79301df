"""Signing out while a code is being redeemed, on both databases: whoever comes first, no token outlives the session."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sso_portal.base.hashing import SecretHasher, TokenHasher
from sso_portal.services.clients import Clients, client_cache
from sso_portal.services.sessions import Lifetimes, Sessions
from sso_portal.services.sign_outs import SignOuts
from sso_portal.storage.codes import Code, CodeStore
from sso_portal.storage.database import Database, Work
from sso_portal.storage.logout_notices import LogoutNoticeStore
from sso_portal.storage.participations import ParticipationStore
from sso_portal.storage.sessions import SessionStore
from sso_portal.storage.tokens import TokenStore
from sso_portal.storage.users import User, UserStore
from sso_testkit import MovableClock
from sso_testkit.together import together
from tests.support.records import NOW, a_code, a_family, a_token, add_session, add_user

HASHER = TokenHasher(b"k" * 32)


def sign_outs(work: Work) -> SignOuts:
    """The service that signs people out."""
    secrets = SecretHasher(time_cost=1, memory_cost=64, parallelism=1)
    clients = Clients(work, client_cache(), HASHER, secrets, MovableClock(NOW), secret_key=b"k" * 32)
    return SignOuts(work, clients, HASHER, MovableClock(NOW))


@pytest.fixture
def code(database: Database) -> Code:
    """A code that is under way."""
    with database.transaction() as work:
        user = add_user(work)
        code = a_code(user.id, add_session(work, user.id).sid)
        CodeStore(work).add(code)
        return code


def redeem(work: Work, code: Code) -> str | None:
    """What the token endpoint does with a code; answers the access token's hash."""
    if not CodeStore(work).consume(code.code_hash, NOW):
        return None
    family = a_family(code.user_id, code.sid, family_id=code.family_id)
    token = a_token(family)
    TokenStore(work).add_family(family)
    TokenStore(work).add_tokens(token)
    return token.token_hash


def is_revoked(database: Database, token_hash: str) -> bool:
    """Whether the token's family has ended."""
    with database.transaction() as work:
        found = TokenStore(work).get(token_hash, "access")
    assert found is not None
    return found[1].revoked_at is not None


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_sign_out_that_comes_while_a_code_is_redeemed_revokes_the_new_tokens(
    database: Database, code: Code, everywhere: bool
) -> None:
    started = threading.Event()

    def sign_out() -> None:
        with database.transaction() as work:
            started.set()
            if everywhere:
                somebody = person(work, code.user_id)
                assert len(sign_outs(work).end_all_of(somebody, "password_changed")) == 1
            else:
                assert sign_outs(work).end(code.sid, "signed_out") is not None

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as work:
            token = redeem(work, code)
            signing_out = pool.submit(sign_out)
            started.wait(5)
            # The sign-out has to wait for this transaction: half a second is an age for it.
            with pytest.raises(TimeoutError):
                signing_out.result(0.3)
        signing_out.result(10)
    assert token is not None
    assert is_revoked(database, token)


def person(work: Work, user_id: int) -> User:
    """The person with this number."""
    user = UserStore(work).by_id(user_id)
    assert user is not None
    return user


def test_a_code_that_comes_while_its_person_signs_out_is_void(database: Database, code: Code) -> None:
    started = threading.Event()

    def redeem_it() -> str | None:
        with database.transaction() as work:
            started.set()
            return redeem(work, code)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as work:
            assert sign_outs(work).end(code.sid, "signed_out") is not None
            redeeming = pool.submit(redeem_it)
            started.wait(5)
            with pytest.raises(TimeoutError):
                redeeming.result(0.3)
        assert redeeming.result(10) is None


def report(work: Work, sids: list[str], client_id: str, used_at: int) -> None:
    """What the session activity endpoint does when a site tells of its people."""
    lifetimes = Lifetimes(3600, 43_200)
    sessions = Sessions(work, HASHER, MovableClock(NOW), short=lifetimes, remembered=lifetimes)
    for part in sorted(sessions.used_by(client_id, sids), key=lambda part: part.sid):
        sessions.note_use(part.sid, client_id, used_at)


def test_reports_of_use_and_ends_of_sessions_do_not_lock_each_other(database: Database) -> None:
    with database.transaction() as work:
        user = add_user(work)
        # The order in which they come to their end is not that of their names.
        over = {"last_seen_at": NOW - 3600}
        sids = [add_session(work, user.id, idle_expires_at=NOW - second, **over).sid for second in range(40)]
        for sid in sids:
            for client_id in ("shop", "cafe"):
                assert ParticipationStore(work).join(sid, client_id, NOW - 3600)

    def rush(number: int) -> int:
        with database.transaction() as work:
            if number % 4 == 0:
                return len(sign_outs(work).end_expired(0))
            if number == 7:
                return len(sign_outs(work).end_all_of(person(work, user.id), "password_changed"))
            report(work, sids, "shop" if number % 2 else "cafe", NOW - 200 + number)
            return 0

    ended = sum(together(12, rush))
    with database.transaction() as work:
        ended += len(sign_outs(work).end_all_of(person(work, user.id), "password_changed"))
        assert LogoutNoticeStore(work).unsettled(1000) == [], "nobody has an address to be told at"
        assert SessionStore(work).going_on(user.id) == []
    assert ended == len(sids), "each by one"


def test_codes_of_one_session_do_not_wait_for_each_other(database: Database, code: Code) -> None:
    other = a_code(code.user_id, code.sid)
    with database.transaction() as work:
        CodeStore(work).add(other)
    if database.engine.dialect.name == "sqlite":
        # One writer at a time is what SQLite is; there one follows the other.
        with database.transaction() as work:
            assert redeem(work, code) is not None
    else:
        with database.transaction() as work, database.transaction() as second:
            assert redeem(work, code) is not None
            assert redeem(second, other) is not None
            return
    with database.transaction() as work:
        assert redeem(work, other) is not None
