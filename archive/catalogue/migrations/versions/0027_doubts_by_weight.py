"""What waits for a person is listed by how much of the amount is in doubt, not by the amount alone.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("field_doubts") as table:
        table.add_column(sa.Column("weight_minor", sa.BigInteger, nullable=False, server_default="0"))
    # Until a paper is described or decided again it stands where it stood.
    op.execute("UPDATE field_doubts SET weight_minor = stake_minor")
    op.drop_index("ix_field_doubts_stake", "field_doubts")
    op.create_index("ix_field_doubts_weight", "field_doubts", ["weight_minor", "document_id"])


def downgrade() -> None:
    op.drop_index("ix_field_doubts_weight", "field_doubts")
    op.create_index("ix_field_doubts_stake", "field_doubts", ["stake_minor", "document_id"])
    with op.batch_alter_table("field_doubts") as table:
        table.drop_column("weight_minor")
