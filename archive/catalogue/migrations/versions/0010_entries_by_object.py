"""Entries of the log are found by their object: histories and packages ask for it again and again.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_log_entries_object", "log_entries", ["object_id", "seq"])


def downgrade() -> None:
    op.drop_index("ix_log_entries_object", "log_entries")
