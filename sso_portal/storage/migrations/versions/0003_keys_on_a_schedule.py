"""Keys on a schedule"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_keys = sa.table(
    "keys",
    sa.column("kid", sa.String),
    sa.column("algorithm", sa.String),
    sa.column("signs", sa.String),
    sa.column("created_at", sa.BigInteger),
    sa.column("generation", sa.Integer),
    sa.column("signs_from", sa.BigInteger),
)


def upgrade() -> None:
    """Apply."""
    op.add_column("keys", sa.Column("generation", sa.Integer(), nullable=True))
    op.add_column("keys", sa.Column("signs_from", sa.BigInteger(), nullable=True))
    _carry_over()
    with op.batch_alter_table("keys") as batch:
        batch.alter_column("generation", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("signs_from", existing_type=sa.BigInteger(), nullable=False)
        batch.drop_constraint(op.f("uq_keys_signs"), type_="unique")
        batch.drop_column("signs")
        batch.drop_column("retired_at")
        batch.create_unique_constraint(op.f("uq_keys_algorithm_generation"), ["algorithm", "generation"])


def _carry_over() -> None:
    """The key that signs becomes the highest generation of its algorithm. Each has signed since it was made, which is
    also when the one before it was retired."""
    connection = op.get_bind()
    oldest_first = sa.select(_keys).order_by(_keys.c.signs.is_not(None), _keys.c.created_at, _keys.c.kid)
    generations: dict[str, int] = {}
    for row in connection.execute(oldest_first).all():
        generations[row.algorithm] = generations.get(row.algorithm, 0) + 1
        values = {"generation": generations[row.algorithm], "signs_from": row.created_at}
        connection.execute(sa.update(_keys).where(_keys.c.kid == row.kid).values(**values))
