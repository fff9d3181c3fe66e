"""Result lists of searches, where several machines answer.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Instant

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "result_lists",
        sa.Column("name", sa.String(22), nullable=False),
        sa.Column("query", sa.String(64), nullable=False),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_result_lists")),
    )
    op.create_index(op.f("ix_result_lists_until"), "result_lists", ["until"])


def downgrade() -> None:
    op.drop_index(op.f("ix_result_lists_until"), "result_lists")
    op.drop_table("result_lists")
