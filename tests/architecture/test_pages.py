"""Pages are light, and nothing in them needs a content security policy to look away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from sso_testkit import SingleSignOn
from tests.support.source import PACKAGES, ROOT

MAXIMUM_STYLESHEET = 12_000
MAXIMUM_SIGN_IN_PAGE = 20_000

_INLINE = {
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "a script with a body": re.compile(r"<script\b[^>]*>\s*[^<\s]", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "markup that is not escaped": re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\("),
}


def heavy_stylesheets(root: Path) -> list[str]:
    """Stylesheets that are too large."""
    files = [file for package in PACKAGES for file in sorted((root / package).rglob("*.css"))]
    return [file.name for file in files if file.stat().st_size >= MAXIMUM_STYLESHEET]


def inline_things(root: Path) -> list[str]:
    """Templates with scripts, styles or handlers in them."""
    files = [file for package in PACKAGES for file in sorted((root / package).rglob("*.jinja2"))]
    return [
        f"{file.name}: {what}"
        for file in files
        for what, pattern in _INLINE.items()
        if pattern.search(file.read_text(encoding="utf-8"))
    ]


def test_stylesheets_are_light() -> None:
    assert list(ROOT.glob("sso_portal/web/static/*.css"))
    assert heavy_stylesheets(ROOT) == []


def test_templates_have_nothing_inline() -> None:
    assert len(list(ROOT.glob("sso_portal/web/templates/*.jinja2"))) >= 8
    assert inline_things(ROOT) == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("link", ["", "/account/create"])
def test_the_sign_in_page_with_all_it_loads_is_light(
    make_sso: Callable[..., SingleSignOn], language: str, link: str
) -> None:
    browser = make_sso({"sso.sign_up.enabled": "true"}).browser(language)
    browser.open("https://project.example.test/mine")
    if link:
        browser.open(str(browser.page.html.select_one(f"a[href^='{link}']")["href"]))
    html = browser.page.body
    loaded = {
        element.get("href") or element.get("src")
        for element in BeautifulSoup(html, "html.parser").select("link[rel=stylesheet], script[src]")
    }
    assert len(loaded) == 3
    total = len(html) + sum(len(browser.new_tab().open(f"https://portal.example.test{url}").body) for url in loaded)
    assert 5_000 < total < MAXIMUM_SIGN_IN_PAGE


def test_a_heavy_stylesheet_is_found(tmp_path: Path) -> None:
    (tmp_path / "sso_portal").mkdir()
    (tmp_path / "sso_portal" / "a.css").write_text("a" * 12_000)
    (tmp_path / "sso_portal" / "b.css").write_text("a" * 11_999)
    assert heavy_stylesheets(tmp_path) == ["a.css"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<style>a{}</style>", "a style element"),
        ('<p style="color:red">', "a style attribute"),
        ('<a href="/" onclick="go()">', "an event handler"),
        ("<script>go()</script>", "a script with a body"),
        ("<script type=module></script>", "an inline script"),
        ('<a href="javascript:go()">', "a javascript address"),
        ("{{ name | safe }}", "markup that is not escaped"),
    ],
)
def test_something_inline_is_found(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "sso_portal").mkdir()
    (tmp_path / "sso_portal" / "a.jinja2").write_text(text)
    assert f"a.jinja2: {what}" in inline_things(tmp_path)


def test_a_script_of_our_own_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "sso_portal").mkdir()
    (tmp_path / "sso_portal" / "a.jinja2").write_text('<script type="module" src="{{ a }}"></script> on = style')
    assert inline_things(tmp_path) == []
