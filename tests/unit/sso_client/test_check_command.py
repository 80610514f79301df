"""``sso-client check``: where settings come from, the exit status, the list for people and for programs, no secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sso_client import SettingsProblem
from sso_client.check.command import main
from sso_client.check.finding import Finding, Outcome, shown
from sso_client.check.report import document_of, lines_of
from sso_client.check.settings_source import settings_from, settings_of_stranger
from sso_testkit import SingleSignOn
from sso_testkit.sso import PORTAL, PROJECT_CENTER
from tests.support.source import ROOT

INI = """
[app:other]
colour = 100%
[app:main]
sso.issuer = https://portal.example.test
sso.client_id = shop
sso.client_secret = 100% secret %(here)s
[app:second]
sso.issuer = https://second.example.test
sso.client_id = second
sso.client_secret = x
"""
ENVIRONMENT = {
    "SSO__ISSUER": PORTAL,
    "SSO__CLIENT_ID": "project-center",
    "SSO__CLIENT_SECRET": "the secret of project-center in this world",
    "SSO__WEB__ISSUER": "https://of-the-portal-itself.example.test",
    "PATH": "/bin",
}
Check = Callable[..., int]


@pytest.fixture
def check(sso: SingleSignOn) -> Check:
    def run(*arguments: str, **environment: str) -> int:
        return main(["check", *arguments], environment=environment, http=sso.world.http, clock=sso.clock)

    return run


def test_settings_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "site.ini"
    file.write_text(INI)
    found = settings_from(str(file), "", {})
    assert (found.client_id, found.client_secret, found.scope) == ("shop", "100% secret %(here)s", ("openid",))
    assert settings_from(str(file), "app:second", {}).client_id == "second"


def test_settings_of_the_environment() -> None:
    found = settings_from("env", "", ENVIRONMENT)
    assert (found.issuer, found.client_id) == (PORTAL, "project-center")


@pytest.mark.parametrize(
    ("content", "section"),
    [
        (None, ""),
        (b"", ""),
        (b"[a]\nb=c", ""),
        (b"no ini, a-secret", ""),
        (b"\xff\xfe", ""),
        (INI.encode(), "app:third"),
    ],
)
def test_settings_that_cannot_be_had(tmp_path: Path, content: bytes | None, section: str) -> None:
    file = tmp_path / "site.ini"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsProblem) as caught:
        settings_from(str(file), section, {})
    assert "a-secret" not in str(caught.value) and str(file) in str(caught.value)


def test_of_a_stranger_only_the_portal_is_known() -> None:
    assert settings_of_stranger(PORTAL).client_secret == settings_of_stranger(PORTAL).client_id == ""
    with pytest.raises(SettingsProblem):
        settings_of_stranger("ftp://portal.example.test")


def test_all_is_well(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(PROJECT_CENTER, **ENVIRONMENT) == 0
    out = capsys.readouterr().out
    assert "16 right, 0 wrong, 2 not seen" in out and "Nobody can see from outside" in out
    assert "\033" not in out


def test_something_is_wrong(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(PROJECT_CENTER, **{**ENVIRONMENT, "SSO__CLIENT_SECRET": "mistyped"}) == 1
    out = capsys.readouterr().out
    assert "WRONG  credentials" in out and "→ Compare sso.client_id" in out
    assert "mistyped" not in out


def test_as_json_with_a_file(check: Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "site.ini"
    pairs = {
        "issuer": PORTAL,
        "client_id": "project-center",
        "client_secret": "the secret of project-center in this world",
    }
    file.write_text("[app:main]\n" + "\n".join(f"sso.{name} = {value}" for name, value in pairs.items()))
    assert check(PROJECT_CENTER, "--settings", str(file), "--json", "--sign-in", "/mine") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"right": 16, "wrong": 0, "unseen": 2}
    assert told["site"] == PROJECT_CENTER and told["not_seen_from_outside"]
    assert {tuple(finding) for finding in told["findings"]} == {("code", "outcome", "says", "mend", "about")}
    assert "the secret of" not in json.dumps(told)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ftp://site.example.test"],
        ["site.example.test"],
        ["https://"],
        ["https://site.example.test:port"],
        ["https://site.example.test/?a=b"],
        ["https://me:pass-word@site.example.test"],
        ["https://[site"],
        [PROJECT_CENTER, "--api", "/me"],
        [PROJECT_CENTER, "--sign-in", "sign-in"],
        [PROJECT_CENTER, "--backchannel-logout", "nothing"],
        [PROJECT_CENTER, "--clock-skew", "-1"],
        [PROJECT_CENTER, "--clock-skew", "9" * 5000],
        [PROJECT_CENTER, "--settings", "env", "--issuer", PORTAL],
        [PROJECT_CENTER, "--issuer", "http://portal.example.test"],
    ],
)
def test_wrong_usage(check: Check, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = check(*arguments, **ENVIRONMENT)
    except SystemExit as end:
        status = int(end.code or 0)
    captured = capsys.readouterr()
    assert status == 2 and captured.err and not captured.out
    assert "Traceback" not in captured.err and "pass-word" not in captured.err


def test_without_settings_there_is_one_message(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(PROJECT_CENTER) == 2
    assert "sso.…" in capsys.readouterr().err


def test_colours_say_nothing_that_the_signs_do_not() -> None:
    findings = [Finding("a", Outcome.RIGHT, "good", ""), Finding("bb", Outcome.WRONG, "bad", "mend it", "https://api")]
    plain, coloured = lines_of("https://s", findings), lines_of("https://s", findings, coloured=True)
    assert [line.replace("\033[32m", "").replace("\033[31m", "").replace("\033[0m", "") for line in coloured] == plain
    assert "  WRONG  bb  bad" in plain and "             → mend it" in plain and "https://api" in plain


def test_what_strangers_write_is_made_harmless() -> None:
    assert shown("a\033[2Jb\r\n") == "a?[2Jb??"
    assert shown("x" * 500) == "x" * 200 + "…"
    findings = [Finding("a", Outcome.RIGHT, "good", "", "https://api/me?key=hidden")]
    assert "hidden" not in json.dumps(document_of("https://s", findings)) + "".join(lines_of("https://s", findings))


def test_the_command_is_installed() -> None:
    assert '"sso-client = sso_client.check.command:main"' in (ROOT / "setup.py").read_text("utf-8")
