"""What further tokens of a stamp rest on, and what has renewed them.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stamp_tokens", sa.Column("expires", Instant(), nullable=True))
    op.add_column("stamp_tokens", sa.Column("rests_on", sa.String(200), nullable=True))
    op.add_column("stamp_tokens", sa.Column("renewed_by", sa.String(36), nullable=True))
    op.create_index("ix_stamp_tokens_renewed_by", "stamp_tokens", ["renewed_by"])


def downgrade() -> None:
    op.drop_index("ix_stamp_tokens_renewed_by", "stamp_tokens")
    for name in ("renewed_by", "rests_on", "expires"):
        op.drop_column("stamp_tokens", name)
