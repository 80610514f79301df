"""Every word that people read is in the catalogues of both languages, complete, with the same places for values."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.support.source import ROOT

LANGUAGES = ("en", "zh_CN")
DOMAINS = {
    "sso_portal": "sso_portal",
    "demo_sites/common": "demo_sites",
    "demo_sites/partner_site": "partner_site",
    "demo_sites/project_center": "project_center",
    "demo_sites/single_page": "single_page",
    "demo_sites/talent_center": "talent_center",
}
"""Each folder with words of its own, and its domain."""

SHARED = "demo_sites/common"
_METHODS = [("**.py", "python"), ("**.jinja2", "jinja2")]
_OPTIONS = {"**.jinja2": {"newstyle_gettext": "true", "silent": "false"}}
_PLACE = re.compile(r"\$\{\w+\}|%\(\w+\)s|</?\w+[^>]*>|\{\w+\}")


def said(folder: Path) -> set[str]:
    """The messages of source and templates; of a plural its singular."""
    found = extract_from_dir(folder, _METHODS, _OPTIONS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def catalogue(folder: Path, domain: str, language: str) -> Catalog:
    """One catalogue as its file has it."""
    with (folder / "locale" / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(found: Catalog) -> dict[str, Message]:
    """The messages of a catalogue by what they say in English; of a plural by its singular."""
    return {_first(message.id): message for message in found if message.id}


def _first(words: str | tuple[str, ...] | list[str]) -> str:
    return words if isinstance(words, str) else words[0]


def _all(words: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [words or ""] if isinstance(words, str) or words is None else list(words)


def problems(folder: Path, domain: str, shared: frozenset[str] = frozenset()) -> list[str]:
    """What is wrong with the catalogues of a folder."""
    wanted = said(folder) - shared
    found = []
    for language in LANGUAGES:
        known = messages(catalogue(folder, domain, language))
        found += [f"{language}: missing: {text}" for text in sorted(wanted - set(known))]
        found += [f"{language}: nobody says: {text}" for text in sorted(set(known) - wanted)]
        for text, message in known.items():
            if message.fuzzy:
                found.append(f"{language}: fuzzy: {text}")
            if language != "en" and not all(_all(message.string)):
                found.append(f"{language}: empty: {text}")
            places = Counter(_PLACE.findall(text))
            found += [
                f"{language}: places differ: {text}"
                for words in _all(message.string)
                if words and isinstance(message.id, str) and Counter(_PLACE.findall(words)) != places
            ]
    return found


@pytest.mark.parametrize(("folder", "domain"), DOMAINS.items(), ids=DOMAINS.values())
def test_catalogues_are_complete_and_alike(folder: str, domain: str) -> None:
    shared = frozenset() if folder in {"sso_portal", SHARED} else frozenset(said(ROOT / SHARED))
    assert len(said(ROOT / folder)) > 10
    assert problems(ROOT / folder, domain, shared) == []


@pytest.mark.parametrize(("folder", "domain"), DOMAINS.items(), ids=DOMAINS.values())
def test_both_languages_have_the_same_messages(folder: str, domain: str) -> None:
    english, chinese = (messages(catalogue(ROOT / folder, domain, language)) for language in LANGUAGES)
    assert set(english) == set(chinese)


def test_no_folder_with_words_is_forgotten() -> None:
    known = {(ROOT / folder / "locale").resolve() for folder in DOMAINS}
    assert {path.parents[2].resolve() for path in ROOT.glob("[sd]*/**/LC_MESSAGES/*.po")} == known


def written(folder: Path, **languages: str) -> Path:
    """A small folder with words and catalogues."""
    (folder / "page.jinja2").write_text("{{ _('Hello') }} {% trans name=x %}To <b>{{ name }}</b>{% endtrans %}")
    (folder / "view.py").write_text("_('Bye, ${name}')")
    for language, text in languages.items():
        file = folder / "locale" / language / "LC_MESSAGES" / "words.po"
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    return folder


def po(**strings: str) -> str:
    """A catalogue of the three messages above; ``hello``, ``to`` and ``bye`` are their translations."""
    ids = {"hello": "Hello", "to": "To <b>%(name)s</b>", "bye": "Bye, ${name}", "more": "More"}
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return header + "\n".join(f'msgid "{ids[key]}"\nmsgstr "{text}"\n' for key, text in strings.items())


GOOD = {"hello": "你好", "to": "致 <b>%(name)s</b>", "bye": "再见 ${name}"}
EMPTY = {"hello": "", "to": "", "bye": ""}


def test_good_catalogues_are_no_problem(tmp_path: Path) -> None:
    assert problems(written(tmp_path, en=po(**EMPTY), zh_CN=po(**GOOD)), "words") == []


@pytest.mark.parametrize(
    ("chinese", "found"),
    [
        (po(hello="你好", to="致 <b>%(name)s</b>"), "zh_CN: missing: Bye, ${name}"),
        (po(**GOOD, more="更多"), "zh_CN: nobody says: More"),
        (po(**{**GOOD, "hello": ""}), "zh_CN: empty: Hello"),
        (po(**{**GOOD, "bye": "再见"}), "zh_CN: places differ: Bye, ${name}"),
        (po(**{**GOOD, "to": "致 %(name)s"}), "zh_CN: places differ: To <b>%(name)s</b>"),
        (po(**GOOD).replace('msgid "Hello"', '#, fuzzy\nmsgid "Hello"'), "zh_CN: fuzzy: Hello"),
    ],
)
def test_a_fault_in_a_catalogue_is_found(tmp_path: Path, chinese: str, found: str) -> None:
    assert problems(written(tmp_path, en=po(**EMPTY), zh_CN=chinese), "words") == [found]
