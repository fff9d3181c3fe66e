"""Which pages a paper was of the one that it was cut out of, and which it became of the one that it was put into.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = ("first_page", "last_page")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("relations", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("relations", name)
