"""The shape of the package: who may import what, and that its public names are there."""

from __future__ import annotations

import ast
from pathlib import Path

import sso_client

FOLDER = Path(sso_client.__file__).parent


def imported(file: Path) -> set[str]:
    """The first parts of all names that `file` imports, wherever in the file it does so."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name} imports relatively"
            names.add((node.module or "").split(".")[0])
    return names


def test_one_folder_knows_pyramid_and_none_knows_a_portal() -> None:
    files = sorted(FOLDER.rglob("*.py"))
    assert len(files) > 20
    assert {file.parent for file in files if {"pyramid", "webob"} & imported(file)} == {FOLDER / "pyramid"}
    assert not [file.name for file in files if {"sso_portal", "demo_sites", "sso_testkit"} & imported(file)]


def test_every_public_name_is_there() -> None:
    assert sorted(sso_client.__all__) == sso_client.__all__
    assert all(hasattr(sso_client, name) for name in sso_client.__all__)


def test_every_module_says_what_it_is() -> None:
    for file in FOLDER.rglob("*.py"):
        assert ast.get_docstring(ast.parse(file.read_text("utf-8"))), file.name
