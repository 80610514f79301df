"""Addresses, languages, endpoints, logs: the small rooms of the front door."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import webob
import webtest
from pyramid.testing import DummyRequest

from sso_portal.base.forms import parse_form
from sso_portal.base.trace import current_trace
from sso_portal.cli.logs import JsonLines
from sso_portal.web.addresses import client_address
from sso_portal.web.locale import negotiate, read_choice, write_choice
from sso_testkit import SingleSignOn


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("198.51.100.1", "", (), "198.51.100.1"),
        ("198.51.100.1", "203.0.113.9", (), "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9", ("10.0.0.1",), "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9", ("10.0.0.1",), "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", ("10.0.0.1", "10.0.0.2"), "203.0.113.9"),
        ("10.0.0.1", "", ("10.0.0.1",), "10.0.0.1"),
        ("10.0.0.1", " , ,", ("10.0.0.1",), "10.0.0.1"),
        ("", "x" * 500, (), ""),
    ],
)
def test_whose_address_it_is(peer: str, forwarded: str, trusted: tuple[str, ...], expected: str) -> None:
    assert client_address({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}, trusted) == expected


def asked(query: str = "", browser: str = "", cookie: str = "") -> str:
    request: Any = DummyRequest(environ={"HTTP_ACCEPT_LANGUAGE": browser, "HTTP_COOKIE": f"sso_locale={cookie}"})
    request.query_form = parse_form(query)
    request.portal = type("Portal", (), {"settings": type("Settings", (), {"is_https": False})})
    return negotiate(request)


@pytest.mark.parametrize(
    ("query", "browser", "cookie", "expected"),
    [
        ("", "", "", "en"),
        ("", "fr, zh-CN;q=0.8, en;q=0.5", "", "zh_CN"),
        ("", "en;q=0.3, zh;q=0.9", "", "zh_CN"),
        ("", "en;q=x, zh;q=0.1", "", "zh_CN"),
        ("", "de, fr", "", "en"),
        ("", "zh", "en~", "en"),
        ("", "zh", "klingon", "zh_CN"),
        ("ui_locales=zh-CN", "en", "en~", "zh_CN"),
        ("ui_locales=zh-CN", "en", "en~zh-CN", "en"),
        ("ui_locales=fr+de", "zh", "", "zh_CN"),
        ("next=/o/authorize/%3Fui_locales%3Dzh", "en", "", "zh_CN"),
        ("next=//[", "zh", "", "zh_CN"),
    ],
)
def test_which_language(query: str, browser: str, cookie: str, expected: str) -> None:
    assert asked(query, browser, cookie) == expected


def test_a_choice_is_written_and_read() -> None:
    assert read_choice(write_choice("en", "zh-CN fr~x")) == ("en", "zh-CN fr~x")
    assert read_choice("xx~y") == (None, "y")
    assert read_choice(None) == (None, "")


def test_other_methods_are_refused_with_those_that_are_allowed(sso: SingleSignOn) -> None:
    http = webtest.TestApp(sso.portal_app)
    for path, allowed in (("/o/introspect/", "POST"), ("/o/login/", "GET, HEAD, POST"), ("/o/jwks", "GET, HEAD")):
        answer = http.request(path, method="PUT", status="*")
        assert answer.status_int == 405
        assert answer.headers["Allow"] == allowed
    assert http.head("/o/jwks/").status_int == 200


def test_a_log_line_is_one_json_object_with_its_trace() -> None:
    record = logging.LogRecord("sso_portal.x", logging.INFO, "f", 1, "said %s", ("中\n文",), None)
    record.fields = {"status": 200}
    token = current_trace.set("abc")
    try:
        line = JsonLines().format(record)
    finally:
        current_trace.reset(token)
    assert "\n" not in line
    parsed = json.loads(line)
    assert parsed["message"] == "said 中\n文"
    assert (parsed["trace_id"], parsed["status"], parsed["level"]) == ("abc", 200, "info")


def test_a_request_line_names_the_path_but_not_the_query(sso: SingleSignOn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sso_portal.request")
    webtest.TestApp(sso.portal_app).get("/healthz?secret=1")
    (record,) = [record for record in caplog.records if record.name == "sso_portal.request"]
    assert record.fields["path"] == "/healthz"
    assert "secret" not in repr(record.__dict__)


def test_a_database_that_is_away_is_a_503_and_not_a_traceback(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso()
    with sso.portal.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE sessions")
    http = webtest.TestApp(sso.portal_app, extra_environ={"HTTP_COOKIE": "__Host-sso_session=x"})
    answer = http.get("/", status="*")
    assert answer.status_int == 503
    assert answer.headers["Retry-After"]
    assert "Traceback" not in answer.text
    assert "<h1>" in answer.text


def test_a_view_that_fails_is_a_500_with_a_trace_for_support(
    sso: SingleSignOn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sso_portal.web.oauth.metadata.discovery.openid_configuration", lambda *_, **__: 1 / 0)
    http = webtest.TestApp(sso.portal_app)
    answer = http.get("/.well-known/openid-configuration", status="*")
    assert answer.status_int == 500
    assert answer.json["error"] == "server_error"
    assert answer.json["trace_id"] == answer.headers["X-Request-Id"]
    assert any("ZeroDivisionError" in str(record.exc_text) for record in caplog.records)


def test_readiness_names_what_is_missing(make_sso: Callable[..., SingleSignOn]) -> None:
    sso = make_sso()
    http = webtest.TestApp(sso.portal_app)
    assert http.get("/readyz").json["checks"] == {"database": True, "migrations": True, "keys": True}
    with sso.portal.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    answer = http.get("/readyz", status="*")
    assert answer.status_int == 503
    assert answer.json["checks"] == {"database": True, "migrations": False, "keys": False}


@pytest.mark.parametrize("path", ["/", "/o/login/", "/nowhere"])
def test_credentials_in_an_address_are_not_written_into_links(sso: SingleSignOn, path: str) -> None:
    http = webtest.TestApp(sso.portal_app)
    page = http.get(f"{path}?q=1&access_token=a-secret-of-somebody", status="*").text
    assert "a-secret-of-somebody" not in page
    assert "preferences?locale=" in page


@pytest.mark.parametrize("path", ["/o/device/qr.svg", "/", "/nowhere", "/o/login/", "/o/authorize/", "/o/token/"])
def test_a_body_that_breaks_off_is_the_senders_fault_everywhere(sso: SingleSignOn, path: str) -> None:
    request = webob.Request.blank(f"https://portal.example.test{path}", method="POST")
    request.environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": "3"}
    assert 400 <= request.get_response(sso.portal_app).status_int < 500
