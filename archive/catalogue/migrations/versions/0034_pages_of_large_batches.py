"""Indexes by which open batches, those without a receipt, a page of a batch and the entries of an object are found.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_FEW = {
    "ix_batches_open": sa.text("state = 'open'"),
    "ix_batches_unreceipted": sa.text("closed_at IS NOT NULL AND receipt IS NULL"),
}


def upgrade() -> None:
    for name, where in _FEW.items():
        op.create_index(name, "batches", ["id"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_batch_items_batch_sequence", "batch_items", ["batch_id", "sequence", "id"])
    op.drop_index("ix_batch_items_batch_id", "batch_items")
    op.create_index("ix_deposits_batch", "deposits", ["batch_id", "id"])
    op.drop_index("ix_deposits_batch_id", "deposits")
    op.drop_index("ix_log_entries_object", "log_entries")
    op.create_index("ix_log_entries_object", "log_entries", ["object_id", "object_type", "seq"])
    op.drop_index("ix_log_entries_subject", "log_entries")
    op.create_index("ix_log_entries_subject", "log_entries", ["subject", "type"])
    op.drop_index("ix_documents_state", "documents")
    op.create_index("ix_documents_state", "documents", ["state", "id"])


def downgrade() -> None:
    op.drop_index("ix_documents_state", "documents")
    op.create_index("ix_documents_state", "documents", ["state"])
    op.drop_index("ix_log_entries_subject", "log_entries")
    op.create_index("ix_log_entries_subject", "log_entries", ["subject"])
    op.drop_index("ix_log_entries_object", "log_entries")
    op.create_index("ix_log_entries_object", "log_entries", ["object_id", "seq"])
    op.create_index("ix_deposits_batch_id", "deposits", ["batch_id"])
    op.drop_index("ix_deposits_batch", "deposits")
    op.create_index("ix_batch_items_batch_id", "batch_items", ["batch_id"])
    op.drop_index("ix_batch_items_batch_sequence", "batch_items")
    for name in _FEW:
        op.drop_index(name, "batches")
