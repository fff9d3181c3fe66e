"""Decisions that were made on another document of the same bytes say on which, and when.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fields", sa.Column("decided_on", sa.String(36)))
    op.add_column("fields", sa.Column("decided_at", Instant()))


def downgrade() -> None:
    with op.batch_alter_table("fields") as fields:
        fields.drop_column("decided_at")
        fields.drop_column("decided_on")
