"""The report of an import shows the value that cannot be taken.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("import_problems") as batch:
        batch.add_column(sa.Column("value", sa.String(60), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("import_problems") as batch:
        batch.drop_column("value")
