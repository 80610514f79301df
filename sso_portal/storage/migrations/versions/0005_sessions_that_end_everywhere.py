"""Who takes part in a session, and who has to be told when it is over"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("sessions", sa.Column("ended_because", sa.String(length=40), nullable=True))
    op.create_index(
        "ix_sessions_idle_expires_at",
        "sessions",
        ["idle_expires_at"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "participations",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=200), nullable=False),
        sa.Column("first_used_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sid"], ["sessions.sid"], name=op.f("fk_participations_sid_sessions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sid", "client_id", name=op.f("pk_participations")),
    )
    op.create_index("ix_participations_client_id_ended_at", "participations", ["client_id", "ended_at"])
    # Sessions that are going on already, as far as their tokens tell who takes part.
    op.execute(
        "INSERT INTO participations (sid, client_id, first_used_at, last_used_at)"
        " SELECT f.sid, f.client_id, MIN(f.created_at), MAX(f.created_at) FROM families f"
        " JOIN sessions s ON s.sid = f.sid WHERE s.ended_at IS NULL GROUP BY f.sid, f.client_id"
    )

    op.create_table(
        "sign_outs",
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=200), nullable=True),
        sa.Column("continue_to", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_outs_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("receipt_hash", name=op.f("pk_sign_outs")),
    )
    for column in ("sid", "user_id", "created_at"):
        op.create_index(op.f(f"ix_sign_outs_{column}"), "sign_outs", [column])

    op.create_table(
        "logout_notices",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["receipt_hash"],
            ["sign_outs.receipt_hash"],
            name=op.f("fk_logout_notices_receipt_hash_sign_outs"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_logout_notices_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logout_notices")),
    )
    for column in ("receipt_hash", "user_id"):
        op.create_index(op.f(f"ix_logout_notices_{column}"), "logout_notices", [column])
    op.create_index("ix_logout_notices_state_next_attempt_at", "logout_notices", ["state", "next_attempt_at"])
    op.create_index("ix_logout_notices_client_id_state", "logout_notices", ["client_id", "state"])
