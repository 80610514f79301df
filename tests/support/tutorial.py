"""The files that a page of the documentation tells its reader to write."""

from __future__ import annotations

import re

from tests.support.source import ROOT


def files_of(page: str) -> dict[str, str]:
    """Each block of Python after a line that begins with a file's name, by that name."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return dict(re.findall(r"`(\w+\.py)`[^\n]*[:：]\n\n```python\n(.*?)```", text, flags=re.DOTALL))
