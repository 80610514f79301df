"""``sso-portal`` as operators and scripts use it."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher

from sso_portal.cli.main import main

INI = (
    "[app:main]\nsso.web.issuer = http://localhost:9000\nsso.storage.url = sqlite:///%(here)s/portal.sqlite3\n"
    "sso.storage.sqlite_synchronous = off\nsso.security.secret = a secret with a % sign, long enough to be one\n"
    "sso.security.argon2_time_cost = 1\nsso.security.argon2_memory_kib = 64\n"
)


@dataclass
class Result:
    """What a command said and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Result]


def run_in(folder: Path, *arguments: str, stdin: str = "", environment: dict[str, str] | None = None) -> Result:
    """Run the command in this process, as the console script does."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    argv = ["sso-portal", "-c", str(folder / "portal.ini"), *arguments]
    with (
        patch.object(sys, "argv", argv),
        patch.object(sys, "stdin", io.StringIO(stdin)),
        patch.dict(os.environ, environment or {}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    return Result(status, out.getvalue(), err.getvalue())


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command over a database that does not exist yet."""
    (tmp_path / "portal.ini").write_text(INI)
    return partial(run_in, tmp_path)


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upgraded")
    (folder / "portal.ini").write_text(INI)
    assert run_in(folder, "db", "upgrade").returncode == 0
    return folder


@pytest.fixture
def ready(upgraded: Path, tmp_path: Path) -> Run:
    """Runs the command over a fresh database of its own."""
    shutil.copytree(upgraded, tmp_path, dirs_exist_ok=True)
    return partial(run_in, tmp_path)


def answer(result: Result) -> object:
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    assert result.returncode == 1, (result.stdout, result.stderr)
    assert result.stderr.count("\n") == 1, "one line says why"
    assert "Traceback" not in result.stderr
    return result.stderr


def test_a_database_that_is_not_upgraded_is_refused(run: Run) -> None:
    assert "sso-portal db upgrade" in refused(run("user", "list"))
    assert refused(run("serve"))
    assert run("db", "upgrade").returncode == 0
    assert run("db", "check").returncode == 0


def test_a_fresh_database_has_nobody_in_it(ready: Run) -> None:
    assert answer(ready("user", "list", "--json")) == []
    assert answer(ready("client", "list", "--json")) == []
    assert len(answer(ready("key", "list", "--json"))) == 6


def test_people(ready: Run) -> None:
    add = (
        "user",
        "add",
        "Ana",
        "--email",
        "ana@example.test",
        "--name",
        "安娜",
        "--admin",
        "--password-stdin",
        "--json",
    )
    added = answer(ready(*add, stdin="a good password\n"))
    assert added["username"] == "Ana"
    assert added["administrator"] is True
    assert "already" in refused(ready(*add, stdin="a good password\n"))
    assert "8 to 1024" in refused(ready("user", "add", "b", "--email", "b@x.test", "--password-stdin", stdin="short\n"))
    assert "e-mail" in refused(ready("user", "add", "b", "--email", "b", "--password-stdin", stdin="long enough\n"))
    assert answer(ready("user", "show", "ana", "--json"))["name"] == "安娜"
    assert "安娜" in ready("user", "list").stdout
    assert ready("user", "disable", "ana").returncode == 0
    assert answer(ready("user", "show", "ana", "--json"))["enabled"] is False
    assert ready("user", "enable", "ana").returncode == 0
    assert ready("user", "password", "ana", "--password-stdin", stdin="another password\n").returncode == 0
    assert "no person" in refused(ready("user", "show", "nobody"))
    for result in (ready("user", "list"), ready("user", "show", "ana")):
        assert "argon2" not in result.stdout
        assert "password" not in result.stdout


