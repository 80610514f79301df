"""A folder with the pages of many flows and an index; several processes may write into it at the same time."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from html import escape, unescape
from pathlib import Path

from sso_flow.journal import Journal
from sso_flow.page import whole_page
from sso_flow.recording import Recording, record
from sso_flow.words import INDEX, Language

_INDEX = "index.html"
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_LONGEST_NAME = 120


def write_report(directory: Path, name: str, journal: Journal, *, title: str = "", language: Language = "en") -> Path:
    """Write one flow as ``name`` with its page, Markdown and diagram, and put it into the index; answers the page."""
    recording = record(journal, title=title or name, language=language)
    return write_recordings(directory, {name: recording})[0]


def write_recordings(directory: Path, recordings: Mapping[str, Recording]) -> list[Path]:
    """Write flows by their names, and the index of all that the folder holds; answers the pages."""
    directory.mkdir(parents=True, exist_ok=True)
    pages = [_write_one(directory, _file_name(name), recording) for name, recording in recordings.items()]
    languages = [recording.language for recording in recordings.values()]
    _write_index(directory, languages[0] if languages else "en")
    return pages


def _write_one(directory: Path, name: str, recording: Recording) -> Path:
    _put(directory / f"{name}.svg", recording.svg())
    _put(directory / f"{name}.md", recording.markdown(f"{name}.svg"))
    page = directory / f"{name}.html"
    _put(page, recording.html(index=_INDEX))
    return page


def _write_index(directory: Path, language: Language) -> None:
    """Write it again until it names whatever is there: another process may have added a flow meanwhile."""
    named: list[Path] | None = None
    while (there := _pages(directory)) != named:
        named = there
        rows = "".join(f'<li><a href="{page.name}">{escape(_title_of(page))}</a></li>' for page in named)
        title = INDEX.said(language)
        _put(directory / _INDEX, whole_page(title, f'<h1>{title}</h1><ol class="list">{rows}</ol>', language))


def _pages(directory: Path) -> list[Path]:
    return sorted(page for page in directory.glob("*.html") if page.name != _INDEX)


def _title_of(page: Path) -> str:
    found = _TITLE.search(page.read_text(encoding="utf-8"))
    return unescape(found[1]) if found else page.stem


def _put(file: Path, text: str) -> None:
    """Whoever reads meanwhile sees the old file or the new one, never half of it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(file)


def _file_name(name: str) -> str:
    """A name that every system takes: ``flows/test_a.py::test_b[c]`` becomes ``flows-test_a.py-test_b-c``."""
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-.") or "flow"
    plain = plain[-_LONGEST_NAME:].strip("-.")
    return f"{plain}-flow" if plain == "index" else plain
