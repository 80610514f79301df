"""Device codes, on both databases: one user code each, polled in time, answered once, consumed once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from sso_portal.storage.database import Database
from sso_portal.storage.device_codes import DeviceCode, DeviceCodeStore
from sso_portal.storage.sessions import SessionStore
from sso_testkit.together import together
from tests.support.records import NOW, a_device_code, add_session, add_user


@pytest.fixture
def sid(database: Database) -> tuple[int, str]:
    """A person's number and her session."""
    with database.transaction() as work:
        user = add_user(work)
        return user.id, add_session(work, user.id).sid


def added(database: Database, code: DeviceCode) -> DeviceCode:
    with database.transaction() as work:
        assert DeviceCodeStore(work).add(code) is True
    return code


def allowed(database: Database, whose: tuple[int, str], /, **fields: object) -> DeviceCode:
    answer = {"user_id": whose[0], "sid": whose[1], "auth_time": NOW, "decision": "allowed", "decided_at": NOW}
    return added(database, a_device_code(**{**answer, **fields}))


def test_a_code_is_read_back_by_either_hash(database: Database, sid: tuple[int, str]) -> None:
    bare, full = (
        added(database, a_device_code(scope="a " * 500)),
        allowed(database, sid, polled_at=NOW, consumed_at=NOW),
    )
    with database.transaction() as work:
        store = DeviceCodeStore(work)
        for code in (bare, full):
            assert store.by_hash(code.device_code_hash) == store.by_user_code_hash(code.user_code_hash) == code
        assert store.by_hash(bare.user_code_hash) is None
        assert store.by_user_code_hash(bare.device_code_hash) is None


def test_a_user_code_belongs_to_one_device(database: Database) -> None:
    first = added(database, a_device_code(user_code_hash="same"))
    with database.transaction() as work:
        assert DeviceCodeStore(work).add(a_device_code(user_code_hash="same")) is False
        assert DeviceCodeStore(work).by_user_code_hash("same") == first


def test_of_twenty_devices_with_one_user_code_one_gets_it(database: Database) -> None:
    def add(_number: int) -> bool:
        with database.transaction() as work:
            return DeviceCodeStore(work).add(a_device_code(user_code_hash="same"))

    assert sorted(together(20, add)) == [False] * 19 + [True]


def test_polling_in_time_and_too_early(database: Database) -> None:
    code = added(database, a_device_code())
    other = added(database, a_device_code())

    def poll(moment: int) -> tuple[bool, int, int | None]:
        with database.transaction() as work:
            in_time = DeviceCodeStore(work).poll(code.device_code_hash, NOW + moment, 5)
            record = DeviceCodeStore(work).by_hash(code.device_code_hash)
        assert record is not None
        return in_time, record.poll_seconds, record.polled_at

    assert poll(0) == (True, 5, NOW)
    assert poll(4) == (False, 10, NOW + 4)
    assert poll(13) == (False, 15, NOW + 13)
    assert poll(28) == (True, 15, NOW + 28)
    assert poll(43) == (True, 15, NOW + 43)
    with database.transaction() as work:
        assert DeviceCodeStore(work).by_hash(other.device_code_hash) == other
        assert DeviceCodeStore(work).poll("unknown", NOW, 5) is False


def test_of_twenty_polls_at_once_one_is_in_time(database: Database) -> None:
    code = added(database, a_device_code())

    def poll(_number: int) -> bool:
        with database.transaction() as work:
            DeviceCodeStore(work).by_hash(code.device_code_hash)
            return DeviceCodeStore(work).poll(code.device_code_hash, NOW, 5)

    assert sorted(together(20, poll)) == [False] * 19 + [True]
    with database.transaction() as work:
        assert DeviceCodeStore(work).by_hash(code.device_code_hash) == replace(
            code, polled_at=NOW, poll_seconds=5 + 19 * 5
        )


def test_the_first_answer_stands(database: Database, sid: tuple[int, str]) -> None:
    code, other = added(database, a_device_code()), added(database, a_device_code())
    answer = {"user_id": sid[0], "sid": sid[1], "decision": "denied"}
    with database.transaction() as work:
        assert DeviceCodeStore(work).decide(code.device_code_hash, NOW + 1, **answer) is True
        assert (
            DeviceCodeStore(work).decide(code.device_code_hash, NOW + 2, **{**answer, "decision": "allowed"}) is False
        )
        assert DeviceCodeStore(work).by_hash(code.device_code_hash) == replace(
            code, user_id=sid[0], sid=sid[1], decision="denied", decided_at=NOW + 1
        )
        assert DeviceCodeStore(work).by_hash(other.device_code_hash) == other


