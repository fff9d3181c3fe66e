"""Owners of work take turns; how much an account has handed over lately is found quickly.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work", sa.Column("owner", sa.String(36), nullable=True))
    op.add_column("work", sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_work_next", "work")
    op.create_index("ix_work_next", "work", ["state", "priority", "turn", "ready_at"])
    ready = sa.text("state = 'ready'")
    op.create_index(
        "ix_work_owner", "work", ["owner", "priority", "turn"], sqlite_where=ready, postgresql_where=ready
    )
    op.create_index("ix_batch_items_actor_at", "batch_items", ["actor", "at"])


def downgrade() -> None:
    op.drop_index("ix_batch_items_actor_at", "batch_items")
    op.drop_index("ix_work_owner", "work")
    op.drop_index("ix_work_next", "work")
    op.create_index("ix_work_next", "work", ["state", "priority", "ready_at"])
    op.drop_column("work", "turn")
    op.drop_column("work", "owner")
