"""Promises that hold for every command: ``--json``, exit statuses, secrets, and that a running portal heeds it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
import webtest
from click.testing import CliRunner, Result

from sso_portal.app import make_app
from sso_portal.base.errors import KeysUnreadable, Refused, SettingsError
from sso_portal.cli.main import cli, main

Run = Callable[..., Result]
SETTINGS = {
    "sso.web.issuer": "http://localhost:9000",
    "sso.storage.sqlite_synchronous": "off",
    "sso.security.secret": "a secret of this test, long enough to be one",
    "sso.security.argon2_time_cost": "1",
    "sso.security.argon2_memory_kib": "64",
}


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that ``db upgrade`` has made, to be copied."""
    folder = tmp_path_factory.mktemp("upgraded")
    assert invoke(written(folder), "db", "upgrade").exit_code == 0
    return folder / "portal.sqlite3"


def settings_in(folder: Path) -> dict[str, str]:
    return {**SETTINGS, "sso.storage.url": f"sqlite:///{folder / 'portal.sqlite3'}"}


def written(folder: Path) -> Path:
    ini = folder / "portal.ini"
    ini.write_text("[app:main]\n" + "".join(f"{name} = {value}\n" for name, value in settings_in(folder).items()))
    return ini


def invoke(ini: Path, *arguments: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli, ["-c", str(ini), *arguments], input=stdin, env=env)


@pytest.fixture
def run(tmp_path: Path, upgraded: Path) -> Run:
    """Runs the command over a database of its own."""
    shutil.copy(upgraded, tmp_path)
    return partial(invoke, written(tmp_path))


@pytest.fixture
def filled(run: Run) -> Run:
    """One person, one client."""
    add = ("user", "add", "ana", "--email", "ana@example.test", "--password-stdin")
    assert run(*add, stdin="a good password\n").exit_code == 0
    shop = ("client", "add", "--name", "Shop", "--client-id", "shop", "--redirect-uri", "https://shop.test/cb")
    assert run(*shop).exit_code == 0
    return run


LISTINGS_AND_CREATIONS: dict[tuple[str, ...], str] = {
    ("user", "list"): "",
    ("user", "show", "ana"): "",
    ("user", "add", "bo", "--email", "bo@example.test", "--password-stdin"): "a good password\n",
    ("client", "list"): "",
    ("client", "show", "shop"): "",
    ("client", "add", "--name", "B", "--redirect-uri", "https://b.test/cb"): "",
    ("client", "edit", "shop", "--set", "consent=silent"): "",
    ("client", "rotate-secret", "shop"): "",
    ("key", "list"): "",
    ("key", "rotate"): "",
    ("db", "sweep"): "",
}


@pytest.mark.parametrize(("arguments", "stdin"), LISTINGS_AND_CREATIONS.items(), ids=" ".join)
def test_json_is_json_and_nothing_else(filled: Run, arguments: tuple[str, ...], stdin: str) -> None:
    result = filled(*arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    assert isinstance(json.loads(result.stdout), dict | list)
    plain = filled("client", "list") if "add" in arguments else filled(*arguments, stdin=stdin)
    assert plain.exit_code == 0
    assert plain.stdout.strip()


SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "add", "bo", "--email", "bo@example.test", "--password", SECRET),
        ("user", "add", "bo", "--email", "bo@example.test", f"--password-stdin={SECRET}"),
        ("user", "password", "ana", "--password", SECRET),
        ("user", "password", "ana", SECRET),
        ("client", "add", "--name", "B", "--redirect-uri", "https://b.test/cb", "--secret", SECRET),
        ("client", "rotate-secret", "shop", "--secret", SECRET),
        ("client", "rotate-secret", "shop", SECRET),
    ],
)
def test_no_secret_can_be_given_as_an_argument(filled: Run, arguments: tuple[str, ...]) -> None:
    before = filled("user", "list", "--json").stdout, filled("client", "list", "--json").stdout
    assert filled(*arguments, stdin="typed instead\n").exit_code == 2
    assert (filled("user", "list", "--json").stdout, filled("client", "list", "--json").stdout) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "add", "bo", "--email", "bo@example.test", "--password-stdin"),
        ("user", "password", "ana", "--password-stdin"),
        ("client", "add", "--name", "B", "--redirect-uri", "https://b.test/cb", "--secret-stdin"),
        ("client", "rotate-secret", "shop", "--secret-stdin"),
    ],
)
def test_standard_input_without_a_secret_is_refused(filled: Run, arguments: tuple[str, ...]) -> None:
    result = filled(*arguments, stdin="")
    assert isinstance(result.exception, Refused), result.output
    assert isinstance(filled(*arguments, stdin="\nsecond line\n").exception, Refused)


