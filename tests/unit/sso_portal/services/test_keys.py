"""Keys: made at first start, kept encrypted, followed by others on a schedule that every process reads alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sso_portal.base.errors import KeysUnreadable, Refused
from sso_portal.base.jose import KEY_ALGORITHMS, SIGNING_ALGORITHMS, SigningKey, sign, verified_claims
from sso_portal.services.keys import KeyInfo
from sso_portal.wiring import Portal
from sso_testkit import MovableClock
from sso_testkit.together import together

MakePortal = Callable[..., Portal]

PRIVATE = {"d", "p", "q", "dp", "dq", "qi"}
DAY = 86_400
ROTATE, AHEAD, KEEP, HINT = 90 * DAY, DAY, 2 * DAY, 90 * DAY


def ask(portal: Portal, question: str, *arguments: Any, **options: Any) -> Any:
    """What the keys of a portal answer in a transaction of their own."""
    with portal.transaction() as unit:
        return getattr(unit.keys, question)(*arguments, **options)


def states(portal: Portal, algorithm: str = "ES256") -> list[str]:
    """The states of the keys of one algorithm, the newest generation first."""
    return [info.state for info in ask(portal, "all") if info.algorithm == algorithm]


def kids(keys: tuple[SigningKey, ...]) -> set[str]:
    return {key.kid for key in keys}


def maintain(portal: Portal) -> int:
    """What the caretaker does about keys; answers how many were made."""
    made: int = ask(portal, "maintain")
    ask(portal, "sweep")
    return made


@pytest.fixture
def ready(portal: Portal) -> Portal:
    """A portal that has made its first keys."""
    portal.prepare()
    return portal


def test_a_first_start_makes_one_key_of_each_kind_and_later_ones_keep_them(
    ready: Portal, make_portal: MakePortal, clock: MovableClock
) -> None:
    first: list[KeyInfo] = ask(ready, "all")
    ready.prepare()
    make_portal().prepare()
    assert ask(ready, "all") == first
    assert sorted(info.algorithm for info in first) == sorted(KEY_ALGORITHMS)
    for info in first:
        told = (info.generation, info.state, info.created_at, info.signs_from, info.superseded_at)
        assert told == (1, "signs", clock.now(), clock.now(), None)
        if info.algorithm in SIGNING_ALGORITHMS:
            assert ask(ready, "signing", info.algorithm).kid == info.kid
    assert kids(ask(ready, "verifying")) | kids(ask(ready, "decrypting")) == {info.kid for info in first}


def test_keys_are_ready_when_there_is_one_of_each_kind(portal: Portal) -> None:
    assert ask(portal, "are_ready") is False
    portal.prepare()
    assert ask(portal, "are_ready") is True
    with portal.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM keys WHERE algorithm = 'PS256'")
        connection.exec_driver_sql("UPDATE versions SET number = number + 1")
    portal.key_cache.forget()
    assert ask(portal, "are_ready") is False
    portal.prepare()
    assert ask(portal, "are_ready") is True, "what an older version did not make is made"


def test_published_keys_have_no_private_part_and_a_thumbprint_for_a_name(ready: Portal) -> None:
    published = ask(ready, "published")
    assert {key.algorithm: key.public["kty"] for key in published} == {
        "ES256": "EC",
        "RS256": "RSA",
        "PS256": "RSA",
        "EdDSA": "OKP",
        "RSA-OAEP-256": "RSA",
        "ECDH-ES": "EC",
    }
    for key in published:
        assert not PRIVATE & set(key.public)
        assert key.public["use"] == ("sig" if key.algorithm in SIGNING_ALGORITHMS else "enc")
        assert key.public["alg"] == key.algorithm
        assert key.public["kid"] == key.kid
        assert len(key.kid) == 43


def test_the_whole_life_of_a_key(ready: Portal, clock: MovableClock) -> None:
    first = ask(ready, "signing", "ES256")
    token = sign(first, {"sub": "a"})

    clock.advance(ROTATE - AHEAD - 1)
    assert (maintain(ready), states(ready)) == (0, ["signs"])

    clock.advance(1)
    assert (maintain(ready), states(ready)) == (len(KEY_ALGORITHMS), ["next", "signs"])
    assert maintain(ready) == 0, "the next one is there"
    assert ask(ready, "signing", "ES256") is first
    (following,) = [key for key in ask(ready, "published") if key.algorithm == "ES256" and key is not first]

    clock.advance(AHEAD - 1)
    assert ask(ready, "signing", "ES256") is first
    clock.advance(1)
    assert ask(ready, "signing", "ES256") is following, "nobody had to do anything at this moment"
    assert states(ready) == ["signs", "published"]

    clock.advance(KEEP - 1)
    assert first in ask(ready, "published")
    clock.advance(1)
    assert first not in ask(ready, "published")
    assert states(ready) == ["signs", "kept"]
    assert verified_claims(token, ask(ready, "verifying")) == {"sub": "a"}

    # The keys after it have come and gone on in the meantime.
    clock.advance(HINT - 1)
    maintain(ready)
    assert verified_claims(token, ask(ready, "verifying")) == {"sub": "a"}
    assert states(ready)[-1] == "kept"
    clock.advance(1)
    assert verified_claims(token, ask(ready, "verifying")) is None
    assert states(ready)[-1] == "over"
    maintain(ready)
    assert first.kid not in {info.kid for info in ask(ready, "all")}
    assert following.kid in {info.kid for info in ask(ready, "all")}


def test_a_portal_that_was_off_for_long_publishes_ahead_all_the_same(ready: Portal, clock: MovableClock) -> None:
    first = ask(ready, "signing", "RS256")
    clock.advance(days=1000)
    assert maintain(ready) == len(KEY_ALGORITHMS)
    assert states(ready) == ["next", "signs"]
    assert ask(ready, "signing", "RS256") is first
    clock.advance(AHEAD)
    assert states(ready) == ["signs", "published"]


def test_processes_agree_without_a_restart(ready: Portal, make_portal: MakePortal, clock: MovableClock) -> None:
    other = make_portal()
    other.prepare()
    assert ask(other, "signing", "EdDSA").kid == ask(ready, "signing", "EdDSA").kid
    clock.advance(ROTATE - AHEAD)
    assert maintain(other) == len(KEY_ALGORITHMS)
    assert maintain(ready) == 0
    assert kids(ask(ready, "published")) == kids(ask(other, "published"))
    assert len(ask(ready, "published")) == 2 * len(KEY_ALGORITHMS)
    clock.advance(AHEAD)
    for algorithm in SIGNING_ALGORITHMS:
        key = ask(ready, "signing", algorithm)
        assert key.kid == ask(other, "signing", algorithm).kid
        assert verified_claims(sign(key, {"sub": "a"}), ask(other, "published")) == {"sub": "a"}


def test_processes_that_maintain_at_once_make_one_next_key(
    ready: Portal, make_portal: MakePortal, clock: MovableClock
) -> None:
    portals = [ready, *(make_portal() for _ in range(3))]
    clock.advance(ROTATE)
    made = together(4, lambda number: ask(portals[number], "maintain"))
    assert sum(made) == len(KEY_ALGORITHMS)
    assert {info.generation for info in ask(ready, "all")} == {1, 2}


def test_a_process_whose_clock_is_behind_uses_the_first_key_all_the_same(ready: Portal, clock: MovableClock) -> None:
    clock.advance(-30)
    key = ask(ready, "signing", "ES256")
    assert verified_claims(sign(key, {"sub": "a"}), ask(ready, "published")) == {"sub": "a"}


def test_rotating_signs_with_other_keys_at_once(ready: Portal, clock: MovableClock) -> None:
    old = {algorithm: ask(ready, "signing", algorithm) for algorithm in SIGNING_ALGORITHMS}
    tokens = [sign(key, {"sub": "a"}) for key in old.values()]
    clock.advance(minutes=1)
    infos = ask(ready, "rotate")
    assert [info.state for info in infos] == ["signs"] * 6 + ["published"] * 6
    assert {info.superseded_at for info in infos if info.generation == 1} == {clock.now()}
    for algorithm in SIGNING_ALGORITHMS:
        assert ask(ready, "signing", algorithm).kid != old[algorithm].kid
    for token in tokens:
        assert verified_claims(token, ask(ready, "published")) == {"sub": "a"}, "signed a minute ago"


def test_rotating_ahead_signs_later(ready: Portal, clock: MovableClock) -> None:
    old = ask(ready, "signing", "ES256")
    assert {info.state for info in ask(ready, "rotate", ahead=True) if info.generation == 2} == {"next"}
    clock.advance(AHEAD - 1)
    assert ask(ready, "signing", "ES256") is old
    clock.advance(1)
    assert ask(ready, "signing", "ES256") is not old
    assert maintain(ready) == 0, "the schedule counts from the newest key"


def test_rotating_at_once_passes_over_a_key_that_waits(ready: Portal, clock: MovableClock) -> None:
    ask(ready, "rotate", ahead=True)
    ask(ready, "rotate")
    assert states(ready) == ["signs", "published", "published"]
    newest = ask(ready, "signing", "ES256")
    clock.advance(AHEAD)
    assert ask(ready, "signing", "ES256") is newest, "the passed-over key never signs"


def test_a_leaked_key_is_believed_no_more_once_it_is_removed(ready: Portal, make_portal: MakePortal) -> None:
    leaked = ask(ready, "signing", "RS256")
    token = sign(leaked, {"sub": "a"})
    with pytest.raises(Refused, match="sso-portal key rotate"):
        ask(ready, "remove", leaked.kid)
    with pytest.raises(Refused, match="There is no key nothing"):
        ask(ready, "remove", "nothing")
    ask(ready, "rotate")
    assert verified_claims(token, ask(ready, "published")) == {"sub": "a"}
    ask(ready, "remove", leaked.kid)
    for portal in (ready, make_portal()):
        assert leaked.kid not in kids(ask(portal, "published"))
        assert verified_claims(token, ask(portal, "verifying")) is None


def test_a_key_stays_loaded_when_others_come(ready: Portal) -> None:
    key = ask(ready, "signing", "RS256")
    loaded = key.private_key
    ask(ready, "rotate", ahead=True)
    assert len(ask(ready, "published")) == 2 * len(KEY_ALGORITHMS)
    assert ask(ready, "signing", "RS256") is key
    assert ask(ready, "signing", "RS256").private_key is loaded


def test_private_keys_lie_encrypted_and_open_with_one_secret(ready: Portal, make_portal: MakePortal) -> None:
    with ready.database.engine.connect() as connection:
        stored = [row[0] for row in connection.exec_driver_sql("SELECT private_encrypted FROM keys")]
    assert len(stored) == len(KEY_ALGORITHMS)
    assert all(text.count(".") == 4 and '"kty"' not in text for text in stored)
    assert ask(make_portal(), "are_ready") is True
    stranger = make_portal(security__secret="t" * 32)
    for question in ("are_ready", "published", "rotate", "maintain"):
        with pytest.raises(KeysUnreadable, match=r"sso\.security\.secret"):
            ask(stranger, question)
    assert len(ask(ready, "all")) == len(KEY_ALGORITHMS), "nothing was added that the others could not read"


def test_the_schedule_is_the_settings(portal: Portal, make_portal: MakePortal, clock: MovableClock) -> None:
    quick = make_portal(
        keys__rotate_seconds="7200",
        keys__publish_ahead_seconds="600",
        keys__keep_seconds="3600",
        keys__hint_seconds="1",
    )
    quick.prepare()
    clock.advance(6600)
    maintain(quick)
    clock.advance(600)
    assert states(quick) == ["signs", "published"]
    clock.advance(3600)
    assert states(quick) == ["signs", "kept"]
    clock.advance(1)
    assert states(quick) == ["signs", "over"]
    assert quick.sweep()["keys"] == len(KEY_ALGORITHMS)
