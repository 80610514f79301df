"""Sign-ins at sites that a reverse proxy protects"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "site_sign_ins",
        sa.Column("cookie_hash", sa.String(length=64), nullable=False),
        sa.Column("family_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["family_id"],
            ["families.family_id"],
            name=op.f("fk_site_sign_ins_family_id_families"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cookie_hash", name=op.f("pk_site_sign_ins")),
    )
    op.create_index(op.f("ix_site_sign_ins_family_id"), "site_sign_ins", ["family_id"])