def test_importing_people_all_or_none(ready: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    known_hash = PasswordHasher(time_cost=1, memory_cost=64).hash("her old password")
    file.write_text(
        "username,email,name,password,password_hash\n"
        f'lin,lin@example.test,林晓,,"{known_hash}"\nzp,zp@example.test,张鹏,penadmin,\n',
        encoding="utf-8",
    )
    assert answer(ready("user", "import", str(file), "--json")) == {"added": 2, "present": 0}
    assert answer(ready("user", "import", str(file), "--json")) == {"added": 0, "present": 2}
    bad = tmp_path / "people.json"
    bad.write_text('[{"username": "x", "email": "x@x.test", "password": "long enough"}, {"username": "y"}]')
    assert "Nobody was added" in refused(ready("user", "import", str(bad)))
    assert len(answer(ready("user", "list", "--json"))) == 2
    bad.write_text("{")
    refused(ready("user", "import", str(bad)))


def test_clients(ready: Run) -> None:
    uris = ("--redirect-uri", "https://shop.example.test/cb", "--redirect-uri", "https://shop.example.test/cb2")
    add = ("client", "add", "--name", "Shop", "--client-id", "shop", *uris, "--consent", "silent", "--json")
    added = answer(ready(*add, "--scope", "openid email", "--set", "first_party=true"))
    assert added["redirect_uris"] == ["https://shop.example.test/cb", "https://shop.example.test/cb2"]
    assert added["scope"] == "openid email"
    assert len(added["client_secret"]) >= 40
    assert added["client_secret"] not in ready("client", "show", "shop").stdout
    assert "already" in refused(ready(*add))
    edited = answer(
        ready("client", "edit", "shop", "--set", "consent=explicit", "--set", "client_name#zh-CN=商城", "--json")
    )
    assert edited["consent"] == "explicit"
    rotated = answer(ready("client", "rotate-secret", "shop", "--json"))
    assert rotated["client_secret"] != added["client_secret"]
    chosen = ready("client", "rotate-secret", "shop", "--secret-stdin", stdin="chosen by me\n")
    assert "chosen by me" not in chosen.stdout
    public = answer(
        ready("client", "add", "--name", "App", "--public", "--redirect-uri", "http://127.0.0.1/", "--json")
    )
    assert "client_secret" not in public
    assert public["has_secret"] is False
    assert len(answer(ready("client", "list", "--json"))) == 2
    assert ready("client", "remove", "shop").returncode == 0
    assert "no client" in refused(ready("client", "remove", "shop"))


def test_a_device_needs_no_address_to_return_to(ready: Run) -> None:
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    add = ("client", "add", "--name", "TV", "--public", "--grant-type", grant, "--json")
    added = answer(ready(*add))
    assert (added["grant_types"], added["response_types"], added["redirect_uris"]) == ([grant], [], [])
    assert "authorization_code" in refused(ready(*add, "--response-type", "code"))


@pytest.mark.parametrize(
    ("option", "word"),
    [
        (("--redirect-uri", "https://x.test/#f"), "fragment"),
        (("--redirect-uri", "x.test"), "absolute"),
        (("--redirect-uri", "https://u@x.test/"), "user name"),
        (("--redirect-uri", "javascript:alert(1)"), "scheme"),
        ((), "redirect_uris"),
        (("--redirect-uri", "https://x.test/", "--grant-type", "begging"), "grant_types"),
        (("--redirect-uri", "https://x.test/", "--set", "consent=maybe"), "consent"),
        (("--redirect-uri", "https://x.test/", "--set", "nonsense=1"), "nonsense"),
        (("--redirect-uri", "https://x.test/", "--set", "first_party=perhaps"), "first_party"),
        (("--redirect-uri", "https://x.test/", "--public", "--set", "require_pkce=false"), "PKCE"),
        (("--redirect-uri", "https://x.test/", "--scope", 'a"b'), "scope"),
        (("--redirect-uri", "https://x.test/", "--client-id", "a b"), "client_id"),
    ],
)
def test_a_client_that_cannot_be(ready: Run, option: tuple[str, ...], word: str) -> None:
    assert word in refused(ready("client", "add", "--name", "X", *option))
    assert answer(ready("client", "list", "--json")) == []


def test_applying_a_file_is_idempotent_and_all_or_none(ready: Run, tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    file.write_text(
        '[[client]]\nclient_id = "a"\nclient_name = "A"\nredirect_uris = ["https://a.test/cb"]\n'
        '[[client]]\nclient_id = "b"\nclient_name = "B"\nredirect_uris = ["https://b.test/cb"]\nconsent = "silent"\n'
    )
    first = answer(ready("client", "apply", str(file), "--json"))
    assert [row["result"] for row in first] == ["added", "added"]
    assert all(row["client_secret"] for row in first)
    again = answer(ready("client", "apply", str(file), "--json"))
    assert again == [{"client_id": "a", "result": "unchanged"}, {"client_id": "b", "result": "unchanged"}]
    file.write_text(file.read_text().replace('"A"', '"New A"').replace('"silent"', '"sometimes"'))
    assert "Nothing was changed" in refused(ready("client", "apply", str(file)))
    assert answer(ready("client", "show", "a", "--json"))["client_name"] == "A"
    file.write_text(file.read_text().replace('"sometimes"', '"once"'))
    changed = answer(ready("client", "apply", str(file), "--json"))
    assert [row["result"] for row in changed] == ["changed", "changed"]


def test_keys_rotate(ready: Run) -> None:
    before = {key["kid"] for key in answer(ready("key", "list", "--json"))}
    after = answer(ready("key", "rotate", "--json"))
    assert {key["kid"] for key in after if key["state"] == "published"} == before
    signing = [key for key in after if key["state"] == "signs"]
    assert sorted(key["algorithm"] for key in signing) == [
        "ECDH-ES",
        "ES256",
        "EdDSA",
        "PS256",
        "RS256",
        "RSA-OAEP-256",
    ]
    assert {key["generation"] for key in signing} == {2}
    assert answer(ready("key", "list", "--json")) == after


def test_keys_rotate_ahead(ready: Run) -> None:
    before = {key["kid"] for key in answer(ready("key", "list", "--json"))}
    after = answer(ready("key", "rotate", "--ahead", "--json"))
    assert {key["kid"] for key in after if key["state"] == "signs"} == before
    following = [key for key in after if key["state"] == "next"]
    assert len(following) == 6
    for key in following:
        assert key["signs_from"] == pytest.approx(key["created_at"] + 86_400, abs=10)
    assert {key["superseded_at"] for key in after} == {None, *(key["signs_from"] for key in following)}


def test_a_leaked_key_is_removed_once_another_signs(ready: Run) -> None:
    leaked = answer(ready("key", "list", "--json"))[0]["kid"]
    assert "sso-portal key rotate" in refused(ready("key", "remove", leaked))
    assert "There is no key x" in refused(ready("key", "remove", "x"))
    assert ready("key", "rotate").returncode == 0
    assert leaked in ready("key", "remove", leaked).stdout
    assert leaked not in ready("key", "list").stdout
    assert ready("db", "check").returncode == 0


def test_the_list_of_keys_is_a_table_with_words(ready: Run) -> None:
    ready("key", "rotate", "--ahead")
    lines = ready("key", "list").stdout.splitlines()
    assert lines[0].split()[:4] == ["kid", "algorithm", "generation", "state"]
    assert [line.split()[2:4] for line in lines[1:]] == [["2", "next"]] * 6 + [["1", "signs"]] * 6


def test_a_database_without_some_key_is_not_right(ready: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "portal.sqlite3") as connection:
        connection.execute("DELETE FROM keys WHERE algorithm = 'EdDSA'")
    connection.close()
    assert "sso-portal db upgrade" in refused(ready("db", "check"))
    assert ready("db", "upgrade").returncode == 0
    assert ready("db", "check").returncode == 0


def test_sweeping_an_empty_database(ready: Run) -> None:
    deleted = answer(ready("db", "sweep", "--json"))
    assert {"codes", "tokens", "sessions", "attempts", "keys"} <= set(deleted)
    assert set(deleted.values()) == {0}


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("user",),
        ("user", "add"),
        ("client", "edit", "x"),
        ("client", "add"),
        ("serve", "--workers", "0"),
    ],
)
def test_wrong_usage_is_status_two(ready: Run, arguments: tuple[str, ...]) -> None:
    assert ready(*arguments).returncode == 2