def test_a_running_portal_heeds_the_commands(filled: Run, tmp_path: Path) -> None:
    app = make_app(settings_in(tmp_path))
    http = webtest.TestApp(app)

    def status(password: str) -> int:
        page = http.get("/o/login/?next=/healthz&prompt=select_account")
        page.form["username"], page.form["password"] = "ana", password
        return int(page.form.submit(status="*").status_int)

    def refusal(secret: str) -> str:
        fields = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "shop", "client_secret": secret}
        return str(http.post("/o/token/", fields, status="*").json["error"])

    assert status("a good password") == 303
    assert filled("user", "password", "ana", "--password-stdin", stdin="another password\n").exit_code == 0
    assert (status("a good password"), status("another password")) == (200, 303)
    assert "Hello" in http.get("/").text
    assert filled("user", "disable", "ana").exit_code == 0
    assert "Hello" not in http.get("/").text
    assert status("another password") == 200
    assert filled("user", "enable", "ana").exit_code == 0
    assert "Hello" not in http.get("/").text, "the old session stays over"
    assert status("another password") == 303
    drawn = json.loads(filled("client", "rotate-secret", "shop", "--json").stdout)["client_secret"]
    app.registry.portal.client_cache.forget()
    assert (refusal(drawn), refusal("made up")) == ("invalid_grant", "invalid_client")
    filled("client", "rotate-secret", "shop", "--secret-stdin", stdin="chosen by a person\n")
    app.registry.portal.client_cache.forget()
    assert (refusal("chosen by a person"), refusal(drawn)) == ("invalid_grant", "invalid_client")
    before = {key["kid"] for key in http.get("/o/jwks/").json["keys"]}
    filled("key", "rotate")
    app.registry.portal.key_cache.forget()
    after = {key["kid"] for key in http.get("/o/jwks/").json["keys"]}
    assert before < after
    assert len(after) == 12
    app.registry.portal.close()


def test_the_environment_wins_over_the_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = {"SSO__STORAGE__URL": f"sqlite:///{tmp_path / 'other.sqlite3'}"}
    assert isinstance(run("user", "list", env=other).exception, Refused), "another database, not upgraded yet"
    assert run("db", "upgrade", env=other).exit_code == 0
    assert (tmp_path / "other.sqlite3").exists()
    monkeypatch.setenv("SSO__BRAND__NAME", "Sign-in of the Harbour")
    monkeypatch.setenv("SSO__WEB__ISSUER", "https://sso.harbour.example")
    monkeypatch.setenv("SSO__STORAGE__URL", other["SSO__STORAGE__URL"])
    app = make_app({**SETTINGS, "sso.brand.name": "Another name", "sso.storage.url": "sqlite:////nowhere/x"})
    http = webtest.TestApp(app)
    assert "Sign-in of the Harbour" in http.get("/").text
    assert http.get("/.well-known/openid-configuration").json["issuer"] == "https://sso.harbour.example"
    app.registry.portal.close()


WRONG_SETTINGS = {
    "SSO__WEB__ISSUER": "http://sso.example.com",
    "SSO__WEB__THREADS": "0",
    "SSO__WEB__LISTEN": "everywhere",
    "SSO__STORAGE__URL": "mysql://localhost/x",
    "SSO__STORAGE__SQLITE_SYNCHRONOUS": "sometimes",
    "SSO__SECURITY__SECRET": "too short",
    "SSO__SESSION__IDLE_SECONDS": "-1",
    "SSO__TOKENS__CODE_SECONDS": "86400",
    "SSO__KEYS__PUBLISH_AHEAD_SECONDS": "99999999",
    "SSO__KEYS__KEEP_SECONDS": "60",
    "SSO__SIGN_IN__ACCOUNT_FREE_FAILURES": "99",
    "SSO__BRAND__ACCENT": "yellow",
    "SSO__BRAND__TIME_ZONE": "Middle/Earth",
}


def test_every_wrong_setting_is_named_in_one_message(run: Run) -> None:
    result = run("db", "check", env=WRONG_SETTINGS)
    assert isinstance(result.exception, SettingsError)
    said = str(result.exception)
    for name in WRONG_SETTINGS:
        assert name.lower().replace("__", ".") in said
    assert "too short" not in said
    assert len(said.splitlines()) >= len(WRONG_SETTINGS)


@pytest.mark.parametrize("error", [Refused("no"), SettingsError(["a: no", "b: no"]), KeysUnreadable("no")])
def test_a_refusal_ends_with_status_one_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def refuse(**_options: object) -> None:
        raise error

    monkeypatch.setattr(cli, "main", refuse)
    monkeypatch.setattr(sys, "stdin", StringIO())
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.strip() == str(error)


def test_help_tells_every_command(run: Run) -> None:
    for group, commands in {
        "": ("serve", "demo", "db", "user", "client", "key"),
        "db": ("upgrade", "check", "sweep"),
        "user": ("add", "list", "show", "edit", "roles", "password", "disable", "enable", "import"),
        "client": ("add", "list", "show", "edit", "remove", "rotate-secret", "apply"),
        "key": ("list", "rotate", "remove"),
    }.items():
        result = run(*([group] if group else []), "--help")
        assert result.exit_code == 0
        listed = {line.split()[0] for line in result.stdout.partition("Commands:")[2].splitlines() if line.strip()}
        assert set(commands) <= listed, group
