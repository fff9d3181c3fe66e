"""Indexes by which erasures are found in the log, and papers and files by the day of their receipt.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ERASURE = sa.text("type = 'erase'")


def upgrade() -> None:
    op.create_index(
        "ix_log_entries_erasures", "log_entries", ["seq"], sqlite_where=_ERASURE, postgresql_where=_ERASURE
    )
    for table in ("documents", "deposits"):
        op.create_index(op.f(f"ix_{table}_received_at"), table, ["received_at"])


def downgrade() -> None:
    for table in ("deposits", "documents"):
        op.drop_index(op.f(f"ix_{table}_received_at"), table)
    op.drop_index("ix_log_entries_erasures", "log_entries")
