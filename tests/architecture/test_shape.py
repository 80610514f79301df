"""How files look: signs on the doors, small rooms, nothing unfinished, words on whatever others use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source import PACKAGES, ROOT, Module, modules, plant

MAXIMUM_LINES = 350
DOCUMENTED = ("base", "storage", "services", "protocol", "settings")
_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError|NotImplemented)\b")
_SIGN = tuple(re.compile(rf"^{word}\b", re.MULTILINE) for word in ("Owns", "Never", "Asked by"))


def unsigned_packages(root: Path) -> list[str]:
    """Packages without the sign that says what they own, what they never do and who asks them."""
    found = modules(root, *PACKAGES)
    rooms = {module.name: module for module in found if module.is_package}
    folders = {module.name if module.is_package else module.name.rpartition(".")[0] for module in found}
    problems = [f"{folder}: has no __init__.py" for folder in sorted(folders - set(rooms))]
    for name, module in sorted(rooms.items()):
        sign = ast.get_docstring(module.tree) or ""
        if not all(line.search(sign) for line in _SIGN):
            problems.append(f"{name}: no sign")
    return problems


def long_modules(root: Path) -> list[str]:
    """Modules that hold more than one idea, going by their length."""
    found = modules(root, *PACKAGES)
    return [module.place for module in found if len(module.text.splitlines()) > MAXIMUM_LINES]


def unfinished(root: Path) -> list[str]:
    """Lines that promise to be written some day."""
    files = [path for package in PACKAGES for path in sorted((root / package).rglob("*"))]
    kinds = {".py", ".jinja2", ".css", ".js", ".po", ".mako"}
    return [
        f"{path.relative_to(root).as_posix()}:{number}"
        for path in files
        if path.suffix in kinds
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if _UNFINISHED.search(line)
    ]


def unsorted_exports(root: Path) -> list[str]:
    """Modules whose ``__all__`` is not in order, or names something twice or something that is not there."""
    problems = []
    for module in modules(root, *PACKAGES):
        for node in module.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                names = ast.literal_eval(node.value)
                if names != sorted(set(names)):
                    problems.append(f"{module.place}: not in order")
                problems += [f"{module.place}: {name} is not there" for name in names if name not in _defined(module)]
    return problems


def _defined(module: Module) -> set[str]:
    names = {name.rpartition(".")[2] for name in module.imports}
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {ast.unparse(target) for target in node.targets}
        elif isinstance(node, ast.AnnAssign):
            names.add(ast.unparse(node.target))
    return names


def undocumented(root: Path) -> list[str]:
    """Modules without a sentence on top; public classes, functions and methods without one where others use them."""
    problems = []
    for module in modules(root, *PACKAGES):
        if not ast.get_docstring(module.tree):
            problems.append(f"{module.place}: the module itself")
        if module.name.startswith(tuple(f"sso_portal.{room}" for room in DOCUMENTED)) or module.place.startswith(
            ("sso_client/", "sso_testkit/", "sso_flow/")
        ):
            problems += [f"{module.place}: {name}" for name in _without_words(module.tree, "")]
    return problems


def _without_words(parent: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    for node in parent.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"{prefix}{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _without_words(node, f"{node.name}.")


def test_every_package_has_its_sign() -> None:
    assert unsigned_packages(ROOT) == []


def test_no_module_is_long() -> None:
    assert long_modules(ROOT) == []


def test_nothing_is_unfinished() -> None:
    assert unfinished(ROOT) == []


def test_exports_are_in_order() -> None:
    assert unsorted_exports(ROOT) == []


def test_whatever_others_use_is_described() -> None:
    assert undocumented(ROOT) == []


SIGN = '"""A room.\n\nOwns: a.\nNever: b.\nAsked by: c.\n"""\n'


def test_a_package_without_a_sign_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        sso_portal__INIT=SIGN,
        sso_portal__base__INIT='"""Ground floor."""',
        sso_portal__web__INIT=SIGN.replace("Never", "Seldom"),
        sso_portal__attic__a="",
    )
    assert unsigned_packages(tmp_path) == [
        "sso_portal.attic: has no __init__.py",
        "sso_portal.base: no sign",
        "sso_portal.web: no sign",
    ]


def test_a_long_module_is_found(tmp_path: Path) -> None:
    plant(tmp_path, sso_portal__a="x = 1\n" * 351, sso_portal__b="x = 1\n" * 350)
    assert long_modules(tmp_path) == ["sso_portal/a.py"]


@pytest.mark.parametrize(
    "line", ["# TODO later", "x = 1  # FIXME", "raise NotImplementedError", "return NotImplemented"]
)
def test_something_unfinished_is_found(tmp_path: Path, line: str) -> None:
    assert unfinished(plant(tmp_path, sso_portal__a=f"x = 1\n{line}\n")) == ["sso_portal/a.py:2"]


@pytest.mark.parametrize("text", ["a = b = 1\n__all__ = ['b', 'a']", "a = 1\n__all__ = ['a', 'a']", "__all__ = ['a']"])
def test_exports_out_of_order_are_found(tmp_path: Path, text: str) -> None:
    assert len(unsorted_exports(plant(tmp_path, sso_portal__a=text))) == 1


def test_missing_words_are_found(tmp_path: Path) -> None:
    text = (
        '"""A module."""\nclass A:\n    """A."""\n    def b(self): ...\n    def _c(self): ...\ndef d():\n    """D."""\n'
    )
    plant(tmp_path, sso_portal__base__a=text, sso_portal__web__b="def e(): ...")
    assert undocumented(tmp_path) == ["sso_portal/base/a.py: A.b", "sso_portal/web/b.py: the module itself"]
