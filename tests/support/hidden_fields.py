"""What a page's form sends without anybody having typed anything."""

from __future__ import annotations

from bs4 import BeautifulSoup


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the form in the middle of a page."""
    form = BeautifulSoup(page, "html.parser").select_one("main form")
    assert form is not None, page
    return {str(field["name"]): str(field["value"]) for field in form.find_all("input", attrs={"type": "hidden"})}
