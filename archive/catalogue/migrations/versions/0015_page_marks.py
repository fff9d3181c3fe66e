"""Marks by which a page that was scanned again is found.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_marks",
        sa.Column("deposit_id", sa.String(36), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposits.id"], name=op.f("fk_page_marks_deposit_id")),
        sa.PrimaryKeyConstraint("deposit_id", "page", "mark", name=op.f("pk_page_marks")),
    )
    op.create_index("ix_page_marks_mark", "page_marks", ["mark"])


def downgrade() -> None:
    op.drop_table("page_marks")
