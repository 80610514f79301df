"""What ``docs/recipes/protect-an-api.md`` tells to type does what it says, in both languages."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import webtest

from sso_client.guard import Guard, Refused
from sso_testkit import Browser, SingleSignOn
from sso_testkit.clients import tokens_for
from sso_testkit.relying_party import RelyingParty
from sso_testkit.sso import PORTAL
from tests.contract.test_command_line import Run, answer, ready, upgraded
from tests.support.source import ROOT

__all__ = ["ready", "upgraded"]

RECIPES = ("protect-an-api.md", "protect-an-api.zh-CN.md")
COMMAND = re.compile(r"^ {4}sso-portal (client (?:add|edit) .+)$", re.MULTILINE)


def text_of(recipe: str) -> str:
    return (ROOT / "docs" / "recipes" / recipe).read_text("utf-8")


def blocks(recipe: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text_of(recipe), flags=re.DOTALL)


def settings_of(recipe: str) -> dict[str, str]:
    (written,) = blocks(recipe, "ini")
    return dict(line.split(" = ", 1) for line in written.splitlines())


def factory(source: str) -> Any:
    names: dict[str, Any] = {}
    exec(compile(source, "recipe", "exec"), names)
    return names["make_app"]


def commands(recipe: str) -> list[list[str]]:
    return [shlex.split(line) for line in COMMAND.findall(text_of(recipe).replace("\\\n", " "))]


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_commands(ready: Run, recipe: str) -> None:
    add, edit = commands(recipe)
    client: Any = answer(ready(*add, "--json"))
    assert (client["resource_server"], client["resource_scopes"]) == (True, "learning.read learning.write")
    assert settings_of(recipe)["guard.resource"] in client["resource_uris"]
    assert settings_of(recipe)["guard.client_id"] == client["client_id"]
    assert answer(ready(*edit, "--json"))["token_exchange_to"] == ["project_api"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_code(sso: SingleSignOn, browser: Browser, recipe: str) -> None:
    settings = {name: value for name, value in settings_of(recipe).items() if "secret" not in name}
    lessons, videos = (factory(source) for source in blocks(recipe, "python"))
    client = {
        "client_id": "lessons_api",
        "resource_server": True,
        "resource_uris": [settings["guard.resource"]],
        "resource_scopes": settings["guard.scopes"],
        "redirect_uris": [],
        "grant_types": ["client_credentials"],
        "response_types": [],
        "scope": "all",
    }
    settings = {**settings, "guard.issuer": PORTAL}
    sso.add_site("https://api.example.com", lessons, client=client, settings=settings)
    sso.add_site("https://videos.example.com", videos, client={"client_id": "lessons_api"}, settings=settings)
    site = RelyingParty.register(sso, scope="openid learning.read learning.write")
    token = tokens_for(site, browser, "lessons_api", scope="openid learning.read")["access_token"]
    http, send = webtest.TestApp(sso.world), {"Authorization": f"Bearer {token}"}
    told = http.get("https://api.example.com/lessons", headers=send).json
    assert told["by"] == "rp"
    assert http.get("https://videos.example.com/videos", headers=send).json == {"of": told["learner"]}
    assert http.post("https://api.example.com/lessons", headers=send, status=403).json["scope"] == "learning.write"
    for base, path in (("https://api.example.com", "/lessons"), ("https://videos.example.com", "/videos")):
        assert http.get(base + path, status=401).json["status"] == 401
        assert http.get(f"{base}/health").json == {"status": "up"}


def test_both_languages_tell_the_same() -> None:
    english, chinese = RECIPES
    assert settings_of(english) == settings_of(chinese)
    assert commands(english) == commands(chinese)
    without_comments = [
        [re.sub(r"  #.*", "", source) for source in blocks(recipe, "python")] for recipe in (english, chinese)
    ]
    assert without_comments[0] == without_comments[1]
    for pattern in (r"^#+ ", r"^\| ", r"`guard\.\w+`"):
        counts = [len(re.findall(pattern, text_of(recipe), flags=re.MULTILINE)) for recipe in RECIPES]
        assert counts[0] == counts[1], pattern


@pytest.mark.parametrize("recipe", RECIPES)
def test_names_that_are_told_of_are_there(recipe: str) -> None:
    text = text_of(recipe)
    (call,) = set(re.findall(r"raise (Refused\(.*?\))`", text))
    assert eval(call, {"Refused": Refused}).scope == "teach"
    for name in set(re.findall(r"\bguard\.(on_behalf_of|refusal)\(", text)) | {"check", "protect"}:
        assert callable(getattr(Guard, name))
    known = set(re.findall(r'"(\w+)"', (ROOT / "sso_client" / "guard" / "settings.py").read_text("utf-8")))
    assert set(re.findall(r"`guard\.(\w+)`", text)) <= known
