"""How far the making of a package is.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("packages", sa.Column("done", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("packages", "done")
