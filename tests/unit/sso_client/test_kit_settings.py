"""Settings: four are needed, everything wrong is named at once, no secret is ever repeated."""

from __future__ import annotations

import pytest

from sso_client import SettingsProblem, local_path, read_settings
from sso_client.urls import is_safe_endpoint

GOOD = {
    "sso.issuer": "https://portal.example.test",
    "sso.client_id": "project-center",
    "sso.client_secret": "very-secret",
    "sso.scope": "openid  profile openid",
}


def test_four_settings_are_enough() -> None:
    settings = read_settings(GOOD)
    assert settings.scope == ("openid", "profile")
    assert settings.store == "project-center.sqlite3" and settings.timeout == 5 and settings.session_seconds == 28800
    assert "very-secret" not in repr(settings)


def test_everything_wrong_is_named_at_once() -> None:
    with pytest.raises(SettingsProblem) as caught:
        read_settings(
            {
                "sso.issuer": "ftp://x",
                "sso.scope": "profile",
                "sso.timeout": "soon",
                "sso.session_seconds": "nan",
                "sso.site_url": "project",
                "sso.client_auth": "none",
                "sso.extra_params": "state=1&max_age=x",
                "sso.allow_http": "maybe",
            }
        )
    lines = str(caught.value).splitlines()
    for name in ("issuer", "scope", "timeout", "session_seconds", "site_url", "client_auth", "allow_http"):
        assert any(line.startswith(f"sso.{name}") for line in lines), name
    assert sum("extra_params" in line for line in lines) == 2
    assert {"sso.client_id is missing", "sso.client_secret is missing"} <= set(lines)


@pytest.mark.parametrize(
    ("issuer", "allow_http", "good"),
    [
        ("http://localhost:9000", "false", True),
        ("http://127.0.0.1:9000", "false", True),
        ("http://[::1]:9000", "false", True),
        ("http://portal.example.test", "false", False),
        ("http://portal.example.test", "true", True),
        ("http://localhost.evil.example", "false", False),
        ("https://user@portal.example.test", "false", False),
        ("https://portal.example.test/?a", "false", False),
        ("https://portal.example.test/#a", "false", False),
        ("https://", "false", False),
        ("https://[", "false", False),
        ("https://portal:port", "false", False),
    ],
)
def test_which_issuers_are_taken(issuer: str, allow_http: str, good: bool) -> None:
    source = {**GOOD, "sso.issuer": issuer, "sso.allow_http": allow_http}
    if good:
        assert read_settings(source).issuer == issuer
    else:
        with pytest.raises(SettingsProblem, match="issuer"):
            read_settings(source)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/", "/"),
        ("/a/b?c=d&e=%2F#f", "/a/b?c=d&e=%2F#f"),
        ("/中 文", "/%E4%B8%AD%20%E6%96%87"),
        ("//evil", "/"),
        ("///evil", "/"),
        ("/\\evil", "/"),
        ("/\t/evil", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("/\x7f", "/"),
        ("\\\\evil", "/"),
        ("https://evil", "/"),
        ("evil", "/"),
        (" /a", "/"),
        ("", "/"),
        (None, "/"),
        (7, "/"),
        ("/\ud800", "/"),
        ("/sso/callback", "/"),
        ("/sign-out", "/"),
    ],
)
def test_local_paths(given: object, kept: str) -> None:
    assert local_path(given) == kept


def test_endpoints_with_odd_characters_are_not_used() -> None:
    for url in ("https://a b/", "https://a\\b/", "https://a/\n", None, 7, "mailto:a@b"):
        assert not is_safe_endpoint(url)
