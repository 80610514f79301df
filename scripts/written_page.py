"""A page that is written from code: made anew, or compared with what stands there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


def write_or_check(arguments: list[str], page: Callable[[], str]) -> int:
    """Write ``page()`` to the file that is named last, or with ``--check`` say whether it is there as it should be."""
    file = Path(arguments[-1])
    if "--check" not in arguments:
        file.write_text(page(), encoding="utf-8")
        return 0
    if file.read_text(encoding="utf-8") == page():
        return 0
    print(f"{file} is out of date; run: make docs", file=sys.stderr)
    return 1
