"""Amounts of which a person said that he means them though they do not add up.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fields", sa.Column("despite", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("fields") as fields:
        fields.drop_column("despite")
