"""Settings: from ini and environment, all problems at once."""

from __future__ import annotations

import configparser
from dataclasses import fields
from pathlib import Path

import pytest

from sso_portal.base.errors import SettingsError
from sso_portal.settings import Settings, load_settings
from sso_portal.settings.checks import contrast

GOOD = {
    "sso.web.issuer": "https://sso.example.com",
    "sso.storage.url": "sqlite:///x",
    "sso.security.secret": "x" * 32,
}
ROOT = Path(__file__).resolve().parents[4]


def problems(**changes: str) -> tuple[str, ...]:
    given = {**GOOD, **{f"sso.{name.replace('__', '.')}": value for name, value in changes.items()}}
    with pytest.raises(SettingsError) as caught:
        load_settings(given, {})
    return caught.value.problems


def test_defaults_are_filled_in() -> None:
    settings = load_settings(GOOD, {})
    assert settings.tokens.code_seconds == 60
    assert settings.web.trusted_proxies == ()
    assert settings.is_https


def test_the_environment_wins_and_strangers_are_left_alone() -> None:
    environment = {"SSO__TOKENS__CODE_SECONDS": "30", "PATH": "/bin", "SSO_OTHER": "x", "SSO__A__B__C": "x"}
    settings = load_settings({**GOOD, "sso.tokens.code_seconds": "50", "pyramid.x": "y"}, environment)
    assert settings.tokens.code_seconds == 30


def test_missing_and_unknown_ones_are_listed_together() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"sso.web.isuer": "x", "sso.tokens.code_seconds": "a"}, {})
    text = str(caught.value)
    for part in ("sso.web.issuer: is missing", "sso.storage.url", "sso.security.secret", "isuer", "code_seconds"):
        assert part in text


@pytest.mark.parametrize(
    ("changes", "count", "word"),
    [
        ({"web__issuer": "http://sso.example.com"}, 1, "https"),
        ({"web__issuer": "https://sso.example.com/"}, 1, "slash"),
        ({"web__issuer": "https://sso.example.com/path"}, 1, "host and port only"),
        ({"web__issuer": "sso.example.com"}, 1, "full address"),
        ({"web__listen": "9000"}, 1, "listen"),
        ({"security__secret": "short"}, 1, "32"),
        ({"security__hashing_at_once": "0"}, 1, "1 to 64"),
        ({"security__hashing_waiting": "-1"}, 1, "0 to 1000"),
        ({"web__stop_seconds": "0"}, 1, "1 to 600"),
        ({"storage__url": "mysql://x"}, 1, "postgresql"),
        ({"storage__sqlite_synchronous": "sometimes"}, 1, "one of"),
        ({"session__idle_seconds": "0", "tokens__access_seconds": "-1"}, 2, "1 or more"),
        ({"tokens__code_seconds": "601"}, 1, "600"),
        ({"tokens__device_code_seconds": "60", "tokens__device_poll_seconds": "60"}, 1, "device_poll_seconds"),
        ({"keys__publish_ahead_seconds": "7776000"}, 1, "less than rotate_seconds"),
        ({"keys__rotate_seconds": "0", "keys__publish_ahead_seconds": "0", "keys__hint_seconds": "0"}, 4, "1 or more"),
        ({"keys__keep_seconds": "3599"}, 1, "access_seconds"),
        ({"tokens__id_token_seconds": "172801"}, 1, "keep_seconds"),
        ({"sign_in__account_free_failures": "10"}, 1, "less than"),
        ({"sign_up__address_free_tries": "100"}, 1, "less than"),
        ({"sign_up__lock_seconds": "0"}, 1, "1 or more"),
        ({"sign_up__enabled": "perhaps"}, 1, "true or false"),
        ({"dpop__nonce_seconds": "0"}, 1, "1 or more"),
        ({"audit__keep_days": "0"}, 1, "sso.audit.keep_days"),
        ({"mutual_tls__header": "X-Client-Cert"}, 1, "trusted_proxies"),
        ({"mutual_tls__header": "X Cert", "web__trusted_proxies": "10.0.0.1"}, 1, "name of a header"),
        ({"mutual_tls__verified_header": "X-Client-Verify"}, 1, "needs sso.mutual_tls.header"),
        ({"fetch__timeout_seconds": "0"}, 1, "1 or more"),
        ({"fetch__allowed_hosts": "keys.internal https://keys.internal/ [::1]:80 a:b"}, 2, "host or host:port"),
        ({"brand__accent": "blue"}, 1, "colour"),
        ({"brand__accent": "#ffff00"}, 1, "contrasts only"),
        ({"brand__accent_dark": "#222222"}, 1, "contrasts only"),
        ({"brand__time_zone": "Mars/Olympus"}, 1, "time_zone"),
        ({"places__networks": "10.1.0.0/16=Beijing office; 10.2.0.0/33=x; office"}, 2, "is not a network"),
        ({"places__database": "/no/such/file.mmdb"}, 1, "cannot be read"),
        ({"places__database": str(ROOT)}, 1, "cannot be read"),
        ({"places__database": str(ROOT / "setup.py")}, 1, "MMDB"),
        ({"web__allow_insecure_issuer": "maybe"}, 1, "true or false"),
        ({"web__issuer": "x", "brand__accent": "x", "security__secret": "x"}, 3, "issuer"),
    ],
)
def test_each_problem_is_named(changes: dict[str, str], count: int, word: str) -> None:
    found = problems(**changes)
    assert len(found) == count
    assert word in " ".join(found)


def test_plain_http_is_for_this_machine_or_by_an_explicit_switch() -> None:
    for issuer in ("http://localhost:9000", "http://127.0.0.1:9000", "http://[::1]:9000"):
        assert not load_settings({**GOOD, "sso.web.issuer": issuer}, {}).is_https
    insecure = {"sso.web.issuer": "http://portal.test", "sso.web.allow_insecure_issuer": "true"}
    assert load_settings({**GOOD, **insecure}, {}).web.issuer == "http://portal.test"


def test_contrast_as_wcag_computes_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_ini_file_for_development_shows_every_setting() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "development.ini", encoding="utf-8")
    shown = {name: value for name, value in parser["app:main"].items() if name.startswith("sso.")}
    settings = load_settings(shown, {})
    areas = vars(settings)
    assert set(shown) == {f"sso.{area}.{field.name}" for area, values in areas.items() for field in fields(values)}
    assert isinstance(settings, Settings)


def test_the_ini_file_for_production_holds_no_secret() -> None:
    text = (ROOT / "production.ini").read_text(encoding="utf-8")
    assert "sso.security.secret =" not in text
    assert "SSO__SECURITY__SECRET" in text
