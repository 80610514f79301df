"""What all tables share: one metadata object, names for constraints, the column types of the house."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, MetaData, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def time_column(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """A moment in whole seconds since 1970-01-01 UTC: the same on every database, and a moved clock moves it."""
    return Column(name, BigInteger, nullable=nullable, index=index)


_partial: list[tuple[Index, str]] = []


def partial_index(name: str, column: str, *, where: str) -> Index:
    """An index of those rows only for which ``where`` holds."""
    index = Index(name, column)
    _partial.append((index, where))
    return index


def complete_for(kind: str) -> None:
    """Tell a kind of database (``sqlite``, ``postgresql``) which indexes are partial. Not before: what SQLAlchemy knows
    of each kind takes long to load."""
    for index, where in _partial:
        index.dialect_kwargs[f"{kind}_where"] = text(where)