def test_another_secret_than_the_one_the_keys_were_made_with(ready: Run) -> None:
    environment = {"SSO__SECURITY__SECRET": "quite another secret, as long as it must be"}
    assert "sso.security.secret" in refused(ready("db", "check", environment=environment))
    assert "sso.security.secret" in refused(ready("serve", environment=environment))
    assert "sso.security.secret" in refused(ready("key", "rotate", environment=environment))
    assert "sso.security.secret" in refused(ready("db", "sweep", environment=environment))
    assert ready("db", "check").returncode == 0


def test_all_wrong_settings_are_listed_at_once(run: Run) -> None:
    environment = {
        "SSO__SECURITY__SECRET": "short",
        "SSO__WEB__ISSUER": "http://sso.example.com",
        "SSO__BRAND__ACCENT": "#ffff00",
        "SSO__SESSION__IDLE_SECONDS": "0",
    }
    result = run("db", "check", environment=environment)
    assert result.returncode == 1
    for name in ("sso.security.secret", "sso.web.issuer", "sso.brand.accent", "sso.session.idle_seconds"):
        assert name in result.stderr
    result = run("db", "check", environment={"SSO__WEB__ISUER": "x", "SSO__WEB__THREADS": "many"})
    assert result.returncode == 1
    assert "sso.web.isuer: there is no such setting" in result.stderr
    assert "sso.web.threads: expected a whole number" in result.stderr


def test_a_settings_file_that_is_not_there(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "sso_portal.cli.main", "-c", str(tmp_path / "none.ini"), "user", "list"]
    result = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert "none.ini" in refused(Result(result.returncode, result.stdout, result.stderr))
