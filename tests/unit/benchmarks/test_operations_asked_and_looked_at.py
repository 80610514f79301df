"""What each operation asks and which answers it believes; the statements that it costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.counts import counts_of_operations
from benchmarks.in_process import PortalInProcess, environ_of
from benchmarks.measuring import Effort, percentile
from benchmarks.operations import OPERATIONS, Operation, SignIn
from benchmarks.operations.client_credentials import ClientCredentials
from benchmarks.operations.documents import Discovery
from benchmarks.operations.operation import times
from benchmarks.operations.silent_authorize import SilentAuthorize
from benchmarks.plans import walks_through_everything
from benchmarks.provider import Provider
from benchmarks.visit import hidden_fields
from benchmarks.wire import Answer

PROVIDER = Provider(name="portal", port=9000, pid=1, cookie="sso_session=x")


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Some answer."""
    lines = "".join(f"\r\n{name}: {value}" for name, value in headers.items())
    return Answer(status, f"HTTP/1.1 {status} X{lines}".encode(), body)


def test_no_authorization_request_is_like_another() -> None:
    assert PROVIDER.authorization_request() != PROVIDER.authorization_request()


@pytest.mark.parametrize(
    ("status", "location", "right"),
    [
        (303, "https://bench.example/callback?code=abc&state=x", True),
        (302, "https://bench.example/callback?state=x&code=abc", True),
        (303, "https://bench.example/callback?error=access_denied&state=x", False),
        (303, "/o/login/?next=code", False),
        (303, "https://elsewhere.example/callback?code=abc", False),
        (200, "https://bench.example/callback?code=abc", False),
    ],
)
def test_only_a_code_for_the_client_is_a_right_authorization(status: int, location: str, right: bool) -> None:
    assert SilentAuthorize(PROVIDER).look(0, answer(status, Location=location)) is right


def test_a_refusal_is_no_right_answer() -> None:
    assert not ClientCredentials(PROVIDER).look(0, answer(400, b'{"error": "invalid_scope"}'))
    assert not Discovery(PROVIDER).look(0, answer(200, b"{}"))


def test_a_request_becomes_what_an_application_sees() -> None:
    environ = environ_of(b"POST /a%20b?c=d HTTP/1.1\r\nHost: h\r\nContent-Type: t\r\nContent-Length: 2\r\n\r\nxy")
    wanted = {"REQUEST_METHOD": "POST", "PATH_INFO": "/a b", "QUERY_STRING": "c=d", "HTTP_HOST": "h"}
    assert {name: environ[name] for name in wanted} == wanted
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"], environ["wsgi.input"].read()) == ("t", "2", b"xy")


def test_hidden_fields_are_found_whatever_their_order() -> None:
    page = '<input type="hidden" name="a" value="1"><input name="b" value="2"><input name="c" type="hidden" value="3">'
    assert hidden_fields(page) == {"a": "1", "c": "3"}


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert (percentile(values, 50), percentile(values, 99), percentile([7.0], 99)) == (50.0, 99.0, 7.0)
    assert percentile([], 50) == 0.0


def test_a_small_scale_still_asks_over_each_connection() -> None:
    assert Effort(connections=16, scale=0.0001).amount(Discovery(PROVIDER)) == 16


def test_a_provider_without_a_form_has_no_sign_in() -> None:
    assert SignIn.fits(PROVIDER)
    assert not SignIn.fits(Provider(name="x", port=1, pid=1, cookie="", csrf_field=""))


@pytest.mark.parametrize(
    ("plan", "walks"),
    [
        ("SELECT users: SEARCH users USING INDEX a (b=?)", False),
        ("SELECT users: SCAN users", True),
        ("SELECT users: SEARCH users USING INDEX a (b=?), SCAN credentials LEFT-JOIN", True),
        ("SELECT versions: SCAN versions", False),
        ("INSERT codes: SCAN CONSTANT ROW", False),
        ("INSERT codes: no search", False),
    ],
)
def test_a_walk_through_a_table_that_grows_is_found(plan: str, walks: bool) -> None:
    assert walks_through_everything(plan) is walks


def test_each_operation_is_counted_and_changes_commit_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.counts._NEW_SECONDS", 0)
    counts = counts_of_operations(tmp_path)
    assert list(counts) == [kind.name for kind in OPERATIONS]
    once = ("silent_authorize", "code_exchange", "refresh", "client_credentials")
    assert {name: counts[name].commits for name in once} == dict.fromkeys(once, 1)
    assert {(counts[name].statements, counts[name].commits) for name in ("discovery", "jwks")} == {(0, 0)}
    assert all(0 < counts[name].statements < 12 for name in (*once, "userinfo", "introspection", "sign_in"))


def test_a_wrong_answer_in_process_is_not_passed_over(tmp_path: Path) -> None:
    portal = PortalInProcess(tmp_path)
    try:
        portal.provider.machine_id = "nobody"
        operation: Operation = ClientCredentials(portal.provider)
        with pytest.raises(RuntimeError, match="401"):
            portal.drive(times(1, operation.request), operation.look)
    finally:
        portal.close()
