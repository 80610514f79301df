"""``docs/recipes/check-a-site.md`` names every line and option there is, and no other, in both languages."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sso_client.check import CODES
from sso_client.check.command import main
from sso_testkit import SingleSignOn
from tests.support.source import ROOT

RECIPES = ("check-a-site.md", "check-a-site.zh-CN.md")
SHOP = {"issuer": "https://portal.example.com", "client_id": "shop", "client_secret": "x"}
_COMMAND = re.compile(r"^    sso-client (check .+)$", re.MULTILINE)


def text_of(recipe: str) -> str:
    return (ROOT / "docs" / "recipes" / recipe).read_text("utf-8")


def first_cells(recipe: str, table: int) -> list[str]:
    """What stands in backquotes in the first cells of a table."""
    tables = re.findall(r"(?:^\|.*\n)+", text_of(recipe), flags=re.MULTILINE)
    return [word for row in tables[table].splitlines() for word in re.findall("`([^`]+)`", row.split("|")[1])]


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_line_is_there_in_its_order(recipe: str) -> None:
    assert tuple(first_cells(recipe, 1)) == CODES


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_option_is_there(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    offered = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert set(re.findall(r"--[a-z][a-z-]+", text_of(recipe))) == offered


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_commands_are_understood(
    sso: SingleSignOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], recipe: str
) -> None:
    commands = [shlex.split(line) for line in _COMMAND.findall(text_of(recipe))]
    for host in ("portal", "shop", "api"):
        sso.world.add(f"https://{host}.example.com", sso.portal_app)
        sso.world.take_down(f"https://{host}.example.com")
    (tmp_path / "shop.ini").write_text("[app:main]\n" + "\n".join(f"sso.{name} = {it}" for name, it in SHOP.items()))
    monkeypatch.chdir(tmp_path)
    environment = {f"SSO__{name.upper()}": value for name, value in SHOP.items()}
    assert len(commands) == 3
    for command in commands:
        # Nobody is there: that is what is said, and not that the usage is wrong.
        assert main(command, environment=environment, http=sso.world.http, clock=sso.clock) == 1
        assert re.search(r"WRONG *issuer|\"code\": \"issuer\",\s*\"outcome\": \"wrong\"", capsys.readouterr().out)
