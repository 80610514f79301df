"""Every word of every template and of the story is in the catalogues of both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import demo_sites

ROOT = Path(demo_sites.__file__).parent
DOMAINS = {
    "common": "demo_sites",
    "partner_site": "partner_site",
    "project_center": "project_center",
    "single_page": "single_page",
    "talent_center": "talent_center",
}
METHODS = [("**.py", "python"), ("**.jinja2", "jinja2")]
OPTIONS = {"**.jinja2": {"newstyle_gettext": "true", "silent": "false"}}


def said(folder: str) -> set[str]:
    """The messages of one folder as its source has them; for a plural its singular."""
    found = extract_from_dir(ROOT / folder, METHODS, OPTIONS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def catalogue(folder: str, language: str) -> Catalog:
    """One catalogue as its file has it."""
    with (ROOT / folder / "locale" / language / "LC_MESSAGES" / f"{DOMAINS[folder]}.po").open("rb") as file:
        return read_po(file, locale=language)


def translated(folder: str, language: str) -> set[str]:
    """The messages that the catalogue has words for; none of them fuzzy."""
    messages = [message for message in catalogue(folder, language) if message.id]
    assert not [message.id for message in messages if message.fuzzy]
    full = [m for m in messages if (all(m.string) if isinstance(m.string, tuple) else m.string)]
    return {message.id if isinstance(message.id, str) else message.id[0] for message in full}


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("folder", DOMAINS)
def test_every_message_is_translated_and_none_is_left_over(folder, language):
    shared = set() if folder == "common" else said("common")
    assert said(folder)
    assert said(folder) - shared == translated(folder, language)


@pytest.mark.parametrize("folder", DOMAINS)
def test_translations_keep_the_places_for_values(folder):
    for message in catalogue(folder, "zh_CN"):
        assert not list(message.check()), message.id
        if isinstance(message.id, str):
            assert message.id.count("${") == str(message.string).count("${") or not message.id


def test_chinese_is_chinese():
    for folder in DOMAINS:
        for message in catalogue(folder, "zh_CN"):
            words = message.string if isinstance(message.string, str) else message.string[0]
            assert (
                not message.id
                or any("一" <= letter <= "鿿" for letter in words)
                or message.id == "%(done)s of %(total)s"
            )
