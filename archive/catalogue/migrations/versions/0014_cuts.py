"""Where within a file a new paper may begin, and which pages only part papers.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Instant, Json, Serial

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pages", sa.Column("separator", sa.String(80)))
    op.create_table(
        "cuts",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("deposit_id", sa.String(36), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("actor", sa.String(36)),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_cuts_state")
        ),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposits.id"], name=op.f("fk_cuts_deposit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cuts")),
    )
    op.create_index("ix_cuts_deposit_page", "cuts", ["deposit_id", "page"])


def downgrade() -> None:
    op.drop_table("cuts")
    with op.batch_alter_table("pages") as batch:
        batch.drop_column("separator")
