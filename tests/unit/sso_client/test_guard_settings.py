"""The guard's settings: one message lists everything that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from sso_client import SettingsProblem
from sso_client.guard import GuardSettings, Rule, read_guard_settings

GOOD = {
    "guard.issuer": "https://portal.example.test",
    "guard.resource": "user_api",
    "guard.client_id": "user_api",
    "guard.client_secret": "hush",
}


def test_the_least_that_is_needed() -> None:
    settings = read_guard_settings(GOOD)
    assert settings == GuardSettings(
        "https://portal.example.test", "user_api", client_id="user_api", client_secret="hush"
    )
    assert "hush" not in repr(settings) and "hush" not in repr(settings.as_client)


def test_everything() -> None:
    more = {
        "guard.check": "introspection",
        "guard.scopes": "a b  a",
        "guard.origins": "https://app.test http://localhost:5173",
        "guard.public_url": "https://api.test/users/",
        "guard.cache_seconds": "3",
        "guard.timeout": "0.5",
        "guard.algorithms": "ES256",
    }
    settings = read_guard_settings({**GOOD, **more})
    assert (settings.check, settings.scopes, settings.cache_seconds) == ("introspection", ("a", "b"), 3)
    assert settings.origins == ("https://app.test", "http://localhost:5173")
    assert (settings.public_url, settings.timeout, settings.algorithms) == ("https://api.test/users", 0.5, ("ES256",))


def test_what_the_kit_is_told_already() -> None:
    told = {name.replace("guard.", "sso."): value for name, value in GOOD.items() if name != "guard.resource"}
    settings = read_guard_settings({**told, "guard.resource": "user_api"})
    assert settings == read_guard_settings(GOOD)
    assert read_guard_settings({**GOOD, "sso.client_id": "site"}).client_id == "user_api"


def test_a_guard_that_never_asks_needs_no_secret() -> None:
    given = {name: value for name, value in GOOD.items() if "client" not in name}
    assert read_guard_settings({**given, "guard.check": "jwt"}).client_id == ""
    with pytest.raises(SettingsProblem, match=r"client_secret are needed for .* = auto"):
        read_guard_settings(given)


def test_everything_that_is_wrong_is_in_one_message() -> None:
    bad = {
        "guard.issuer": "ftp://portal",
        "guard.check": "never",
        "guard.leeway": "-1",
        "guard.cache_seconds": "ten",
        "guard.timeout": "nan",
        "guard.any_audience": "perhaps",
        "guard.origins": "app.test https://app.test/ https://good.test *",
        "guard.public_url": "api.test",
        "guard.algorithms": "ES256 HS256 none",
        "guard.scopes": 'a"b good',
        "guard.opaque_form": "[",
        "guard.cache_size": "٣",
    }
    with pytest.raises(SettingsProblem) as problem:
        read_guard_settings(bad)
    lines = str(problem.value).splitlines()
    for name in (*bad, "guard.resource"):
        assert any(name in line for line in lines), name
    assert len(lines) == len(bad) + 1 + 3, "of the origins three are wrong, of the algorithms two"


@pytest.mark.parametrize(
    "given",
    [
        {"path": "lessons"},
        {"path": "/x", "public": True, "scope": "a"},
        {"path": "/x", "methods": "GET"},
        {"path": "/x", "methods": ("get",)},
    ],
)
def test_rules_that_make_no_sense(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsProblem):
        Rule(**given)
