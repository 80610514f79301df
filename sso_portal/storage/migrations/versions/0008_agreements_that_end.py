"""How long an agreement holds, and when its site was last used"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NEW = {
    "consents": ("first_granted_at", "last_used_at", "expires_at"),
    "families": ("last_used_at", "agreed_until"),
}


def upgrade() -> None:
    """Apply."""
    for table, names in _NEW.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_consents_expires_at"), "consents", ["expires_at"])
