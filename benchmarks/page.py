"""``docs/performance.md``: what people wrote stays, and between the marks stands what the last runs have found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.picture import picture_of
from benchmarks.results import FOLDER, load
from benchmarks.tables import growth_table, load_lines, memory_lines, peers_table, portal_table, profile_tables

DOCS = Path(__file__).parents[1] / "docs"
Told = dict[str, Any]

_OF_FILES: dict[str, Callable[[Told], list[str]]] = {
    "profile": profile_tables,
    "profile_before": profile_tables,
    "memory": memory_lines,
    "growth": growth_table,
    "overload": load_lines,
    "restart": load_lines,
}


def write_page(results: Path = FOLDER, docs: Path = DOCS) -> None:
    """Put the tables of all saved runs into the page, and draw the picture."""
    parts = parts_of(results)
    file = docs / "performance.md"
    file.write_text(filled(file.read_text(encoding="utf-8"), parts), encoding="utf-8")
    run = load(results / "peers.json") or load(results / "portal.json")
    if run is not None:
        (docs / "performance.svg").write_text(picture_of(run), encoding="utf-8")


def parts_of(results: Path) -> dict[str, str]:
    """The text of each part for which there is a saved run."""
    parts = {
        name: write(_read(results, name)) for name, write in _OF_FILES.items() if (results / f"{name}.json").exists()
    }
    if portal := load(results / "portal.json"):
        parts["portal"] = portal_table(portal)
    if peers := load(results / "peers.json"):
        parts["peers"] = peers_table(peers)
    return {name: "\n".join(lines) for name, lines in parts.items()}


def _read(results: Path, name: str) -> Told:
    told: Told = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
    return told


def filled(page: str, parts: dict[str, str]) -> str:
    """The page with each part between its marks. Raises :class:`ValueError` when there are no marks for it."""
    for name, text in parts.items():
        beginning, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, found, rest = page.partition(beginning)
        _old, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"the page has no marks for {name}")
        page = f"{before}{beginning}{text}\n{end}{after}"
    return page
