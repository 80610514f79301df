"""Taking back what a site has, on both databases: whoever comes first, no token lives after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sso_portal.base.hashing import SecretHasher, TokenHasher
from sso_portal.services.clients import Clients, client_cache
from sso_portal.services.consents import Consents
from sso_portal.services.sign_outs import SignOuts
from sso_portal.services.site_access import SiteAccesses
from sso_portal.storage.codes import Code, CodeStore
from sso_portal.storage.consents import Consent, ConsentStore
from sso_portal.storage.database import Database, Work
from sso_portal.storage.device_codes import DeviceCodeStore
from sso_portal.storage.participations import ParticipationStore
from sso_portal.storage.site_access import SiteAccessStore, Standing
from sso_portal.storage.tokens import Family, TokenStore
from sso_portal.storage.users import User
from sso_testkit import MovableClock
from sso_testkit.together import together
from tests.support.records import NOW, a_code, a_device_code, a_family, a_token, add_session, add_user

HASHER = TokenHasher(b"k" * 32)
LATER = NOW + 10


class World:
    """One person, her session, and a site that she has agreed to."""

    def __init__(self, database: Database) -> None:
        """Write it all down."""
        self.database = database
        with database.transaction() as work:
            self.user: User = add_user(work)
            self.sid = add_session(work, self.user.id).sid
            clients = self._clients(work)
            address = "https://rp.example.test/cb"
            clients.add({"client_name": "RP", "consent": "once", "redirect_uris": [address]}, client_id="rp")
            ConsentStore(work).put(Consent(self.user.id, "rp", "openid profile", "", NOW))
            assert ParticipationStore(work).join(self.sid, "rp", NOW) == NOW

    def _clients(self, work: Work) -> Clients:
        secrets = SecretHasher(time_cost=1, memory_cost=64, parallelism=1)
        return Clients(work, client_cache(), HASHER, secrets, MovableClock(LATER), secret_key=b"k" * 32)

    def accesses(self, work: Work) -> SiteAccesses:
        """The service."""
        clients, clock = self._clients(work), MovableClock(LATER)
        sign_outs = SignOuts(work, clients, HASHER, clock)
        return SiteAccesses(work, clients=clients, consents=Consents(work, clock), sign_outs=sign_outs, clock=clock)

    def withdraw(self) -> bool:
        """In a transaction of its own."""
        with self.database.transaction() as work:
            return self.accesses(work).withdraw(self.user, "rp") is not None

    def has_anything(self) -> bool:
        """Whether a token of the site still opens something."""
        with self.database.transaction() as work:
            return any(standing.is_living for standing in SiteAccessStore(work).of_user(self.user.id, LATER))

    def code(self) -> Code:
        """A code under way."""
        code = a_code(self.user.id, self.sid)
        with self.database.transaction() as work:
            CodeStore(work).add(code)
        return code

    def family(self, **fields: Any) -> Family:
        """Tokens of the site: a refresh token and an access token."""
        family = a_family(self.user.id, self.sid, **fields)
        with self.database.transaction() as work:
            TokenStore(work).add_family(family)
            TokenStore(work).add_tokens(a_token(family), a_token(family, "refresh", token_hash=family.family_id))
        return family


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def redeem(work: Work, code: Code) -> bool:
    """What the token endpoint does with a code."""
    if not CodeStore(work).consume(code.code_hash, LATER):
        return False
    family = a_family(code.user_id, code.sid, family_id=code.family_id)
    TokenStore(work).add_family(family)
    TokenStore(work).add_tokens(a_token(family), a_token(family, "refresh"))
    return True


def refresh(work: Work, family: Family) -> bool:
    """What it does with a refresh token, named like its family here."""
    store = TokenStore(work)
    if not store.consume(family.family_id, LATER):
        return False
    if not store.extend_family(family.family_id, LATER + 3600, used_at=LATER):
        return False
    store.add_tokens(a_token(family), a_token(family, "refresh"))
    return True


def authorize(work: Work, world: World, code: Code) -> bool:
    """What the authorization endpoint does when she has agreed before."""
    if ParticipationStore(work).join(world.sid, "rp", LATER, agreed=True) is None:
        return False
    CodeStore(work).add(code)
    return True


def test_everything_goes_and_a_second_time_there_is_nothing(world: World) -> None:
    world.family()
    world.code()
    assert world.has_anything()
    assert world.withdraw() is True
    assert not world.has_anything()
    assert world.withdraw() is False
    with world.database.transaction() as work:
        assert ConsentStore(work).get(world.user.id, "rp") is None
        (part,) = ParticipationStore(work).of_sessions([world.sid])
        assert part.ended_at == LATER


def speak_for(work: Work, world: World) -> bool:
    """What a client that speaks for her because she has agreed comes to."""
    family = a_family(world.user.id, None)
    if not TokenStore(work).add_family_of_agreement(family):
        return False
    TokenStore(work).add_tokens(a_token(family))
    return True


def acts(world: World) -> dict[str, Callable[[Work], bool]]:
    """Ways to new tokens, each ready to go."""
    code, family, fresh = world.code(), world.family(), a_code(world.user.id, world.sid)
    return {
        "redeem": lambda work: redeem(work, code),
        "refresh": lambda work: refresh(work, family),
        "authorize": lambda work: authorize(work, world, fresh) and redeem(work, fresh),
        "speak for her": lambda work: speak_for(work, world),
    }


WAYS = ["redeem", "refresh", "authorize", "speak for her"]


@pytest.mark.parametrize("way", WAYS)
def test_a_removal_that_comes_while_tokens_are_made_ends_them(world: World, way: str) -> None:
    act = acts(world)[way]
    with ThreadPoolExecutor(1) as pool:
        with world.database.transaction() as work:
            assert act(work) is True
            removing = pool.submit(world.withdraw)
            # It has to wait for this transaction: a third of a second is an age for it.
            with pytest.raises(TimeoutError):
                removing.result(0.3)
        assert removing.result(10) is True
    assert not world.has_anything()


@pytest.mark.parametrize("way", WAYS)
def test_who_comes_while_access_is_removed_gets_nothing(world: World, way: str) -> None:
    act, started = acts(world)[way], threading.Event()

    def try_it() -> bool:
        with world.database.transaction() as work:
            started.set()
            return act(work)

    with ThreadPoolExecutor(1) as pool:
        with world.database.transaction() as work:
            assert world.accesses(work).withdraw(world.user, "rp") is not None
            trying = pool.submit(try_it)
            started.wait(5)
            with pytest.raises(TimeoutError):
                trying.result(0.3)
        assert trying.result(10) is False
    assert not world.has_anything()


def test_a_rush_of_all_of_them_leaves_nothing(world: World) -> None:
    families = [world.family() for _ in range(4)]
    codes = [world.code() for _ in range(4)]

    def rush(number: int) -> object:
        if number == 5:
            return world.withdraw()
        with world.database.transaction() as work:
            if number % 3 == 0:
                return refresh(work, families[number // 3])
            if number % 3 == 1:
                return redeem(work, codes[number // 3])
            return authorize(work, world, a_code(world.user.id, world.sid))

    together(12, rush)
    assert not world.has_anything()
    with world.database.transaction() as work:
        assert CodeStore(work).withdraw(world.user.id, "rp", 0) == 0, "no code is left either"
        assert ParticipationStore(work).join(world.sid, "rp", LATER, agreed=True) is None
        assert ParticipationStore(work).join(world.sid, "rp", LATER) == LATER


def test_a_code_that_has_just_expired_is_taken_back_too(world: World) -> None:
    # The clock of the machine at which it is redeemed may be a little behind.
    codes = [a_code(world.user.id, world.sid, expires_at=LATER - late) for late in (30, 3600)]
    with world.database.transaction() as work:
        for code in codes:
            CodeStore(work).add(code)
    assert world.withdraw() is True
    with world.database.transaction() as work:
        known = [CodeStore(work).get(code.code_hash) is not None for code in codes]
    assert known == [False, True], "one that nobody can redeem any more is left to the sweep"


def test_devices_that_were_let_in_are_not(world: World) -> None:
    code = a_device_code(client_id="rp")
    with world.database.transaction() as work:
        store = DeviceCodeStore(work)
        assert store.add(code)
        answer = {"decision": "allowed", "user_id": world.user.id, "sid": world.sid, "auth_time": NOW}
        assert store.decide(code.device_code_hash, NOW, **answer)
        assert store.withdraw(world.user.id, "other", NOW) == 0
        assert store.withdraw(world.user.id, "rp", NOW) == 1
        assert store.withdraw(world.user.id, "rp", NOW) == 0
        assert store.consume(code.device_code_hash, NOW) is False


def test_standings_tell_what_lives(world: World) -> None:
    world.family(last_used_at=NOW + 5)
    world.family(scope="openid", survives_session=True, agreed_until=NOW + 500)
    world.family(scope="openid", survives_session=True, agreed_until=NOW + 700)
    world.family(scope="email", agreed_until=NOW + 10)
    world.family(scope="email", revoked_at=NOW + 1, revoked_because="x", last_used_at=NOW + 1)
    with world.database.transaction() as work:
        TokenStore(work).add_family(a_family(world.user.id, None, scope="phone"))
        found = SiteAccessStore(work).of_user(world.user.id, LATER)
        assert SiteAccessStore(work).of_user(world.user.id + 1, LATER) == []
    assert list(found) == [
        Standing("rp", "email", False, False, NOW, NOW + 1, None),
        Standing("rp", "openid", True, True, NOW, NOW, NOW + 700),
        Standing("rp", "openid profile", False, True, NOW, NOW + 5, None),
        Standing("rp", "phone", True, False, NOW, NOW, None),
    ]


def test_the_newest_word_is_for_what_is_in_time(world: World) -> None:
    living, over, others = world.family(), world.family(agreed_until=NOW), world.family(client_id="other")
    with world.database.transaction() as work:
        store = TokenStore(work)
        store.agree_until(world.user.id, "rp", NOW + 500, LATER)
        found = [store.family(family.family_id) for family in (living, over, others)]
        assert [family.agreed_until for family in found if family] == [NOW + 500, NOW, None]


def test_answers_that_are_long_over_are_swept(world: World) -> None:
    with world.database.transaction() as work:
        store = ConsentStore(work)
        for name, until in (("a", NOW - 1), ("b", NOW), ("c", None), ("d", NOW - 5)):
            store.put(Consent(world.user.id, name, "openid", "", NOW - 99, expires_at=until))
        assert store.sweep(NOW, 1) == 1
        assert store.sweep(NOW, 10) == 1
        assert [consent.client_id for consent in store.of_user(world.user.id)] == ["b", "c", "rp"]
        store.touch(world.user.id, "b", NOW + 3)
        touched = store.get(world.user.id, "b")
        assert touched is not None
        assert touched.last_used_at == NOW + 3
