"""Portals that are worked hard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.served import Served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts a portal of its own."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.load)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A portal that is not started yet, on SQLite as it is by default: durable."""
    portal = Served(tmp_path)
    yield portal
    portal.stop()
