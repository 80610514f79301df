"""Sessions that have ended are found by an index when they are swept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ENDED = sa.text("ended_at IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index(
        op.f("ix_sessions_ended_at"), "sessions", ["ended_at"], sqlite_where=_ENDED, postgresql_where=_ENDED
    )
