"""The tutorial of docs/testing-sites.md does what it says, typed as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.source import ROOT

pytest_plugins = ["pytester"]


def test_the_tutorial_is_green(pytester: pytest.Pytester) -> None:
    text = (ROOT / "docs" / "testing-sites.md").read_text("utf-8")
    files = re.findall(r"`(\w+\.py)`[^\n]*:\n\n```python\n(.*?)```", text, flags=re.DOTALL)
    assert [name for name, _ in files] == ["conftest.py", "shop.py", "test_shop.py"]
    for name, source in files:
        Path(pytester.path / name).write_text(source, "utf-8")
    # A process of its own: what it makes of warnings is not the tutorial's affair.
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
