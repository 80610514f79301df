"""A change that the database finds wrong only when it is committed."""

from __future__ import annotations

from sqlalchemy import text

from sso_portal.storage.database import Work


def break_a_rule(work: Work, _name: str = "") -> None:
    """A site takes part in a session that there is not, which SQLite looks at last."""
    work.write(text("PRAGMA defer_foreign_keys=ON"))
    columns, values = "(sid, client_id, first_used_at, last_used_at)", "('nobody', 'nothing', 1, 1)"
    work.write(text(f"INSERT INTO participations {columns} VALUES {values}"))
