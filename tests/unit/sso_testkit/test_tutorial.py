"""The tutorial of docs/testing-sites.md does what it says, typed as it stands, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.source import ROOT
from tests.support.tutorial import files_of

pytest_plugins = ["pytester"]


def _commands(page: str) -> list[str]:
    return re.findall(
        r"^    .+$", (ROOT / "docs" / page).read_text("utf-8").partition("```python")[0], flags=re.MULTILINE
    )


def test_both_languages_have_the_same_files_and_commands() -> None:
    # So that what is shown of the one is shown of the other.
    assert files_of("testing-sites.zh-CN.md") == files_of("testing-sites.md")
    assert _commands("testing-sites.zh-CN.md") == _commands("testing-sites.md") != []


def test_the_tutorial_is_green(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of("testing-sites.md")
    assert list(files) == ["shop.py", "test_shop.py"]
    for name, source in files.items():
        Path(pytester.path / name).write_text(source, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # Where the kit is not installed nothing tells pytest of the plugin; tests/load has it installed. A process of its
    # own: what it makes of warnings is not the tutorial's affair.
    result = pytester.runpytest_subprocess("-q", "-p", "sso_testkit.plugin", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
