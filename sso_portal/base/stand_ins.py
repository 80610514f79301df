"""Loading a module without all that it would load."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def standing_in(stand_ins: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """As long as the block runs, these are found in place of modules that nobody has loaded so far; ``None`` is found
    as if it were not installed. After it, whoever wants the real ones gets them."""
    standing: dict[str, ModuleType | None] = {
        name: module for name, module in stand_ins.items() if name not in sys.modules
    }
    sys.modules.update(standing)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in standing:
            del sys.modules[name]
