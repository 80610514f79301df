"""``sso-portal user``: people are added, changed and imported."""

from __future__ import annotations

from pathlib import Path

from argon2 import PasswordHasher

from tests.support.command_line import Run, answer, ready, refused, upgraded

__all__ = ["ready", "upgraded"]


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
