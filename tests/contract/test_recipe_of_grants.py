"""What ``docs/recipes/choose-a-grant.md`` tells to type does what it says."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from tests.contract.test_command_line import Run, answer, ready, upgraded
from tests.support.source import ROOT

__all__ = ["ready", "upgraded"]

RECIPE = (ROOT / "docs" / "recipes" / "choose-a-grant.md").read_text(encoding="utf-8")
EDIT = re.compile(r"^ {4}sso-portal -c production\.ini (client edit .+)$", re.MULTILINE)
OPTIONS = re.compile(r"^\|[^|]*\|[^|]*\| `(--[^`]+)` \|$", re.MULTILINE)
ADDRESS = ("--redirect-uri", "https://site.example.test/cb")


def grants_of(client: Any) -> tuple[list[str], list[str]]:
    return client["grant_types"], client["response_types"]


def test_switching_a_grant_on_and_off_again(ready: Run) -> None:
    for name in ("mobile-app", "old-page"):
        answer(ready("client", "add", "--name", name, "--client-id", name, *ADDRESS, "--json"))
    commands = EDIT.findall(RECIPE.replace("\\\n", " "))
    seen = [grants_of(answer(ready(*shlex.split(command), "--json"))) for command in commands]
    assert seen == [
        (["password", "refresh_token"], []),
        (["authorization_code", "implicit"], ["code", "token"]),
        (["authorization_code", "refresh_token"], ["code"]),
    ]


@pytest.mark.parametrize("options", OPTIONS.findall(RECIPE))
def test_registering_for_a_grant(ready: Run, options: str) -> None:
    words = shlex.split(options)
    address = ADDRESS if "--grant-type" not in words else ()
    client: Any = answer(ready("client", "add", "--name", "x", *words, *address, "--json"))
    if "--public" in words:
        assert client["token_endpoint_auth_method"] == "none"
    else:
        assert set(words) & set(client["grant_types"])


def test_the_recipe_has_something_to_try() -> None:
    assert len(OPTIONS.findall(RECIPE)) == 4