@pytest.mark.parametrize(("moment", "right"), [(NOW + 599, True), (NOW + 600, False)])
def test_answers_and_consumption_come_in_time(
    database: Database, sid: tuple[int, str], moment: int, right: bool
) -> None:
    waiting, agreed = added(database, a_device_code()), allowed(database, sid)
    with database.transaction() as work:
        store = DeviceCodeStore(work)
        assert store.decide(waiting.device_code_hash, moment, decision="allowed", user_id=sid[0]) is right
        assert store.consume(agreed.device_code_hash, moment) is right


def test_of_twenty_answers_at_once_one_stands(database: Database, sid: tuple[int, str]) -> None:
    code = added(database, a_device_code())

    def decide(number: int) -> bool:
        decision = "allowed" if number % 2 else "denied"
        with database.transaction() as work:
            return DeviceCodeStore(work).decide(code.device_code_hash, NOW, decision=decision, user_id=sid[0])

    answers = together(20, decide)
    assert sorted(answers) == [False] * 19 + [True]
    with database.transaction() as work:
        record = DeviceCodeStore(work).by_hash(code.device_code_hash)
    assert record is not None
    assert record.decision == ("allowed" if answers.index(True) % 2 else "denied")


def test_an_allowed_code_is_consumed_once(database: Database, sid: tuple[int, str]) -> None:
    code = allowed(database, sid)
    with database.transaction() as work:
        assert DeviceCodeStore(work).consume(code.device_code_hash, NOW + 1) is True
        assert DeviceCodeStore(work).consume(code.device_code_hash, NOW + 2) is False
        assert DeviceCodeStore(work).by_hash(code.device_code_hash) == replace(code, consumed_at=NOW + 1)


@pytest.mark.parametrize("fields", [{"decision": None}, {"decision": "denied"}, {"sid": "gone"}, {"sid": None}])
def test_only_what_was_allowed_in_a_living_session_is_consumed(
    database: Database, sid: tuple[int, str], fields: dict[str, str | None]
) -> None:
    code = allowed(database, sid, **fields)
    with database.transaction() as work:
        assert DeviceCodeStore(work).consume(code.device_code_hash, NOW) is False
        assert DeviceCodeStore(work).consume("unknown", NOW) is False
        assert DeviceCodeStore(work).by_hash(code.device_code_hash) == code


def test_signing_out_voids_a_code_that_was_allowed(database: Database, sid: tuple[int, str]) -> None:
    code = allowed(database, sid)
    with database.transaction() as work:
        SessionStore(work).end(sid[1], "signed_out", NOW)
        assert DeviceCodeStore(work).consume(code.device_code_hash, NOW) is False


def test_a_sign_out_waits_for_a_code_that_is_being_consumed(database: Database, sid: tuple[int, str]) -> None:
    code = allowed(database, sid)
    order: list[str] = []
    started = threading.Event()

    def sign_out() -> None:
        with database.transaction() as work:
            started.set()
            SessionStore(work).end(sid[1], "signed_out", NOW)
            order.append("signed out")

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as work:
            assert DeviceCodeStore(work).consume(code.device_code_hash, NOW) is True
            running = pool.submit(sign_out)
            assert started.wait(10)
            threading.Event().wait(0.2)
            order.append("consumed")
        running.result(timeout=20)
    assert order == ["consumed", "signed out"]


def test_of_twenty_threads_one_consumes_the_code(database: Database, sid: tuple[int, str]) -> None:
    code = allowed(database, sid)

    def consume(_number: int) -> bool:
        with database.transaction() as work:
            DeviceCodeStore(work).by_hash(code.device_code_hash)
            return DeviceCodeStore(work).consume(code.device_code_hash, NOW)

    assert sorted(together(20, consume)) == [False] * 19 + [True]


def test_how_a_person_signed_in_is_told_of_her_session(database: Database, sid: tuple[int, str]) -> None:
    with database.transaction() as work:
        assert SessionStore(work).amr_of(sid[1]) == "pwd"
        assert SessionStore(work).amr_of("unknown") == ""


def test_the_sweep_takes_expired_codes_in_batches(database: Database) -> None:
    living = a_device_code(expires_at=NOW)
    for code in (living, *(a_device_code(expires_at=NOW - 1) for _ in range(5))):
        added(database, code)
    counts = []
    for _ in range(3):
        with database.transaction() as work:
            counts.append(DeviceCodeStore(work).sweep(NOW, 3))
    assert counts == [3, 2, 0]
    with database.transaction() as work:
        assert DeviceCodeStore(work).by_hash(living.device_code_hash) == living
