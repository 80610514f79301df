"""Pushed requests, on both databases: answered once, and kept long enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from sso_portal.storage.database import Database
from sso_portal.storage.pushed_requests import PushedRequest, PushedRequestStore
from sso_testkit.together import together
from tests.support.records import NOW


def a_request(name: str, **changes: Any) -> PushedRequest:
    """A pushed request."""
    parameters = {"state": "状态" * 1000, "resource": ["https://a.test/", "https://b.test/"]}
    return replace(PushedRequest(name.ljust(64, "."), "shop", parameters, NOW, NOW + 90), **changes)


def add(database: Database, *requests: PushedRequest) -> None:
    with database.transaction() as work:
        for request in requests:
            PushedRequestStore(work).add(request)


def test_a_request_is_read_back_as_it_was_pushed(database: Database) -> None:
    request = a_request("one")
    add(database, request, a_request("other", parameters={}))
    with database.transaction() as work:
        assert PushedRequestStore(work).get(request.request_uri_hash) == request
        assert PushedRequestStore(work).get("unknown") is None


def test_a_request_is_used_once_and_others_are_left_alone(database: Database) -> None:
    one, other = a_request("one"), a_request("other")
    add(database, one, other)
    with database.transaction() as work:
        store = PushedRequestStore(work)
        assert [store.use(one.request_uri_hash, NOW + second) for second in (1, 2)] == [True, False]
        assert store.get(one.request_uri_hash) == replace(one, used_at=NOW + 1)
        assert store.get(other.request_uri_hash) == other
        assert store.use("unknown", NOW) is False


def test_of_twenty_threads_one_uses_the_request(database: Database) -> None:
    request = a_request("one")
    add(database, request)

    def use(_number: int) -> bool:
        with database.transaction() as work:
            PushedRequestStore(work).get(request.request_uri_hash)
            return PushedRequestStore(work).use(request.request_uri_hash, NOW)

    assert sorted(together(20, use)) == [False] * 19 + [True]


def test_a_use_that_is_rolled_back_did_not_happen(database: Database) -> None:
    request = a_request("one")
    add(database, request)
    with pytest.raises(LookupError), database.transaction() as work:
        assert PushedRequestStore(work).use(request.request_uri_hash, NOW) is True
        raise LookupError
    with database.transaction() as work:
        assert PushedRequestStore(work).use(request.request_uri_hash, NOW) is True


def test_a_reference_is_given_out_once(database: Database) -> None:
    add(database, a_request("one"))
    with pytest.raises(IntegrityError):
        add(database, a_request("one", client_id="other"))


def test_the_sweep_takes_what_expired_in_batches(database: Database) -> None:
    add(database, *(a_request(f"old {number}", expires_at=NOW - 1) for number in range(5)), a_request("new"))
    counts = []
    for _ in range(3):
        with database.transaction() as work:
            counts.append(PushedRequestStore(work).sweep(NOW, 3))
    assert counts == [3, 2, 0]
    with database.transaction() as work:
        assert PushedRequestStore(work).get(a_request("new").request_uri_hash) is not None
