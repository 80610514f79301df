"""Every endpoint lists its methods; times are told as people write them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import webtest
from pyramid.config import Configurator
from pyramid.response import Response

from sso_portal.web.endpoints import add_endpoint
from sso_portal.web.pages import format_time
from sso_portal.web.security import content_security_policy
from sso_testkit import MovableClock, SingleSignOn

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND")

ALLOWED = {
    "/": {"GET", "HEAD"},
    "/healthz": {"GET", "HEAD"},
    "/readyz": {"GET", "HEAD"},
    "/preferences": {"GET", "HEAD"},
    "/account/create": {"GET", "HEAD", "POST"},
    "/account/devices": {"GET", "HEAD", "POST"},
    "/account/sites": {"GET", "HEAD", "POST"},
    "/o/authorize/": {"GET", "HEAD", "POST"},
    "/o/login/": {"GET", "HEAD", "POST"},
    "/o/logout/": {"GET", "HEAD", "POST"},
    "/o/check_session/": {"GET", "HEAD"},
    "/o/logout/receipt/{number}/": {"GET", "HEAD"},
    "/o/session_activity/": {"POST"},
    # Pages of other origins ask first what they may send.
    "/o/token/": {"POST", "OPTIONS"},
    "/o/revoke/": {"POST", "OPTIONS"},
    "/o/introspect/": {"POST"},
    "/o/par/": {"POST", "OPTIONS"},
    "/o/userinfo/": {"GET", "HEAD", "POST", "OPTIONS"},
    "/o/device_authorization/": {"POST"},
    "/o/device/": {"GET", "HEAD", "POST"},
    "/o/device/qr.svg": {"GET", "HEAD"},
    "/o/forward_auth/": {"GET", "HEAD"},
    "/o/forward_auth/start/": {"GET", "HEAD"},
    "/o/forward_auth/callback/": {"GET", "HEAD"},
    "/o/forward_auth/sign-out/": {"GET", "HEAD", "POST"},
    "/o/site_refused/": {"GET", "HEAD"},
    "/o/jwks/": {"GET", "HEAD"},
    "/.well-known/openid-configuration": {"GET", "HEAD"},
    "/.well-known/oauth-authorization-server": {"GET", "HEAD"},
    "/.well-known/oauth-protected-resource": {"GET", "HEAD"},
}


def registered(sso: SingleSignOn) -> set[str]:
    """Every address that the portal serves, static files aside."""
    mapper = sso.portal_app.routes_mapper
    return {route.name for route in mapper.get_routes()} - {"static", "favicon"}


def test_the_table_has_every_endpoint(sso: SingleSignOn) -> None:
    assert registered(sso) == set(ALLOWED)


@pytest.mark.parametrize("path", ALLOWED)
def test_an_endpoint_answers_its_methods_and_names_them_to_others(sso: SingleSignOn, path: str) -> None:
    http = webtest.TestApp(sso.portal_app, lint=False)
    for method in METHODS:
        answer = http.request(path, method=method, status="*")
        assert (answer.status_int == 405) == (method not in ALLOWED[path]), f"{method} {answer.status}"
        assert answer.status_int < 500
        if answer.status_int == 405:
            assert set(answer.headers["Allow"].split(", ")) == ALLOWED[path]


@pytest.mark.parametrize("path", [path for path in ALLOWED if path.endswith("/") and path != "/"])
def test_a_missing_slash_at_the_end_is_forgiven_without_a_redirect(sso: SingleSignOn, path: str) -> None:
    http = webtest.TestApp(sso.portal_app)
    method = "GET" if "GET" in ALLOWED[path] else "POST"
    answers = [http.request(place, method=method, status="*") for place in (path, path[:-1])]
    assert answers[0].status_int == answers[1].status_int
    assert http.get(f"{path}/", status="*").status_int == 404


def test_an_endpoint_without_post_has_no_post() -> None:
    config = Configurator()
    add_endpoint(config, "/a/", get=lambda _request: Response("got"))
    http = webtest.TestApp(config.make_wsgi_app())
    assert http.get("/a").text == http.get("/a/").text == "got"
    assert http.head("/a").body == b""
    assert http.post("/a/", status=405).headers["Allow"] == "GET, HEAD"


MOMENT = 1_800_000_000  # 2027-01-15 08:00:00 UTC


@pytest.mark.parametrize(
    ("zone", "locale", "offset", "text"),
    [
        ("UTC", "en", 0, "08:00:00"),
        ("UTC", "zh_CN", 3600, "09:00:00"),
        ("UTC", "en", 86_400, "16 Jan 2027 08:00:00"),
        ("UTC", "zh_CN", -86_400, "2027年1月14日 08:00:00"),
        ("Asia/Shanghai", "en", 0, "16:00:00"),
        ("Asia/Shanghai", "zh_CN", 8 * 3600, "2027年1月16日 00:00:00"),
    ],
)
def test_times_as_people_write_them(zone: str, locale: str, offset: int, text: str) -> None:
    settings = SimpleNamespace(brand=SimpleNamespace(time_zone=zone))
    request: Any = SimpleNamespace(
        portal=SimpleNamespace(settings=settings, clock=MovableClock(MOMENT)), locale_name=locale
    )
    assert format_time(request, MOMENT + offset) == text


def test_a_policy_names_where_forms_may_lead_once() -> None:
    policy = content_security_policy(["https:", "com.example.app:", "https:"])
    assert policy.endswith("form-action 'self' https: com.example.app:")
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
