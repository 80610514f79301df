"""The recipes of docs/testing-cookbook.md as Python has them, read from the page as it stands."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from tests.support.source import ROOT

PAGE = ROOT / "docs" / "testing-cookbook.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^### (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Cookbook:
    """``site`` makes the fixture of that name; ``recipes`` are test functions by their names, ``headings`` what the
    page calls them."""

    site: Callable[[Any], Any]
    recipes: dict[str, Callable[..., Any]]
    headings: list[str]


@cache
def cookbook() -> Cookbook:
    """The page, run once: the site, the fixture, and below each heading a recipe."""
    text = PAGE.read_text("utf-8")
    shop, conftest, head, *recipes = (_in_its_place(text, found) for found in _BLOCK.finditer(text))
    # It stays: Pyramid looks for the module of whoever configures a site.
    module = sys.modules["shop"] = ModuleType("shop")
    _run(shop, module.__dict__)
    fixtures: dict[str, Any] = {}
    names: dict[str, Any] = {}
    _run(conftest, fixtures)
    _run(head, names)
    before = set(names)
    for recipe in recipes:
        _run(recipe, names)
    found = {name: names[name] for name in names if name not in before}
    return Cookbook(fixtures["site"], found, _HEADING.findall(text))


def _in_its_place(text: str, found: re.Match[str]) -> str:
    """The code with so many empty lines above it that a traceback names the lines of the page."""
    return "\n" * text.count("\n", 0, found.start(1)) + found[1]


def _run(source: str, names: dict[str, Any]) -> None:
    exec(compile(source, str(PAGE), "exec"), names)
