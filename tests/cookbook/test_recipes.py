"""Every recipe of docs/testing-cookbook.md, typed as it stands there."""

from __future__ import annotations

from tests.support.cookbook import cookbook

globals().update(cookbook().recipes)


def test_each_heading_has_one_recipe() -> None:
    book = cookbook()
    assert len(book.recipes) == len(book.headings) >= 20
    assert all(name.startswith("test_") for name in book.recipes)
