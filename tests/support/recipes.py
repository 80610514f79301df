"""The recipes of docs/recipes: what they tell their reader to write and to type, read from the pages as they stand."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from types import ModuleType

from tests.support.source import ROOT

FOLDER = ROOT / "docs" / "recipes"
CHINESE = ".zh-CN.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"`([\w/]+\.\w+)`[^\n]*[:：]\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"^ {4}\S.*$", re.MULTILINE)
_COMMAND = re.compile(r"^ {4}sso-portal (?:-c production\.ini )?(client (?:add|edit) .+)$", re.MULTILINE)
_TROUBLES = ("When it does not work", "不成功时")


def english_recipes() -> list[str]:
    """Every page, without the one that lists them."""
    return sorted(
        path.name for path in FOLDER.glob("*.md") if not path.name.endswith(CHINESE) and path.stem != "README"
    )


def chinese(recipe: str) -> str:
    """The name of the same page in Chinese."""
    return recipe.removesuffix(".md") + CHINESE


def text_of(recipe: str) -> str:
    """A page as it stands."""
    return (FOLDER / recipe).read_text("utf-8")


def files_of(recipe: str) -> dict[str, str]:
    """Each block of code after a line that begins with a file's name, by that name."""
    return dict(_FILE.findall(text_of(recipe)))


def code_of(recipe: str) -> list[str]:
    """Every block of code, and every line that is typed."""
    text = text_of(recipe)
    blocks = [source for _, source in _BLOCK.findall(text)]
    return blocks + _INDENTED.findall(_BLOCK.sub("", text))


def commands_of(recipe: str) -> list[list[str]]:
    """The commands that register and change clients, as arguments of ``sso-portal``."""
    return [shlex.split(line) for line in _COMMAND.findall(text_of(recipe).replace("\\\n", " "))]


def troubles_of(recipe: str) -> list[str]:
    """What is seen when it does not work, word for word, from the table at the end."""
    heading = next(heading for heading in _TROUBLES if f"## {heading}\n" in text_of(recipe))
    return re.findall(r"^\| `([^`]+)`", text_of(recipe).partition(f"## {heading}\n")[2], flags=re.MULTILINE)


def module_of(recipe: str, file: str) -> ModuleType:
    """A file of a page, run as the module of its name. It stays: frameworks look for the module of their caller."""
    name = Path(file).stem
    module = sys.modules[name] = ModuleType(name)
    module.__file__ = str(FOLDER / recipe)
    source = files_of(recipe)[file]
    above = text_of(recipe).partition(source)[0].count("\n")
    # So many empty lines above it that a traceback names the lines of the page.
    exec(compile("\n" * above + source, module.__file__, "exec"), module.__dict__)
    return module
