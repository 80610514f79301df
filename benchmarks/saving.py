"""What a script of its own has found, as a file and in the page of the documentation."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from benchmarks.machine import how_busy, machine
from benchmarks.page import write_page
from benchmarks.results import FOLDER


def save_finding(name: str, told: dict[str, Any]) -> None:
    """Write ``results/NAME.json``, with the machine by its size, and the part NAME of the page."""
    whole = {"machine": machine(), "busy": how_busy(), "taken": datetime.now(UTC).date().isoformat(), **told}
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(whole, indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    write_page()
