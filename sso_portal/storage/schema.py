"""What all tables share: one metadata object, names for constraints, the column types of the house."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, MetaData

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
