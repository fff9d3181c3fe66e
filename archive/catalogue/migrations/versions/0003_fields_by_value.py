"""Fields are found by their value: what the registry learns links papers that were read before.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Hashed on PostgreSQL, because values of fields may be longer than a key of its trees.
    op.create_index("ix_fields_value", "fields", ["value"], postgresql_using="hash")


def downgrade() -> None:
    op.drop_index("ix_fields_value", "fields")
