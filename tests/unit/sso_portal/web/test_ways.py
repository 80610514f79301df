"""The way to a view, and what does not happen on it."""

from __future__ import annotations

from typing import Any

import pytest
import webtest
from pyramid.interfaces import IRequestExtensions
from pyramid.request import Request
from pyramid.urldispatch import RoutesMapper
from transaction import TransactionManager
from transaction.interfaces import NoTransaction

from sso_portal.web.transactions import LateTransaction
from sso_portal.web.ways import KnownRoutes
from sso_testkit import SingleSignOn

PATHS = ("/a", "/a/", "/a//", "/A/", "/a/b", "/b/x", "/b/x/", "/b/", "/b/%2F", "/c", "/", "", "/a\n", "/é", "/static")


def routes(kind: type[RoutesMapper]) -> RoutesMapper:
    mapper = kind()
    mapper.connect("a", "/a{slash:/?}")
    mapper.connect("b", "/b/{name}{slash:/?}")
    mapper.connect("c", "/c")
    mapper.connect("any of two", "/{slash:[/x]}")
    return mapper


@pytest.mark.parametrize("again", [1, 2, 3])
def test_the_same_route_is_found_at_first_and_later(again: int) -> None:
    known, walked = routes(KnownRoutes), routes(RoutesMapper)
    for path in PATHS * again:
        request = Request({"PATH_INFO": path.encode().decode("latin-1"), "REQUEST_METHOD": "GET"})
        ours, theirs = known(request), walked(request)
        assert (ours["route"] and ours["route"].name) == (theirs["route"] and theirs["route"].name), path
        assert ours["match"] == theirs["match"], path
        if ours["match"] is not None:
            ours["match"]["changed"] = "by a view"


def test_where_a_condition_chooses_it_is_asked_each_time() -> None:
    mapper = KnownRoutes()
    mapper.connect("first", "/c", predicates=(lambda _info, request: "X" in request.environ,))
    mapper.connect("second", "/c")
    for environ, name in (({}, "second"), ({"X": "1"}, "first"), ({}, "second")):
        request = Request({"PATH_INFO": "/c", "REQUEST_METHOD": "GET", **environ})
        assert mapper(request)["route"].name == name


def test_only_addresses_without_variety_are_kept() -> None:
    mapper = routes(KnownRoutes)
    for number in range(100):
        for path in (f"/b/{number}", f"/nothing/{number}", "/a", "/a/"):
            mapper(Request({"PATH_INFO": path, "REQUEST_METHOD": "GET"}))
    assert set(mapper._known) == {"/a", "/a/"}


def test_a_header_leads_nowhere_else(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.portal_app)
    for root in ("/somewhere", "/@@view", "\xff"):
        assert http.get("/healthz", extra_environ={"HTTP_X_VHM_ROOT": root}).json == {"status": "alive"}


def test_no_request_gets_a_class_of_its_own(sso: SingleSignOn) -> None:
    assert sso.portal_app.registry.queryUtility(IRequestExtensions) is None


def test_where_nothing_is_asked_no_transaction_begins(sso: SingleSignOn, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Any] = []
    begin = TransactionManager.begin

    def noted(self: TransactionManager) -> Any:
        begun.append(self)
        return begin(self)

    monkeypatch.setattr(TransactionManager, "begin", noted)
    http = webtest.TestApp(sso.portal_app)
    http.get("/.well-known/openid-configuration")
    begun.clear()
    for path in ("/healthz", "/.well-known/openid-configuration", "/.well-known/oauth-protected-resource"):
        http.get(path)
    assert not begun
    http.get("/readyz")
    assert len(begun) <= 1


def test_a_late_transaction_is_joined_only_in_its_time() -> None:
    late = LateTransaction()
    with pytest.raises(NoTransaction):
        late.get()
    late.begin().note("a path")
    assert not late.isDoomed()
    joined = late.get()
    assert late.get() is joined
    joined.doom()
    assert late.isDoomed()
    late.abort()
    with pytest.raises(NoTransaction):
        late.get()
    late.begin()
    late.commit()
    with pytest.raises(NoTransaction):
        late.get()


@pytest.mark.parametrize(("end", "expected"), [("commit", [True]), ("abort", [False])])
def test_who_has_joined_hears_of_the_end(end: str, expected: list[bool]) -> None:
    late, heard = LateTransaction(), list[bool]()
    late.begin()
    late.get().addAfterCommitHook(heard.append)
    late.get().addAfterAbortHook(lambda: heard.append(False))
    getattr(late, end)()
    assert heard == expected
