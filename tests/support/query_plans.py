"""What a database says that it would do with a statement, and which tables it would read from end to end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Executable, Insert, event
from sqlalchemy.dialects import postgresql, sqlite

from sso_portal.storage.database import Database
from tests.support.filled_tables import value_like

_NUMBER, _LIMIT = 1_500, 10
_SQLITE_SCAN = re.compile(r"SCAN (\w+)")
_BY_INDEX = {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}


class _Asked(Exception):
    """The plan is known; the statement itself is not run."""


def tables_scanned(database: Database, statement: Executable) -> set[str]:
    """The tables of which a statement would look at every row; with values of which there are a few rows, or none."""
    plan: list[Any] = []

    def ask(_connection: Connection, cursor: Any, text: str, parameters: Any, *_more: Any) -> None:
        if kind == "postgresql":
            # Of half a table PostgreSQL reads all, and rightly so: the question is whether an index would do.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{_EXPLAIN[kind]} {text}", parameters)
        plan.extend(cursor.fetchall())
        raise _Asked

    kind = database.engine.dialect.name
    event.listen(database.engine, "before_cursor_execute", ask)
    try:
        with database.engine.connect() as connection:
            connection.execute(statement, _values(database, statement))
    except _Asked:
        return _SCANNED[kind](plan)
    finally:
        event.remove(database.engine, "before_cursor_execute", ask)
    raise AssertionError("the statement was not sent")


def _values(database: Database, statement: Any) -> dict[str, Any]:
    """One for each parameter that a use of the statement has to give."""
    binds = statement.compile(dialect=database.engine.dialect).binds
    given = {name: bind for name, bind in binds.items() if bind.required or _is_column_of(statement, name)}
    values = {name: value_like(bind.type, _LIMIT if name == "limit" else _NUMBER) for name, bind in given.items()}
    return {name: [value] if binds[name].expanding else value for name, value in values.items()}


def _is_column_of(statement: Any, name: str) -> bool:
    return isinstance(statement, Insert | sqlite.Insert | postgresql.Insert) and name in statement.table.c


def _scanned_by_sqlite(plan: list[Any]) -> set[str]:
    found = {match[1] for *_, detail in plan for match in [_SQLITE_SCAN.match(detail)] if match}
    # What a statement has found itself is no table.
    return found - {"CONSTANT", "anon_1", "taken"}


def _scanned_by_postgresql(plan: list[Any]) -> set[str]:
    told = plan[0][0]
    nodes = _nodes((json.loads(told) if isinstance(told, str) else told)[0]["Plan"], "")
    found = [node for above, node in nodes if _is_scan(above, node)]
    return {str(node.get("Relation Name") or node.get("Index Name")) for node in found}


def _nodes(node: Mapping[str, Any], above: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each step of a plan, with the kind of the one that it works for."""
    yield above, node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner, node["Node Type"])


def _is_scan(above: str, node: Mapping[str, Any]) -> bool:
    if node["Node Type"] not in _BY_INDEX:
        return bool(node["Node Type"] == "Seq Scan")
    # From one end of an index on, until there are enough: nothing is passed over.
    takes_the_first = above == "Limit" and "Filter" not in node
    return "Index Cond" not in node and not takes_the_first


_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN (FORMAT JSON)"}
_SCANNED = {"sqlite": _scanned_by_sqlite, "postgresql": _scanned_by_postgresql}
