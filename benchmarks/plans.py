"""Query plans of what each operation sends to a database."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from benchmarks.counts import statements_of
from benchmarks.in_process import PortalInProcess
from benchmarks.operations import OPERATIONS

_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)", re.IGNORECASE)
_SMALL = frozenset({"versions", "keys"})
"""Tables that have a few rows whatever the portal's size."""


def plans_of_operations(file: Path, folder: Path) -> dict[str, list[str]]:
    """Each statement of each operation with the steps of its plan (SQLite's EXPLAIN QUERY PLAN)."""
    portal = PortalInProcess(folder, database=file)
    try:
        found = {kind.name: statements_of(portal, kind(portal.provider), 1)[0].statements for kind in OPERATIONS}
    finally:
        portal.close()
    database = sqlite3.connect(file)
    try:
        return {name: [plan_of(database, each) for each in statements] for name, statements in found.items()}
    finally:
        database.close()


def plan_of(database: sqlite3.Connection, statement: str) -> str:
    """In one line: the verb and the table, then the plan."""
    values = (None,) * statement.count("?")
    steps = [str(row[3]) for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    table = _TABLE.search(statement)
    return f"{statement.split(maxsplit=1)[0]} {table[1] if table else ''}: {', '.join(steps) or 'no search'}"


def walks_through_everything(plan: str) -> bool:
    """Whether a step reads a whole table, or a whole index, that grows with the portal."""
    steps = plan.partition(": ")[2].split(", ")
    scanned = [step.split()[1] for step in steps if step.startswith("SCAN ") and not step.startswith("SCAN CONSTANT")]
    return any(table not in _SMALL for table in scanned)
