"""Tokens that are nobody's are not in the indexes by which a person's and a session's are found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for name in ("user_id", "sid"):
        index, theirs = op.f(f"ix_families_{name}"), sa.text(f"{name} IS NOT NULL")
        op.drop_index(index, "families")
        op.create_index(index, "families", [name], sqlite_where=theirs, postgresql_where=theirs)
