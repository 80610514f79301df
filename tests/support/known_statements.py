"""Every statement of the storage that is made once, found by looking for it: a new one is found by itself."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite

from sso_portal import storage
from sso_portal.storage.attempts import Ladder

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_ARGUMENTS: dict[str, tuple[Any, ...]] = {"bool": (True, False), "Ladder": (Ladder((0, 0, 2, 4, 60), 900),)}
"""What the makers of statements are called with, by how they name its type."""


def known_statements(kind: str) -> dict[str, Executable]:
    """By module and name; ``kind`` is the dialect's name."""
    names = [module.name for module in pkgutil.iter_modules(storage.__path__) if not module.ispkg]
    modules = [importlib.import_module(f"{storage.__name__}.{name}") for name in names if name != "migrate"]
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": statement
        for module in modules
        for name, statement in (*_constants(module), *_made(module, kind))
    }


def _constants(module: ModuleType) -> Iterator[tuple[str, Executable]]:
    """Those that a function uses. The others are parts, which make no sense alone."""
    tree = ast.parse(inspect.getsource(module))
    used = {
        inner.id
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Name)
    }
    for name, value in vars(module).items():
        if name in used and isinstance(value, Executable):
            yield name, value


def _made(module: ModuleType, kind: str) -> Iterator[tuple[str, Executable]]:
    """Those that a cached function makes for each kind of database."""
    for name, make in vars(module).items():
        if hasattr(make, "cache_info") and make.__module__ == module.__name__:
            for arguments in _calls(make):
                yield f"{name}{tuple(arguments.values())}", make(_INSERT[kind], **arguments)


def _calls(make: Callable[..., Executable]) -> Iterator[dict[str, Any]]:
    first, *others = inspect.signature(make).parameters.values()
    if first.name != "insert":
        raise TypeError(f"{make} does not begin with the dialect's insert")
    for values in itertools.product(*(_ARGUMENTS[parameter.annotation] for parameter in others)):
        yield dict(zip([parameter.name for parameter in others], values, strict=True))
