"""Fields that wait for a person, by what is at stake; what a page prints otherwise than a file's own data says.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Serial

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fields", sa.Column("printed", sa.Text()))
    op.create_table(
        "field_doubts",
        sa.Column("field_id", Serial, autoincrement=False, nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("reasons", sa.String(60), nullable=False),
        sa.Column("stake_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("field_id", name="pk_field_doubts"),
        sa.ForeignKeyConstraint(["field_id"], ["fields.id"], name="fk_field_doubts_field_id"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_field_doubts_document_id"),
    )
    op.create_index("ix_field_doubts_document_id", "field_doubts", ["document_id"])
    op.create_index("ix_field_doubts_stake", "field_doubts", ["stake_minor", "document_id"])


def downgrade() -> None:
    op.drop_table("field_doubts")
    with op.batch_alter_table("fields") as fields:
        fields.drop_column("printed")
