"""Modules that stand in for others while something is loaded."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

from sso_portal.base.stand_ins import standing_in

# Of the standard library, and nobody has loaded it.
SELDOM = "xml.dom.pulldom"


@pytest.fixture(autouse=True)
def not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, SELDOM, raising=False)


def test_another_is_found_as_long_as_the_block_runs() -> None:
    other = ModuleType("other")
    with standing_in({SELDOM: other}):
        assert importlib.import_module(SELDOM) is other
    assert SELDOM not in sys.modules
    assert importlib.import_module(SELDOM).PullDOM


def test_none_is_as_if_it_were_not_installed() -> None:
    def load() -> None:
        with standing_in({SELDOM: None}):
            importlib.import_module(SELDOM)

    with pytest.raises(ImportError):
        load()
    assert importlib.import_module(SELDOM).PullDOM


def test_what_is_loaded_already_stays() -> None:
    known = importlib.import_module(SELDOM)
    with standing_in({SELDOM: None}):
        assert importlib.import_module(SELDOM) is known
    assert sys.modules[SELDOM] is known
