"""What others say of the evidence: every authority that was asked, further tokens, witnesses and their cosignatures.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from archive.catalogue.schema.columns import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stamp_asks",
        sa.Column("stamp_id", sa.String(36), nullable=False),
        sa.Column("authority", sa.String(200), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("failure", sa.String(60), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("retry_at", Instant()),
        sa.Column("looked_at", Instant()),
        sa.ForeignKeyConstraint(["stamp_id"], ["stamps.id"], name=op.f("fk_stamp_asks_stamp_id")),
        sa.PrimaryKeyConstraint("stamp_id", "authority", name=op.f("pk_stamp_asks")),
    )
    op.create_table(
        "stamp_tokens",
        sa.Column("stamp_id", sa.String(36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.String(200), nullable=False),
        sa.Column("time_class", sa.String(10), nullable=False),
        sa.Column("gen_time", Instant(), nullable=False),
        sa.Column("verified_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["stamp_id"], ["stamps.id"], name=op.f("fk_stamp_tokens_stamp_id")),
        sa.PrimaryKeyConstraint("stamp_id", "place", name=op.f("pk_stamp_tokens")),
    )
    op.create_table(
        "witnesses",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger()),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant()),
        sa.Column("failure", sa.Text()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_witnesses")),
    )
    op.create_table(
        "cosignatures",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("witness", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("pk_cosignatures")),
    )


def downgrade() -> None:
    for table in ("cosignatures", "witnesses", "stamp_tokens", "stamp_asks"):
        op.drop_table(table)
