"""Some thousand rows in each table: enough for a database to prefer an index where it has one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, Table, insert, text

from sso_portal.storage.database import Database
from sso_portal.storage.schema import metadata

ROWS = 3_000


def value_like(column_type: Any, number: int) -> Any:
    """A value of a column's type: another one for each number, and the same one in every table."""
    if isinstance(column_type, Boolean):
        return number % 2 == 0
    if isinstance(column_type, JSON):
        return {}
    return number if isinstance(column_type, Integer | BigInteger) else str(number)


def fill(database: Database) -> None:
    """Every row belongs to the rows of its own number in the other tables; what may be missing is, in every other."""
    with database.engine.begin() as connection:
        for table in metadata.sorted_tables:
            if not table.name.startswith("alembic"):
                connection.execute(insert(table), [_row(table, number) for number in range(1, ROWS + 1)])
        if database.engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in table.c}


def _value(column: Column[Any], number: int) -> Any:
    if column.nullable and not column.foreign_keys and number % 2:
        return None
    return value_like(column.type, number)
