"""The tables of ``docs/specs.md`` are true: what they name is there, and what is there is named."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from sso_portal.protocol.grants import GRANTS
from sso_portal.protocol.response_modes import RESPONSE_MODES
from sso_testkit import SingleSignOn
from tests.support.source import ROOT

DOCUMENT = ROOT / "docs" / "specs.md"
EVERYTHING_ON = {"sso.registration.mode": "open"}
"""Settings with which every endpoint is there."""

_SPAN = re.compile(r"`([^`]+)`")
_FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)+\.\w+")
_NEEDED = {"where": _FILE, "shown by": re.compile(r"tests/[\w/.-]+\.py::test_\w+")}
"""What every row of a table has in these columns."""
_LINK = re.compile(r"\]\(([^)#:]+)\)")


@dataclass(frozen=True)
class Row:
    """One row of a table, by the names of its columns."""

    number: int
    cells: dict[str, str]

    @property
    def spans(self) -> list[str]:
        """Everything in it that is written as code."""
        return [span for cell in self.cells.values() for span in _SPAN.findall(cell)]


def rows(text: str) -> list[Row]:
    """Every row of every table."""
    found: list[Row] = []
    columns: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")] if line.startswith("|") else []
        if not cells:
            columns = []
        elif not columns:
            columns = cells
        elif set("".join(cells)) - set("-| "):
            found.append(Row(number, dict(zip(columns, cells, strict=True))))
    return found


@cache
def functions(path: Path) -> frozenset[str]:
    """The functions of a file of tests, classes aside: the project has none."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def problems(root: Path, text: str) -> list[str]:
    """What the tables say that is not so."""
    found = []
    for row in rows(text):
        for column, pattern in _NEEDED.items():
            if column in row.cells and not any(map(pattern.fullmatch, _SPAN.findall(row.cells[column]))):
                found.append(f"{row.number}: nothing in {column}")
        for span in row.spans:
            place, _, name = span.partition("::")
            if not _FILE.fullmatch(place):
                continue
            if not (root / place).is_file():
                found.append(f"{row.number}: no file {place}")
            elif name and name not in functions(root / place):
                found.append(f"{row.number}: no function {name} in {place}")
    links = _LINK.findall(text)
    return [*found, *(f"no page {link}" for link in links if not (root / "docs" / link).is_file())]


def unnamed(text: str, wanted: Iterable[str]) -> list[str]:
    """Those of ``wanted`` that stand in no row as a piece of code."""
    said = {span.partition("::")[0] for row in rows(text) if "shown by" in row.cells for span in row.spans}
    return sorted(set(wanted) - said)


@pytest.fixture(scope="module")
def text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def test_what_the_tables_name_is_there(text: str) -> None:
    assert len(rows(text)) > 200
    assert problems(ROOT, text) == []


@pytest.mark.parametrize("folder", ["grants", "checks", "client_authentication", "response_modes"])
def test_every_file_of_a_registry_is_named(text: str, folder: str) -> None:
    files = (ROOT / "sso_portal" / "protocol" / folder).glob("*.py")
    # What every way has is demanded by nobody; the sign of the grants holds nothing but their list.
    places = {path.relative_to(ROOT).as_posix() for path in files if path.name != "way.py"}
    assert unnamed(text, places - {"sso_portal/protocol/grants/__init__.py"}) == []


def test_every_grant_has_a_file_that_is_named(text: str) -> None:
    places = {f"{grant.__module__.replace('.', '/')}.py" for grant in GRANTS.values()}
    assert len(places) == len(GRANTS)
    assert unnamed(text, places) == []


def test_every_response_mode_is_named(text: str) -> None:
    assert unnamed(text, RESPONSE_MODES) == []


def test_every_endpoint_is_named(make_sso: Callable[..., SingleSignOn], text: str) -> None:
    sso = make_sso(EVERYTHING_ON)
    addresses = {route.name for route in sso.portal_app.routes_mapper.get_routes()}
    of_the_protocol = {name for name in addresses if name.startswith(("/o/", "/.well-known/"))}
    assert len(of_the_protocol) >= 15
    # The page that people see is demanded by no specification.
    assert unnamed(text, of_the_protocol - {"/o/login/"}) == []


GOOD = "| section | where | shown by |\n| --- | --- | --- |\n| 1 | `a/b.py` | `tests/test_a.py::test_b` |\n"


def planted(root: Path) -> Path:
    """A file and a test, below ``root``."""
    for place, text in (("a/b.py", ""), ("tests/test_a.py", "def test_b(): ...\n")):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text, encoding="utf-8")
    return root


def test_a_true_table_is_no_problem(tmp_path: Path) -> None:
    assert problems(planted(tmp_path), GOOD) == []
    assert unnamed(GOOD, ["a/b.py", "tests/test_a.py"]) == []


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("a/b.py", "a/c.py", "3: no file a/c.py"),
        ("tests/test_a.py", "tests/test_c.py", "3: no file tests/test_c.py"),
        ("test_b`", "test_c`", "3: no function test_c in tests/test_a.py"),
        ("`a/b.py`", "somewhere", "3: nothing in where"),
        ("`tests/test_a.py::test_b`", "–", "3: nothing in shown by"),
        ("::test_b", "", "3: nothing in shown by"),
        ("| 1 |", "| [x](gone.md) |", "no page gone.md"),
    ],
)
def test_an_untrue_row_is_found(tmp_path: Path, right: str, wrong: str, found: str) -> None:
    assert GOOD.count(right) == 1
    assert problems(planted(tmp_path), GOOD.replace(right, wrong)) == [found]


def test_what_no_row_names_is_found() -> None:
    assert unnamed(GOOD, ["a/b.py", "c/d.py", "/o/new/"]) == ["/o/new/", "c/d.py"]
    assert unnamed(GOOD.replace("shown by", "why"), ["a/b.py"]) == ["a/b.py"], "a table without proof proves nothing"
