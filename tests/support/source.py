"""Reading source without running it: modules, what they import, what they define."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("sso_portal", "sso_client", "sso_testkit", "sso_flow", "demo_sites")


@dataclass(frozen=True)
class Module:
    """One Python file. ``name`` is its dotted name, ``place`` its path below the root, with slashes."""

    name: str
    path: Path
    place: str

    @property
    def is_package(self) -> bool:
        """Whether it is the ``__init__`` of a package."""
        return self.path.name == "__init__.py"

    @cached_property
    def text(self) -> str:
        """Its source."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its source, parsed."""
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def imports(self) -> frozenset[str]:
        """Everything it imports, wherever in the file: modules, and ``module.name`` for names imported from one."""
        return frozenset(self._imports())

    def _imports(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                origin = ".".join(part for part in (self._above(node.level), node.module or "") if part)
                yield from (f"{origin}.{alias.name}" for alias in node.names)

    def _above(self, level: int) -> str:
        if level == 0:
            return ""
        parts = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
        return ".".join(parts[: len(parts) - level + 1])


def modules(root: Path, *packages: str) -> list[Module]:
    """Every module of the packages below ``root``; those of the project itself are read and parsed once."""
    return list(_own(packages)) if root == ROOT else _modules(root, packages)


@cache
def _own(packages: tuple[str, ...]) -> list[Module]:
    return [module for package in packages for module in _own_package(package)]


@cache
def _own_package(package: str) -> list[Module]:
    return _modules(ROOT, (package,))


def _modules(root: Path, packages: tuple[str, ...]) -> list[Module]:
    found = []
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            place = path.relative_to(root)
            parts = place.parts[:-1] if path.name == "__init__.py" else (*place.parts[:-1], path.stem)
            found.append(Module(".".join(parts), path, place.as_posix()))
    return found


def plant(root: Path, **files: str) -> Path:
    """Write source below ``root`` for a check to find.

    ``sso_portal__web__page`` becomes ``sso_portal/web/page.py``, ``sso_portal__web__INIT`` its ``__init__.py``.
    """
    for place, text in files.items():
        path = root / f"{place.replace('__', '/').replace('INIT', '__init__')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
