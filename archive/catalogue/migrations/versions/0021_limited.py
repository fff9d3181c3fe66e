"""Who was refused lately because he asked for too much.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limited",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "code", name=op.f("pk_limited")),
    )


def downgrade() -> None:
    op.drop_table("limited")
